/** What the right button offers: for the canvas, a node, a socket, a link. */

import { ContextMenu } from "@base-ui/react/context-menu";
import { type MouseEvent, type ReactNode, useState } from "react";
import { isLink } from "../doc/types";
import { useTexts } from "../texts";
import { schemaNow } from "../view/context";
import { select } from "../view/store";
import { expose, type Scope } from "./actions";
import { applies, COMMANDS, keysOf } from "./commands";
import { useScope } from "./Dialogs";
import { shown } from "./keys";

type Target =
  | { kind: "canvas" }
  | { kind: "node"; id: string }
  | { kind: "frame"; id: string }
  | { kind: "input"; id: string; socket: string }
  | { kind: "output"; id: string; socket: string }
  | { kind: "link"; id: string };

type Entry = string | null | { id: string; text: string; run: () => void };

/** What a place of the page belongs to. */
function targetOf(element: Element): Target {
  const edge = element.closest(".react-flow__edge")?.getAttribute("data-id");
  if (edge) return { kind: "link", id: edge };
  const card = element.closest(".react-flow__node");
  const id = card?.getAttribute("data-id");
  if (!id) return { kind: "canvas" };
  if (!card?.classList.contains("react-flow__node-node")) return { kind: "frame", id };
  const input = element.closest("[data-socket]")?.getAttribute("data-socket");
  if (input) return { kind: "input", id, socket: input };
  const output = element.closest("[data-output]")?.getAttribute("data-output");
  return output ? { kind: "output", id, socket: output } : { kind: "node", id };
}

const CANVAS: Entry[] = [
  "add",
  "paste",
  null,
  "note",
  "group",
  null,
  "selectAll",
  "layout",
  "fit",
  null,
  "run",
  "commands",
];
const NODE: Entry[] = [
  ...["runTo", "connect", null, "copy", "cut", "duplicate", "delete", null],
  ...["rename", "mute", "bypass", "collapse", null, "group", "makeGraph"],
];
const FRAME: Entry[] = ["rename", "copy", "duplicate", "delete"];
const COLOURS = ["#4c8dff", "#2f9e6e", "#d9822b", "#c2479b", "#7d5bd0"];

export function Menus({ children }: { children: ReactNode }) {
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
      <ContextMenu.Portal>
        <ContextMenu.Positioner className="palette-positioner">
          <ContextMenu.Popup className="palette-menu">
            <Entries scope={scope} target={target} />
          </ContextMenu.Popup>
        </ContextMenu.Positioner>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  );
}

function Entries({ scope, target }: { scope: Scope; target: Target }) {
  const { t } = useTexts();
  return entriesFor(scope, target, t).map((entry, at) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: lines have no names, and the list is never reordered
    if (entry === null) return <ContextMenu.Separator key={at} />;
    const command = typeof entry === "string" ? COMMANDS.find((one) => one.id === entry) : null;
    if (typeof entry === "string" && !command) return null;
    const [keys] = command ? keysOf(command) : [];
    return (
      <ContextMenu.Item
        key={typeof entry === "string" ? entry : entry.id}
        disabled={command ? !applies(command, scope) : false}
        onClick={() => (command ? command.run(scope) : typeof entry === "object" && entry.run())}
      >
        {typeof entry === "string" ? t(`command.${entry}`) : entry.text}
        {keys && <kbd>{shown(keys)}</kbd>}
      </ContextMenu.Item>
    );
  });
}

type Say = (address: string, fill?: Record<string, string | number>) => string;

function entriesFor(scope: Scope, target: Target, t: Say): Entry[] {
  const { doc, view } = scope.editing;
  switch (target.kind) {
    case "canvas":
      return CANVAS;
    case "node":
      return [...NODE, ...(schemaNow(scope.editing, target.id).graph ? ["enter", "unpack"] : [])];
    case "frame":
      return [...FRAME, null, ...colours(scope, target.id, t)];
    case "link": {
      const [node, socket] = cutLast(target.id);
      const unlink = () => doc.getState().edit({ do: "clear", node, socket });
      return [{ id: "unlink", text: t("command.unlink"), run: unlink }, ...straighten(scope, target.id, t)];
    }
    case "output": {
      const end = { node: target.id, socket: target.socket, side: "output" as const };
      return [
        {
          id: "link",
          text: t("command.connectSocket", { name: target.socket }),
          run: () => view.setState({ connect: end }),
        },
        null,
        ...NODE,
      ];
    }
    case "input":
      return [...inputEntries(scope, target.id, target.socket, t), null, ...NODE];
  }
}

function inputEntries({ editing, flow }: Scope, id: string, socket: string, t: Say): Entry[] {
  const { doc, view } = editing;
  const graph = doc.getState().flow;
  const value = graph.nodes[id]?.inputs?.[socket];
  const type = schemaNow(editing, id).inputs[socket]?.type;
  const exposed = Object.values(graph.inputs ?? {}).includes(`${id}.${socket}`);
  const end = { node: id, socket, side: "input" as const };
  const entries: Entry[] = [
    { id: "link", text: t("command.connectSocket", { name: socket }), run: () => view.setState({ connect: end }) },
    {
      id: "expose",
      text: t(exposed ? "command.unexpose" : "command.expose", { name: socket }),
      run: () => expose({ editing, flow }, id, socket),
    },
  ];
  const clear = () => doc.getState().edit({ do: "clear", node: id, socket });
  if (isLink(value)) entries.push({ id: "unlink", text: t("command.unlink"), run: clear });
  else if (value !== undefined) entries.push({ id: "reset", text: t("widget.reset", { name: socket }), run: clear });
  else if (type === "anything") {
    const type = () => doc.getState().edit({ do: "set", node: id, socket, value: "" });
    entries.push({ id: "value", text: t("command.typeValue"), run: type });
  }
  return entries;
}

function straighten({ editing }: Scope, id: string, t: Say): Entry[] {
  if (!editing.doc.getState().flow.editor?.reroutes?.[id]) return [];
  const run = () => editing.doc.getState().edit({ do: "editor", part: "reroutes", id, value: null });
  return [{ id: "straighten", text: t("command.straighten"), run }];
}

/** The colours that a group or note can have. */
function colours({ editing }: Scope, id: string, t: Say): Entry[] {
  const part = id.startsWith("~group/") ? "groups" : "notes";
  const name = id.slice(id.indexOf("/") + 1);
  const set = (colour: string | undefined) => () => {
    const old = editing.doc.getState().flow.editor?.[part]?.[name];
    if (!old) return;
    const { colour: _, ...rest } = old;
    editing.doc.getState().edit({ do: "editor", part, id: name, value: colour ? { ...rest, colour } : rest });
  };
  return [
    ...COLOURS.map((colour, at) => ({ id: colour, text: t(`command.colour${at + 1}`), run: set(colour) })),
    { id: "plain", text: t("command.colourNone"), run: set(undefined) },
  ];
}

function cutLast(place: string): [string, string] {
  const dot = place.lastIndexOf(".");
  return [place.slice(0, dot), place.slice(dot + 1)];
}
