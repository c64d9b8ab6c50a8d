/** The right button: a menu for the canvas, a node or several, a socket, a link, a group or note. */

import { ContextMenu } from "@base-ui/react/context-menu";
import { ChevronRight } from "lucide-react";
import { type MouseEvent, type ReactNode, useState } from "react";
import { useTexts } from "../texts";
import { select } from "../view/store";
import type { Scope } from "./actions";
import { applies, COMMANDS, keysOf } from "./commands";
import { useScope } from "./Dialogs";
import { shown } from "./keys";
import { type Entry, entriesFor, type Target, targetOf } from "./menuEntries";

export function Menus({ children }: { children: ReactNode }) {
  const { t } = useTexts();
  const scope = useScope();
  const [target, setTarget] = useState<Target>({ kind: "canvas" });
  const aim = (event: MouseEvent) => {
    const found = targetOf(event.target as Element);
    const { view } = scope.editing;
    if ("id" in found && found.kind !== "link") {
      const chosen = view.getState().drawn.nodes.find((node) => node.id === found.id)?.selected;
      if (!chosen) select(view, [found.id]);
    }
    Object.assign(view.getState().cursor, scope.flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }));
    setTarget(found);
  };
  const inField = (event: MouseEvent) => {
    if ((event.target as Element).closest("input:not([type=range]), textarea, select")) event.stopPropagation();
  };
  return (
    <ContextMenu.Root>
      <ContextMenu.Trigger className="canvas-fill" onContextMenuCapture={aim}>
        {/* In a text the browser's own menu is what is wanted. */}
        {/* biome-ignore lint/a11y/noStaticElementInteractions: it only holds an event back */}
        <div className="canvas-fill" onContextMenu={inField}>
          {children}
        </div>
      </ContextMenu.Trigger>
      <Sheet>
        <Entries scope={scope} entries={entriesFor(scope, target, t)} />
      </Sheet>
    </ContextMenu.Root>
  );
}

function Sheet({ children }: { children: ReactNode }) {
  return (
    // Within the page's main part, so that whoever goes from landmark to landmark meets it.
    <ContextMenu.Portal container={document.querySelector<HTMLElement>("main")}>
      <ContextMenu.Positioner className="palette-positioner">
        <ContextMenu.Popup className="palette-menu">{children}</ContextMenu.Popup>
      </ContextMenu.Positioner>
    </ContextMenu.Portal>
  );
}

function Entries({ scope, entries }: { scope: Scope; entries: Entry[] }) {
  return entries.map((entry, at) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: lines have no names, and the list is never reordered
    if (entry === null) return <ContextMenu.Separator key={at} />;
    if (typeof entry === "string") return <CommandItem key={entry} id={entry} scope={scope} />;
    if ("entries" in entry) return <Further key={entry.id} scope={scope} {...entry} />;
    return (
      <ContextMenu.Item key={entry.id} onClick={entry.run}>
        {entry.colour && <span className="palette-swatch" style={{ background: entry.colour }} />}
        {entry.text}
      </ContextMenu.Item>
    );
  });
}

function CommandItem({ id, scope }: { id: string; scope: Scope }) {
  const { t } = useTexts();
  const command = COMMANDS.find((one) => one.id === id);
  if (!command) return null;
  const [keys] = keysOf(command);
  return (
    <ContextMenu.Item disabled={!applies(command, scope)} onClick={() => command.run(scope)}>
      {t(`command.${id}`)}
      {keys && <kbd>{shown(keys)}</kbd>}
    </ContextMenu.Item>
  );
}

/** Entries of one kind, in a menu of their own. */
function Further({ text, scope, entries }: { text: string; scope: Scope; entries: Entry[] }) {
  return (
    <ContextMenu.SubmenuRoot>
      <ContextMenu.SubmenuTrigger>
        {text}
        <ChevronRight className="palette-further" size={14} aria-hidden />
      </ContextMenu.SubmenuTrigger>
      <Sheet>
        <Entries scope={scope} entries={entries} />
      </Sheet>
    </ContextMenu.SubmenuRoot>
  );
}
