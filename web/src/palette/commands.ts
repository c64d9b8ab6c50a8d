/** Every command of the editor, once: menus, shortcuts and the list of commands are drawn from this table. */

import { t } from "../texts";
import { beginTour } from "../tour/state";
import { selectedNodes } from "../view/store";
import {
  calm,
  collapse,
  copy,
  duplicate,
  group,
  note,
  pasteFromClipboard,
  picked,
  pickedNodes,
  remove,
  type Scope,
  selectAll,
  selectReach,
  show,
  start,
  switchMode,
  tell,
  widen,
} from "./actions";
import { lineUp, spread, tidy } from "./arranging";
import { browse } from "./browser/state";
import { comparable } from "./comparing";
import { enter, packUp, unpack } from "./graphs";
import { chosen } from "./keys";

export type Command = {
  id: string;
  /** Under which heading it stands. */
  part: "edit" | "node" | "arrange" | "view" | "run";
  keys: string[];
  /** What must be selected. */
  needs?: "some" | "node" | "two" | "three";
  /** It also works while a text is being written. */
  typing?: true;
  run: (scope: Scope) => unknown;
};

const smooth = () => (calm() ? 0 : 200);
const open = (fields: object) => (scope: Scope) => scope.editing.view.setState(fields);

export const COMMANDS: Command[] = [
  {
    id: "add",
    part: "edit",
    keys: ["Tab", "/"],
    run: ({ editing }) => editing.view.setState({ palette: { at: editing.view.getState().cursor } }),
  },
  { id: "commands", part: "view", keys: ["Mod+K", "Mod+Shift+P"], typing: true, run: open({ commands: true }) },
  { id: "undo", part: "edit", keys: ["Mod+Z"], typing: true, run: ({ editing }) => editing.root.getState().undo() },
  {
    id: "redo",
    part: "edit",
    keys: ["Mod+Shift+Z", "Mod+Y"],
    typing: true,
    run: ({ editing }) => editing.root.getState().redo(),
  },
  { id: "copy", part: "edit", keys: ["Mod+C"], needs: "some", run: copy },
  {
    id: "cut",
    part: "edit",
    keys: ["Mod+X"],
    needs: "some",
    run: async (scope) => {
      await copy(scope);
      remove(scope);
    },
  },
  { id: "paste", part: "edit", keys: ["Mod+V"], run: pasteFromClipboard },
  { id: "duplicate", part: "edit", keys: ["Mod+D"], needs: "some", run: duplicate },
  { id: "delete", part: "edit", keys: ["Delete", "Backspace"], run: remove },
  { id: "selectAll", part: "edit", keys: ["Mod+A"], run: selectAll },
  {
    id: "selectBefore",
    part: "edit",
    keys: ["Shift+ArrowLeft"],
    needs: "node",
    run: (scope) => selectReach(scope, "before"),
  },
  {
    id: "selectAfter",
    part: "edit",
    keys: ["Shift+ArrowRight"],
    needs: "node",
    run: (scope) => selectReach(scope, "after"),
  },
  { id: "find", part: "view", keys: ["Mod+F"], typing: true, run: open({ find: true }) },
  {
    id: "connect",
    part: "node",
    keys: ["L"],
    needs: "node",
    run: (scope) => scope.editing.view.setState({ connect: { node: pickedNodes(scope)[0] ?? "" } }),
  },
  { id: "compare", part: "node", keys: ["V"], needs: "node", run: compareFirst },
  { id: "rename", part: "node", keys: ["F2"], needs: "some", run: rename },
  { id: "write", part: "node", keys: [], needs: "some", run: rename },
  { id: "mute", part: "node", keys: ["M"], needs: "node", run: (scope) => switchMode(scope, "mute") },
  { id: "bypass", part: "node", keys: ["B"], needs: "node", run: (scope) => switchMode(scope, "bypass") },
  { id: "collapse", part: "node", keys: ["C"], needs: "node", run: collapse },
  { id: "wider", part: "node", keys: ["]"], needs: "node", run: (scope) => widen(scope, 1) },
  { id: "narrower", part: "node", keys: ["["], needs: "node", run: (scope) => widen(scope, -1) },
  { id: "usualWidth", part: "node", keys: ["Shift+W"], needs: "node", run: (scope) => widen(scope, 0) },
  { id: "group", part: "node", keys: ["Mod+G"], run: group },
  { id: "note", part: "node", keys: ["N"], run: note },
  { id: "makeGraph", part: "node", keys: ["Mod+Shift+G"], needs: "node", run: packUp },
  { id: "enter", part: "node", keys: ["Alt+ArrowDown"], needs: "node", run: enter },
  { id: "leave", part: "node", keys: ["Alt+ArrowUp"], run: ({ editing }) => editing.leave() },
  { id: "unpack", part: "node", keys: ["Mod+Alt+G"], needs: "node", run: unpack },
  { id: "alignLeft", part: "arrange", keys: ["Alt+A"], needs: "two", run: (scope) => lineUp(scope, "left") },
  { id: "alignCentre", part: "arrange", keys: ["Alt+H"], needs: "two", run: (scope) => lineUp(scope, "centre") },
  { id: "alignRight", part: "arrange", keys: ["Alt+D"], needs: "two", run: (scope) => lineUp(scope, "right") },
  { id: "alignTop", part: "arrange", keys: ["Alt+W"], needs: "two", run: (scope) => lineUp(scope, "top") },
  { id: "alignMiddle", part: "arrange", keys: ["Alt+V"], needs: "two", run: (scope) => lineUp(scope, "middle") },
  { id: "alignBottom", part: "arrange", keys: ["Alt+S"], needs: "two", run: (scope) => lineUp(scope, "bottom") },
  {
    id: "distributeAcross",
    part: "arrange",
    keys: ["Alt+Shift+H"],
    needs: "three",
    run: (scope) => spread(scope, "x"),
  },
  { id: "distributeDown", part: "arrange", keys: ["Alt+Shift+V"], needs: "three", run: (scope) => spread(scope, "y") },
  { id: "layout", part: "arrange", keys: ["Shift+L"], run: tidy },
  {
    id: "fit",
    part: "view",
    keys: ["Shift+1", "."],
    run: ({ flow }) => void flow.fitView({ padding: 0.12, maxZoom: 1, duration: smooth() }),
  },
  { id: "zoomSelection", part: "view", keys: ["Shift+2"], needs: "some", run: (scope) => show(scope, picked(scope)) },
  { id: "zoomReset", part: "view", keys: ["Shift+0"], run: ({ flow }) => void flow.zoomTo(1, { duration: smooth() }) },
  { id: "zoomIn", part: "view", keys: ["+", "="], run: ({ flow }) => void flow.zoomIn() },
  { id: "zoomOut", part: "view", keys: ["-"], run: ({ flow }) => void flow.zoomOut() },
  { id: "run", part: "run", keys: ["Mod+Enter"], typing: true, run: (scope) => start(scope) },
  {
    id: "runTo",
    part: "run",
    keys: ["Mod+Shift+Enter"],
    needs: "node",
    typing: true,
    run: (scope) => start(scope, pickedNodes(scope)),
  },
  { id: "save", part: "run", keys: ["Mod+S"], typing: true, run: pressSave },
  { id: "browse", part: "view", keys: ["Shift+B"], run: () => browse() },
  { id: "shortcuts", part: "view", keys: ["?"], run: open({ shortcuts: true }) },
  { id: "tour", part: "view", keys: [], run: () => beginTour() },
];

function rename(scope: Scope): void {
  const { view } = scope.editing;
  const [id] = selectedNodes(view);
  if (id) view.setState({ writing: id });
}

/** Compare the first input of the node that can be; another one is chosen in the dialog. */
function compareFirst(scope: Scope): void {
  const [id] = pickedNodes(scope);
  const all = comparable(scope.editing);
  const found = all.find(({ node }) => node === id) ?? all[0];
  if (found) scope.editing.view.setState({ comparing: { node: found.node, socket: found.socket } });
  else tell(scope, t("command.compareNothing"));
}

/** Saving, with all that it may have to ask, belongs to the bar above; it hears this press from anywhere. */
function pressSave(): void {
  window.dispatchEvent(new KeyboardEvent("keydown", { key: "s", code: "KeyS", ctrlKey: true }));
}

/** The shortcuts of a command, chosen or usual. */
export function keysOf(command: Command): string[] {
  return chosen.getState()[command.id] ?? command.keys;
}

/** Whether enough is selected for a command. */
export function applies(command: Command, scope: Scope): boolean {
  const counts = { some: 1, two: 2, three: 3, node: 1 };
  if (!command.needs) return true;
  const ids = command.needs === "node" ? pickedNodes(scope) : picked(scope);
  return ids.length >= counts[command.needs];
}

export function commandFor(name: string): Command | undefined {
  return COMMANDS.find((command) => keysOf(command).includes(name));
}
