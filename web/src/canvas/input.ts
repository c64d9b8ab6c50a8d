/** What comes from outside: keys, pastes, and files that are dropped. */

import { useEffect } from "react";
import { graphInFile } from "../doc/embedded";
import { isLink } from "../doc/types";
import { addNode, paste, type Scope, tell } from "../palette/actions";
import { applies, commandFor } from "../palette/commands";
import { nameOf } from "../palette/keys";
import { t } from "../texts";
import { addressOf, go } from "../ui/App";
import { NotSent, send } from "../ui/uploads";
import { openText, workspace } from "../ui/workspace";
import { schemaNow } from "../view/context";
import { pathOf } from "../widgets/FilePicker";

const inText = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.matches("textarea, select, input:not([type=range], [type=checkbox], [type=color])"));

/** Whether a key pressed here is meant for the canvas. */
function isOurs(target: EventTarget | null): boolean {
  return target === document.body || (target instanceof Element && target.closest(".canvas-editor") !== null);
}

/** Undo and redo are meant wherever a button of the page was pressed last; a text has its own, and so may a dialog. */
function isForAll(command: string, target: EventTarget | null): boolean {
  if (command !== "undo" && command !== "redo") return false;
  return target instanceof Element && !inText(target) && target.closest("[role=dialog]") === null;
}

export function useInput(scope: Scope): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const name = nameOf(event);
      const command = name ? commandFor(name) : undefined;
      if (!isOurs(event.target) && !(command && isForAll(command.id, event.target))) return;
      if (!command || (inText(event.target) && !command.typing)) return;
      if (name === "Tab" && !isGround(event.target)) return;
      // The browser's own paste brings pictures as well, and asks nobody.
      if (command.id === "paste" && name === "Mod+V") return;
      // The bar above hears this one itself.
      if (command.id === "save" && name === "Mod+S") return;
      if (!applies(command, scope)) return;
      event.preventDefault();
      command.run(scope);
    };
    const pasteHere = (event: ClipboardEvent) => {
      if (!isOurs(event.target) || inText(event.target) || !event.clipboardData) return;
      const [file] = event.clipboardData.files;
      if (file) void takeFile(scope, file, null);
      else if (!paste(scope, event.clipboardData.getData("text/plain"))) tell(scope, t("canvas.pasteNothing"));
      event.preventDefault();
    };
    // The library moves what has the focus by arrow keys, whatever else is pressed; with other keys they are commands.
    const arrows = (event: KeyboardEvent) => {
      const held = event.shiftKey || event.altKey || event.ctrlKey || event.metaKey;
      if (!held || !event.key.startsWith("Arrow") || !(event.target as Element).matches?.(".react-flow__node")) return;
      press(event);
      if (event.defaultPrevented) event.stopPropagation();
    };
    document.addEventListener("keydown", arrows, true);
    document.addEventListener("keydown", press);
    document.addEventListener("paste", pasteHere);
    return () => {
      document.removeEventListener("keydown", arrows, true);
      document.removeEventListener("keydown", press);
      document.removeEventListener("paste", pasteHere);
    };
  }, [scope]);
}

/** Tab opens the palette only where it would lead nowhere else: when nothing has the focus. */
function isGround(target: EventTarget | null): boolean {
  return target === document.body || (target instanceof Element && target.matches(".react-flow__pane, .canvas-fill"));
}

/** The input of a node that a picture or another file can be given to. */
function fileInput(scope: Scope, id: string, picture: boolean): string | null {
  const node = scope.editing.doc.getState().flow.nodes[id];
  if (!node) return null;
  for (const [name, input] of Object.entries(schemaNow(scope.editing, id).inputs)) {
    const fits = input.widget?.kind === "file" && (input.widget.of === "image") === picture;
    if (fits && !isLink(node.inputs?.[name])) return name;
  }
  return null;
}

/** The node type that begins with a file of this kind: the one with the fewest other inputs. */
function reader(picture: boolean): { type: string; input: string } | null {
  const found = Object.values(workspace.getState().schemas).flatMap((schema) =>
    Object.entries(schema.inputs)
      .filter(([, input]) => input.widget?.kind === "file" && input.widget.of === (picture ? "image" : "table"))
      .map(([input]) => ({ type: schema.type, input, size: Object.keys(schema.inputs).length })),
  );
  return found.sort((a, b) => a.size - b.size)[0] ?? null;
}

/**
 * A file that was dropped or pasted: a workflow opens, and so does the graph that a picture holds, unless it was dropped on a node. A picture goes
 * to the node it was dropped on, or into a node of its own.
 */
export async function takeFile(scope: Scope, file: File, over: string | null): Promise<void> {
  if (/\.json$/i.test(file.name) || file.type === "application/json") return openFile(scope, file);
  const picture = file.type.startsWith("image/");
  const held = picture && !over ? await graphInFile(file) : null;
  if (held !== null) return openHeld(scope, file, held);
  const { cursor } = scope.editing.view.getState();
  try {
    const path = pathOf(await send(file));
    const input = over ? fileInput(scope, over, picture) : null;
    const node = reader(picture);
    if (over && input) scope.editing.doc.getState().edit({ do: "set", node: over, socket: input, value: path });
    else if (node) addNode(scope, node.type, [cursor.x, cursor.y], undefined, { [node.input]: path });
    else tell(scope, t("canvas.noReader"));
  } catch (error) {
    if (error instanceof NotSent && error.stopped) return;
    tell(
      scope,
      t("canvas.dropRefused", { name: file.name, why: error instanceof Error ? error.message : String(error) }),
    );
  }
}

async function openFile(scope: Scope, file: File): Promise<void> {
  return openHeld(scope, file, await file.text());
}

function openHeld(scope: Scope, file: File, text: string): void {
  try {
    go(addressOf("graph", openText(text)));
  } catch (error) {
    tell(
      scope,
      t("canvas.dropRefused", { name: file.name, why: error instanceof Error ? error.message : String(error) }),
    );
  }
}
