/** What commands do to a graph. Each is one step to undo. */

import type { ReactFlowInstance } from "@xyflow/react";
import { bestSocket, endsOf, typeOf } from "../canvas/linking";
import { type Edit, freeId } from "../doc/edits";
import { isLink, type Mode, type Node, type Point } from "../doc/types";
import { ServerError } from "../server/api";
import { t } from "../texts";
import { runTab, workspace } from "../ui/workspace";
import { around, type Box, freePlace } from "../view/arrange";
import { GROUP, NOTE } from "../view/build";
import { copied, pasted, readClip } from "../view/clip";
import type { Editing } from "../view/context";
import { NARROWEST, WIDEST, widthOf } from "../view/layout";
import { schemaOf, tablesOf } from "../view/schemas";
import { type End, hint, select, selectedNodes } from "../view/store";

export type Scope = { editing: Editing; flow: ReactFlowInstance };

const MARGIN = 32;
const TITLE = 24;
const EDGE = 16; // kept free around what is brought into sight
const ABOUT: Point = [264, 220]; // the size of most nodes

export const graph = ({ editing }: Scope) => editing.doc.getState().flow;
export const edit = ({ editing }: Scope, change: Edit) => editing.doc.getState().edit(change);

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

export function addNode(
  scope: Scope,
  type: string,
  at: Point,
  end?: End,
  inputs?: Node["inputs"],
  more: Partial<Node> = {},
): string {
  const { editing } = scope;
  const id = freeId(graph(scope).nodes, type.split(".").at(-1) ?? type);
  const place = freePlace(at, ABOUT, boxesOf(scope, Object.keys(graph(scope).nodes)));
  const node: Node = { type, at: whole(place), ...more, ...(inputs ? { inputs } : {}) };
  const edits: Edit[] = [{ do: "add", nodes: { [id]: node } }];
  const schema = schemaOf({ format: 1, nodes: { [id]: node } }, id, workspace.getState().schemas, {});
  const socket = end ? bestSocket(typeOf(editing, end), end.side, schema) : null;
  if (end && socket !== null) {
    const other: End = { node: id, socket, side: end.side === "input" ? "output" : "input" };
    const ends = endsOf(end, other);
    if (ends) edits.push({ do: "link", ...ends });
  }
  edit(scope, { do: "many", edits });
  select(editing.view, [id]);
  bringIntoSight(scope, [id]);
  focusSoon(id);
  return id;
}

/** Move the canvas as far as is needed to see all of what was added. */
function bringIntoSight(scope: Scope, ids: string[]): void {
  const screen = document.querySelector(".react-flow")?.getBoundingClientRect();
  const boxes = boxesOf(scope, ids);
  if (!screen || !boxes.length) return;
  const all = around(boxes, EDGE);
  const { x, y, zoom } = scope.flow.getViewport();
  const across = inward(all.x * zoom + x, all.width * zoom, screen.width);
  const down = inward(all.y * zoom + y, all.height * zoom, screen.height);
  if (across || down) void scope.flow.setViewport({ x: x + across, y: y + down, zoom }, { duration: calm() ? 0 : 200 });
}

/** By how much something must move to lie within a length; its start where it is longer than that. */
function inward(start: number, size: number, length: number): number {
  return start < 0 || size > length ? -start : Math.min(0, length - start - size);
}

const AFTER_DIALOG = 60; // milliseconds in which a list that closes gives the focus back

/** Who adds nodes by keyboard goes on at the new one. */
function focusSoon(id: string): void {
  setTimeout(() => {
    const card = document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`);
    if (!document.querySelector(".palette[data-open]")) card?.focus({ preventScroll: true });
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
  const text = (await navigator.clipboard?.readText().catch(() => shelf)) ?? shelf;
  if (!paste(scope, text)) tell(scope, t("canvas.pasteNothing"));
}

/** Put what a text holds at the pointer. False where it holds no graph. */
export function paste(scope: Scope, text: string): boolean {
  const clip = readClip(text || shelf);
  if (!clip || !(Object.keys(clip.nodes).length || clip.editor)) return false;
  put(scope, pasted(graph(scope), clip, uncovered(scope), false));
  bringIntoSight(scope, picked(scope));
  return true;
}

/** The place of the pointer, moved on where a node begins just there: so a second paste does not hide the first. */
function uncovered(scope: Scope): Point {
  let [x, y] = whole([scope.editing.view.getState().cursor.x, scope.editing.view.getState().cursor.y]);
  const begun = new Set(Object.values(graph(scope).nodes).map((node) => String(node.at)));
  while (begun.has(String([x, y]))) [x, y] = [x + 32, y + 32];
  return [x, y];
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

const STEP = 40; // by which a node becomes wider or narrower, in pixels of the file's own measure

/** Make the selected nodes wider or narrower by a step, or as wide as usual. */
export function widen(scope: Scope, way: 1 | -1 | 0): void {
  const edits = pickedNodes(scope).flatMap((id): Edit[] => {
    const node = graph(scope).nodes[id] as Node;
    const width = way ? Math.max(NARROWEST, Math.min(WIDEST, widthOf(node) + way * STEP)) : undefined;
    return width === node.width ? [] : [{ do: "fields", node: id, fields: { width } as Partial<Node> }];
  });
  if (edits.length) edit(scope, { do: "many", edits });
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
