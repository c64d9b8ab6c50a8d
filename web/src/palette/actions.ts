/** What commands do to a graph. Each is one step to undo. */

import type { ReactFlowInstance } from "@xyflow/react";
import { bestSocket, endsOf, typeOf } from "../canvas/linking";
import { type Edit, freeId } from "../doc/edits";
import { isLink, type Mode, type Node, type Point } from "../doc/types";
import { ServerError } from "../server/api";
import { t } from "../texts";
import { runTab, workspace } from "../ui/workspace";
import { align, around, type Box, columns, distribute, freePlace, layOut, type Side } from "../view/arrange";
import { GROUP, NOTE } from "../view/build";
import { copied, pasted, readClip } from "../view/clip";
import { type Editing, schemaNow } from "../view/context";
import { tablesOf } from "../view/schemas";
import { type End, hint, select, selectedNodes } from "../view/store";
import { makeGraph, unpacked } from "../view/subgraph";

export type Scope = { editing: Editing; flow: ReactFlowInstance };

const SLOW = 600; // nodes from which a careful layout takes too long
const MARGIN = 32;
const TITLE = 24;
const ABOUT: Point = [264, 220]; // the size of most nodes

const graph = ({ editing }: Scope) => editing.doc.getState().flow;
const edit = ({ editing }: Scope, change: Edit) => editing.doc.getState().edit(change);

export const picked = ({ editing }: Scope) => selectedNodes(editing.view);
/** The nodes among what is selected, without notes and groups. */
export const pickedNodes = (scope: Scope) => picked(scope).filter((id) => graph(scope).nodes[id]);

export function boxesOf({ editing }: Scope, ids: string[]): Box[] {
  const wanted = new Set(ids);
  return editing.view
    .getState()
    .drawn.nodes.filter((node) => wanted.has(node.id))
    .map(({ id, position, width = 0, height = 0 }) => ({ id, ...position, width, height }));
}

/** Tell near the middle of the canvas. */
export function tell({ editing }: Scope, text: string): void {
  const box = document.querySelector(".canvas-editor")?.getBoundingClientRect();
  hint(editing.view, text, (box?.left ?? 0) + (box?.width ?? 0) / 2 - 100, (box?.top ?? 0) + 24);
}

export function addNode(scope: Scope, type: string, at: Point, end?: End, inputs?: Node["inputs"]): string {
  const { editing } = scope;
  const id = freeId(graph(scope).nodes, type.split(".").at(-1) ?? type);
  const schema = workspace.getState().schemas[type];
  const place = freePlace(at, ABOUT, boxesOf(scope, Object.keys(graph(scope).nodes)));
  const edits: Edit[] = [{ do: "add", nodes: { [id]: { type, at: whole(place), ...(inputs ? { inputs } : {}) } } }];
  const socket = end && schema ? bestSocket(typeOf(editing, end), end.side, schema) : null;
  if (end && socket !== null) {
    const other: End = { node: id, socket, side: end.side === "input" ? "output" : "input" };
    const ends = endsOf(end, other);
    if (ends) edits.push({ do: "link", ...ends });
  }
  edit(scope, { do: "many", edits });
  select(editing.view, [id]);
  bringIntoSight(scope, place);
  focusSoon(id);
  return id;
}

/** Move the canvas where a new node lies outside of what is seen. */
function bringIntoSight({ flow }: Scope, [x, y]: Point): void {
  const box = document.querySelector(".react-flow")?.getBoundingClientRect();
  if (!box) return;
  const [from, to] = [
    flow.screenToFlowPosition({ x: box.left, y: box.top }),
    flow.screenToFlowPosition({ x: box.right, y: box.bottom }),
  ];
  const [width, height] = ABOUT;
  if (x >= from.x && y >= from.y && x + width <= to.x && y + height <= to.y) return;
  void flow.setCenter(x + width / 2, y + height / 2, { zoom: flow.getZoom(), duration: calm() ? 0 : 200 });
}

const AFTER_DIALOG = 60; // milliseconds in which a list that closes gives the focus back

/** Who adds nodes by keyboard goes on at the new one. */
function focusSoon(id: string): void {
  setTimeout(() => {
    const card = document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`);
    card?.focus({ preventScroll: true });
  }, AFTER_DIALOG);
}

const whole = ([x, y]: Point): Point => [Math.round(x), Math.round(y)];

export function remove(scope: Scope): void {
  const { view } = scope.editing;
  const editor = graph(scope).editor;
  const edits: Edit[] = view
    .getState()
    .drawn.edges.filter((edge) => edge.selected)
    .map((edge) => ({ do: "clear", node: edge.target, socket: edge.targetHandle ?? "" }));
  const ids = picked(scope);
  const nodes = ids.filter((id) => graph(scope).nodes[id]);
  for (const id of ids) {
    if (id.startsWith(GROUP)) edits.push({ do: "editor", part: "groups", id: id.slice(GROUP.length), value: null });
    if (id.startsWith(NOTE)) edits.push({ do: "editor", part: "notes", id: id.slice(NOTE.length), value: null });
  }
  for (const key of Object.keys(editor?.reroutes ?? {})) {
    if (nodes.includes(key.slice(0, key.lastIndexOf("."))))
      edits.push({ do: "editor", part: "reroutes", id: key, value: null });
  }
  if (nodes.length) edits.push({ do: "remove", nodes });
  if (edits.length) edit(scope, { do: "many", edits });
}

let shelf = ""; // the last copy, where the system's clipboard may not be read

export async function copy(scope: Scope): Promise<void> {
  const ids = picked(scope);
  if (!ids.length) return;
  const flow = { ...graph(scope), graphs: tablesOf(scope.editing.root.getState().flow) };
  if (!Object.keys(flow.graphs).length) delete (flow as { graphs?: unknown }).graphs;
  shelf = JSON.stringify(copied(flow, ids), null, 1);
  await navigator.clipboard?.writeText(shelf).catch(() => {});
}

export async function pasteFromClipboard(scope: Scope): Promise<void> {
  paste(scope, (await navigator.clipboard?.readText().catch(() => shelf)) ?? shelf);
}

/** Put what a text holds at the pointer. False where it holds no graph. */
export function paste(scope: Scope, text: string): boolean {
  const clip = readClip(text || shelf);
  if (!clip) return false;
  const { x, y } = scope.editing.view.getState().cursor;
  put(scope, pasted(graph(scope), clip, [x, y], false));
  return true;
}

export function duplicate(scope: Scope): void {
  const ids = picked(scope);
  if (!ids.length) return;
  const { x, y } = around(boxesOf(scope, ids));
  put(scope, pasted(graph(scope), copied(graph(scope), ids), [x + 32, y + 32], true));
}

function put(scope: Scope, { edit: change, ids }: { edit: Edit; ids: string[] }): void {
  edit(scope, change);
  select(scope.editing.view, ids);
}

/** Mute or bypass what is selected, or switch it on again where all of it is so. */
export function switchMode(scope: Scope, mode: Mode): void {
  fields(scope, (nodes) => ({ mode: nodes.every((node) => node.mode === mode) ? undefined : mode }));
}

export function collapse(scope: Scope): void {
  fields(scope, (nodes) => ({ collapsed: nodes.every((node) => node.collapsed) ? undefined : true }));
}

function fields(scope: Scope, make: (nodes: Node[]) => Record<string, unknown>): void {
  const ids = pickedNodes(scope);
  const values = make(ids.map((id) => graph(scope).nodes[id] as Node));
  if (ids.length)
    edit(scope, { do: "many", edits: ids.map((node) => ({ do: "fields", node, fields: values as Partial<Node> })) });
}

export function group(scope: Scope): void {
  const ids = picked(scope);
  const { cursor } = scope.editing.view.getState();
  const box = ids.length ? around(boxesOf(scope, ids), MARGIN) : { ...cursor, width: 400, height: 280 };
  const id = freeId(graph(scope).editor?.groups ?? {}, "group");
  const at = whole([box.x, box.y - TITLE]);
  const value = { title: t("canvas.group"), at, size: whole([box.width, box.height + TITLE]) };
  edit(scope, { do: "editor", part: "groups", id, value });
  select(scope.editing.view, [GROUP + id]);
  scope.editing.view.setState({ writing: GROUP + id });
}

export function note(scope: Scope): void {
  const { x, y } = scope.editing.view.getState().cursor;
  const id = freeId(graph(scope).editor?.notes ?? {}, "note");
  edit(scope, { do: "editor", part: "notes", id, value: { text: "", at: whole([x, y]), size: [240, 120] } });
  select(scope.editing.view, [NOTE + id]);
  scope.editing.view.setState({ writing: NOTE + id });
}

export function lineUp(scope: Scope, side: Side): void {
  place(scope, align(boxesOf(scope, picked(scope)), side));
}

export function spread(scope: Scope, along: "x" | "y"): void {
  place(scope, distribute(boxesOf(scope, picked(scope)), along));
}

/** Lay out what is selected, or all. */
export function tidy(scope: Scope): void {
  const some = pickedNodes(scope);
  const boxes = boxesOf(scope, some.length > 1 ? some : Object.keys(graph(scope).nodes));
  const links = scope.editing.view.getState().drawn.edges.map((edge) => [edge.source, edge.target] as [string, string]);
  place(scope, boxes.length > SLOW ? columns(boxes, links) : layOut(boxes, links));
}

function place(scope: Scope, at: Record<string, Point>): void {
  const edits: Edit[] = [];
  const moved: Record<string, Point> = {};
  const { groups, notes } = graph(scope).editor ?? {};
  for (const [id, point] of Object.entries(at)) {
    if (graph(scope).nodes[id]) moved[id] = point;
    const [part, name] = id.startsWith(GROUP)
      ? (["groups", id.slice(GROUP.length)] as const)
      : (["notes", id.slice(NOTE.length)] as const);
    const old = (part === "groups" ? groups : notes)?.[name];
    if (old) edits.push({ do: "editor", part, id: name, value: { ...old, at: point } });
  }
  if (Object.keys(moved).length) edits.push({ do: "move", at: moved });
  if (edits.length) edit(scope, { do: "many", edits });
}

export function selectAll({ editing }: Scope): void {
  select(
    editing.view,
    editing.view.getState().drawn.nodes.map((node) => node.id),
  );
}

/** Select everything that the selected nodes need, or that needs them. */
export function selectReach(scope: Scope, way: "before" | "after"): void {
  const seen = new Set(pickedNodes(scope));
  const todo = [...seen];
  const links = Object.entries(graph(scope).nodes).flatMap(([to, node]) =>
    Object.values(node.inputs ?? {})
      .filter(isLink)
      .map((value) => [value.node, to] as const),
  );
  const next = new Map<string, string[]>();
  for (const [from, to] of links) {
    const [near, far] = way === "before" ? [to, from] : [from, to];
    next.set(near, [...(next.get(near) ?? []), far]);
  }
  for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
    for (const far of next.get(id) ?? []) {
      if (seen.has(far)) continue;
      seen.add(far);
      todo.push(far);
    }
  }
  select(scope.editing.view, seen);
}

export function packUp(scope: Scope): void {
  const ids = pickedNodes(scope);
  if (!ids.length) return;
  const { editing } = scope;
  const title = t("canvas.graphTitle");
  const made = makeGraph(graph(scope), ids, title, (id) => Object.keys(schemaNow(editing, id).outputs));
  const holder = made.nodes[made.id] as Node;
  const named: Record<string, unknown> = {};
  if (editing.prefix === "") {
    const tables = tablesOf(graph(scope));
    const name = freeId(tables, "graph");
    named.graphs = { ...tables, [name]: made.graph };
    holder.graph = `#${name}` as never;
  }
  const nodes = { ...made.nodes, [made.id]: holder };
  edit(scope, { do: "head", fields: { nodes, ...inputsField(scope, made.inputs), ...named } });
  select(editing.view, [made.id]);
}

const inputsField = (scope: Scope, inputs: Record<string, string>) => (graph(scope).inputs ? { inputs } : {});

export function unpack(scope: Scope): void {
  const [id] = pickedNodes(scope);
  if (!id) return;
  const laid = unpacked(graph(scope), id, tablesOf(scope.editing.root.getState().flow));
  if (!laid) {
    tell(scope, t("canvas.noGraph"));
    return;
  }
  edit(scope, { do: "head", fields: { nodes: laid.nodes, ...inputsField(scope, laid.inputs) } });
  select(scope.editing.view, laid.ids);
}

export function enter(scope: Scope): void {
  const [id] = pickedNodes(scope);
  if (id && schemaNow(scope.editing, id).graph) scope.editing.enter(id);
  else tell(scope, t("canvas.noGraph"));
}

/** Run the whole graph, or what the selected nodes need. */
export async function start(scope: Scope, targets?: string[]): Promise<void> {
  const { editing } = scope;
  const tab = workspace.getState().tabs.find((entry) => entry.id === editing.tabId);
  if (!tab) return;
  try {
    await runTab(tab, targets ? { targets: targets.map((id) => editing.prefix + id) } : {});
  } catch (error) {
    const [first] = error instanceof ServerError ? error.problems : [];
    if (first) tell(scope, t("canvas.problemAt", { node: first.node, what: first.what, cure: first.cure }));
    else tell(scope, error instanceof Error ? error.message : String(error));
    if (first?.node && graph(scope).nodes[first.node]) {
      select(editing.view, [first.node]);
      show(scope, [first.node]);
    }
  }
}

export function show({ flow }: Scope, ids: string[]): void {
  void flow.fitView({ nodes: ids.map((id) => ({ id })), maxZoom: 1, padding: 0.3, duration: calm() ? 0 : 200 });
}

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Make an input one of the graph's own, or no longer one. */
export function expose(scope: Scope, node: string, socket: string): void {
  const { inputs = {} } = graph(scope);
  const known = Object.entries(inputs).find(([, target]) => target === `${node}.${socket}`)?.[0];
  if (known) edit(scope, { do: "parameter", name: known, target: null });
  else edit(scope, { do: "parameter", name: freeId(inputs, socket), target: `${node}.${socket}` });
}
