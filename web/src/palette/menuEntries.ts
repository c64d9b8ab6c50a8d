/** What the right button offers, by what lies under it. A text names a command, null is a line. */

import { unlinked } from "../canvas/linking";
import type { Edit } from "../doc/edits";
import { isLink, type Node } from "../doc/types";
import { GROUP } from "../view/build";
import { schemaNow } from "../view/context";
import { savedName } from "../view/neighbours";
import { promotedName, type Side } from "../view/promote";
import { lastDot } from "../view/schemas";
import { select } from "../view/store";
import { boxesOf, pickedNodes, type Scope } from "./actions";
import { canCompare } from "./comparing";
import { expose, pathOf } from "./graphs";

export type Target =
  | { kind: "canvas" }
  | { kind: "several" }
  | { kind: "node"; id: string }
  | { kind: "frame"; id: string }
  | { kind: "input"; id: string; socket: string }
  | { kind: "output"; id: string; socket: string }
  | { kind: "link"; id: string };

export type Entry =
  | string
  | null
  | { id: string; text: string; run: () => void; colour?: string }
  | { id: string; text: string; entries: Entry[] };

type Say = (address: string, fill?: Record<string, string | number>) => string;

const COLOURS = ["#4c8dff", "#2f9e6e", "#d9822b", "#c2479b", "#7d5bd0"];
const CANVAS: Entry[] = [
  ...["add", "paste", null, "note", "group", null, "selectAll", "find", "layout", "fit", null, "run", "commands"],
];
const COPIES = ["copy", "cut", "duplicate", "delete"];
const STATES = ["mute", "bypass", "collapse"];
const ALIGNED = ["alignLeft", "alignCentre", "alignRight", "alignTop", "alignMiddle", "alignBottom"];

/** What a place of the page belongs to. */
export function targetOf(element: Element): Target {
  if (element.closest(".react-flow__nodesselection")) return { kind: "several" };
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

export function entriesFor(scope: Scope, target: Target, t: Say): Entry[] {
  switch (target.kind) {
    case "canvas":
      return scope.editing.prefix ? ["leave", null, ...CANVAS] : CANVAS;
    case "several":
      return severalEntries(scope, t);
    case "node":
      return pickedNodes(scope).length > 1 ? severalEntries(scope, t) : nodeEntries(scope, target.id, t);
    case "frame":
      return frameEntries(scope, target.id, t);
    case "link":
      return linkEntries(scope, target.id, t);
    case "output":
      return [...outputEntries(scope, target.id, target.socket, t), null, ...nodeEntries(scope, target.id, t)];
    case "input":
      return [...inputEntries(scope, target.id, target.socket, t), null, ...nodeEntries(scope, target.id, t)];
  }
}

function severalEntries(scope: Scope, t: Say): Entry[] {
  const arrange = [...ALIGNED, null, "distributeAcross", "distributeDown", null, "layout"];
  return [
    ...["runTo", null, ...COPIES, null, ...STATES],
    { id: "arrange", text: t("command.part_arrange"), entries: arrange },
    colourMenu(scope, t),
    ...[null, "group", "makeGraph", "zoomSelection"],
  ];
}

function nodeEntries(scope: Scope, id: string, t: Say): Entry[] {
  const { editing } = scope;
  const saved = savedName(editing.doc.getState().flow.nodes[id]) !== null;
  const holds = saved ? ["enter", null] : schemaNow(editing, id).graph ? ["enter", "unpack", null] : [];
  const reach = ["selectBefore", "selectAfter", "zoomSelection"];
  return [
    ...[...holds, "runTo", "connect", "compare", null, ...COPIES, null, "rename", ...STATES],
    { id: "width", text: t("command.width"), entries: ["wider", "narrower", "usualWidth"] },
    colourMenu(scope, t),
    { id: "select", text: t("command.selectMore"), entries: reach },
    ...[null, "group", "makeGraph"],
  ];
}

function frameEntries(scope: Scope, id: string, t: Say): Entry[] {
  if (!id.startsWith(GROUP))
    return ["write", ...COPIES, null, ...colours(t, (colour) => paintFrame(scope, id, colour))];
  return [
    { id: "members", text: t("command.selectIn"), run: () => selectIn(scope, id) },
    ...["rename", "copy", "duplicate"],
    { id: "ungroup", text: t("command.ungroup"), run: () => ungroup(scope, id) },
    ...[null, ...colours(t, (colour) => paintFrame(scope, id, colour))],
  ];
}

function linkEntries(scope: Scope, id: string, t: Say): Entry[] {
  const { doc, view } = scope.editing;
  const { flow, edit } = doc.getState();
  const [node, socket] = lastDot(id);
  const points = flow.editor?.reroutes?.[id];
  const straighten = () => edit({ do: "editor", part: "reroutes", id, value: null });
  return [
    {
      id: "elsewhere",
      text: t("command.relink"),
      run: () => view.setState({ connect: { node, socket, side: "input" } }),
    },
    { id: "unlink", text: t("command.unlink"), run: () => edit(unlinked(flow, node, socket)) },
    ...(points ? [{ id: "straighten", text: t("command.straighten"), run: straighten }] : []),
  ];
}

function outputEntries(scope: Scope, node: string, socket: string, t: Say): Entry[] {
  const run = () => scope.editing.view.setState({ connect: { node, socket, side: "output" } });
  return [
    { id: "link", text: t("command.connectSocket", { name: socket }), run },
    ...nameEntries(scope, "outputs", node, socket, t),
  ];
}

function inputEntries(scope: Scope, id: string, socket: string, t: Say): Entry[] {
  const { doc, view } = scope.editing;
  const { flow, edit } = doc.getState();
  const value = flow.nodes[id]?.inputs?.[socket];
  const type = schemaNow(scope.editing, id).inputs[socket]?.type;
  const end = { node: id, socket, side: "input" as const };
  const entries: Entry[] = [
    { id: "link", text: t("command.connectSocket", { name: socket }), run: () => view.setState({ connect: end }) },
    ...nameEntries(scope, "inputs", id, socket, t),
  ];
  if (canCompare(scope.editing, id, socket)) {
    const compare = () => view.setState({ comparing: { node: id, socket } });
    entries.push({
      id: "compare",
      text: t("command.compareInput", { name: socket.replaceAll("_", " ") }),
      run: compare,
    });
  }
  const clear = () => edit(unlinked(flow, id, socket));
  if (isLink(value)) entries.push({ id: "unlink", text: t("command.unlink"), run: clear });
  else if (value !== undefined) entries.push({ id: "reset", text: t("widget.reset", { name: socket }), run: clear });
  else if (type === "anything") {
    const type = () => edit({ do: "set", node: id, socket, value: "" });
    entries.push({ id: "value", text: t("command.typeValue"), run: type });
  }
  return entries;
}

/** Whether a socket is one of the graph's own, and under which name. */
function nameEntries(scope: Scope, side: Side, id: string, socket: string, t: Say): Entry[] {
  const { doc, view, prefix } = scope.editing;
  const { flow } = doc.getState();
  const node = flow.nodes[id];
  const name = promotedName(flow, side, `${id}.${socket}`);
  const what = prefix ? (name === null ? "promote" : "demote") : `${name === null ? "expose" : "unexpose"}_${side}`;
  const naming = (path: string[], name: string) => () => view.setState({ naming: { path, side, name } });
  const path = pathOf(scope);
  const entries: Entry[] = [
    { id: "expose", text: t(`command.${what}`, { name: socket }), run: () => expose(scope, side, id, socket) },
  ];
  if (name !== null) entries.push({ id: "name", text: t("command.nameAnew", { name }), run: naming(path, name) });
  else if (node && savedName(node) === null && schemaNow(scope.editing, id).graph)
    entries.push({ id: "name", text: t("command.nameAnew", { name: socket }), run: naming([...path, id], socket) });
  return entries;
}

/** The colours that a group, note or node can have. */
function colours(t: Say, set: (colour: string | undefined) => void): Entry[] {
  return [
    ...COLOURS.map((colour, at) => ({
      id: colour,
      text: t(`command.colour${at + 1}`),
      colour,
      run: () => set(colour),
    })),
    { id: "plain", text: t("command.colourNone"), colour: "transparent", run: () => set(undefined) },
  ];
}

function colourMenu(scope: Scope, t: Say): Entry {
  const { doc } = scope.editing;
  const set = (colour: string | undefined) => {
    const fields = { colour } as Partial<Node>;
    const edits = pickedNodes(scope).map((node): Edit => ({ do: "fields", node, fields }));
    doc.getState().edit({ do: "many", edits });
  };
  return { id: "colour", text: t("command.colour"), entries: colours(t, set) };
}

function paintFrame({ editing }: Scope, id: string, colour: string | undefined): void {
  const { flow, edit } = editing.doc.getState();
  const part = id.startsWith(GROUP) ? "groups" : "notes";
  const name = id.slice(id.indexOf("/") + 1);
  const old = flow.editor?.[part]?.[name];
  if (!old) return;
  const { colour: _, ...rest } = old;
  edit({ do: "editor", part, id: name, value: colour ? { ...rest, colour } : rest });
}

function ungroup({ editing }: Scope, id: string): void {
  editing.doc.getState().edit({ do: "editor", part: "groups", id: id.slice(GROUP.length), value: null });
}

/** Select what stands in a group. */
function selectIn(scope: Scope, id: string): void {
  const [group] = boxesOf(scope, [id]);
  if (!group) return;
  const others = scope.editing.view.getState().drawn.nodes.filter((node) => node.type !== "group");
  const inside = boxesOf(
    scope,
    others.map((node) => node.id),
  ).filter((box) => {
    const [x, y] = [box.x + box.width / 2 - group.x, box.y + box.height / 2 - group.y];
    return x > 0 && y > 0 && x < group.width && y < group.height;
  });
  select(
    scope.editing.view,
    inside.map((box) => box.id),
  );
}
