/**
 * Where everything in a node lies, computed from its schema and values alone: so that a node need not be drawn to know its size and where its links
 * end. The stylesheet (nodes/nodes.css) uses the same heights.
 */

import { hasWidget, type InputSchema, type NodeSchema } from "../doc/schema";
import { isLink, type Node } from "../doc/types";

const REM =
  typeof document === "undefined" ? 16 : parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
/** In pixels of the canvas, for type of the usual size. */
const SCALE = REM / 16;
export const WIDTH = 264 * SCALE;
export const HEADER = 32 * SCALE;
export const ROW = 28 * SCALE;
const AREA = 68 * SCALE;
export const PICTURE = 176 * SCALE;
const FOOT = 6 * SCALE;
export const HANDLE = 14 * SCALE;
export const NARROWEST = 160; // of the `width` that a node may have in the file, in pixels for type of the usual size
export const WIDEST = 1200;
const LARGE = 150; // nodes of a graph that nobody looks at as a whole to read in it
/** The zoom below which nodes are drawn as mere names: in large graphs sooner, for there hundreds are in sight. */
export const farBelow = (count: number) => (count > LARGE ? 0.4 : 0.25);
const FOLDED = 3; // settings at their defaults that are shown before the rest is folded away

export type Row =
  | { kind: "pair"; input: string | null; output: string | null }
  | { kind: "input"; input: string; tall: boolean }
  | { kind: "more"; count: number; open: boolean };

export type Layout = {
  width: number;
  height: number;
  rows: Row[];
  /** Middle of each socket, from the top of the node. */
  inputs: Record<string, number>;
  outputs: Record<string, number>;
};

const TALL = new Set(["area", "list", "boxes", "points"]);
const DRAWN = new Set(["boxes", "points"]);

/** Which widget an input is set with, or null where it comes through a link only. */
export function widgetKind(input: InputSchema): string | null {
  if (!hasWidget(input)) return null;
  if (input.choices) return "choice";
  const { widget } = input;
  if (widget?.kind === "text") return widget.multiline ? "area" : "text";
  if (widget?.kind === "file") return widget.of === "folder" ? "folder" : "file";
  if (widget) return widget.kind;
  const simple: Record<string, string> = {
    text: "text",
    integer: "number",
    number: "number",
    switch: "switch",
    color: "colour",
    "list of text": "list",
  };
  return simple[input.type] ?? "json";
}

/** Whether the row of an input shows a widget now. Inputs for anything are linked; a value is typed into them only where one is there. */
export function showsWidget(input: InputSchema, node: Node, socket: string): boolean {
  const value = node.inputs?.[socket];
  if (isLink(value)) return false;
  if (input.type === "anything") return value !== undefined;
  return widgetKind(input) !== null;
}

export function rowsOf(node: Node, schema: NodeSchema): Row[] {
  const inputs = Object.entries(schema.inputs);
  const outputs = Object.keys(schema.outputs);
  const rows: Row[] = [];
  let first = 0;
  while (first < inputs.length && isPlain(inputs[first] as [string, InputSchema])) first++;
  for (let at = 0; at < Math.max(first, outputs.length); at++) {
    rows.push({ kind: "pair", input: at < first ? (inputs[at]?.[0] ?? null) : null, output: outputs[at] ?? null });
  }
  const rest = inputs.slice(first);
  const folded = foldable(node, rest);
  const hidden = node.more === true ? new Set<string>() : folded;
  for (const [name, input] of rest) {
    if (hidden.has(name)) continue;
    rows.push({ kind: "input", input: name, tall: isTall(node, name, input) });
  }
  if (folded.size) rows.push({ kind: "more", count: folded.size, open: node.more === true });
  return rows;
}

/** An input that has no widget in any state: it may share its row with an output. */
function isPlain([, input]: [string, InputSchema]): boolean {
  return widgetKind(input) === null || input.type === "anything";
}

/** Whether a text gets several lines: one that is left empty, as is its default, needs but one. */
function isTall(node: Node, name: string, input: InputSchema): boolean {
  if (!showsWidget(input, node, name) || !TALL.has(widgetKind(input) ?? "")) return false;
  const value = node.inputs?.[name] ?? input.default;
  if (DRAWN.has(widgetKind(input) ?? "")) return Array.isArray(value) && value.length > 0;
  return input.default === undefined || (value !== "" && value !== null);
}

/** Settings that stand at their defaults and are many: all but the first few are folded away. */
function foldable(node: Node, inputs: [string, InputSchema][]): Set<string> {
  const plain = inputs.filter(
    ([name, input]) =>
      input.default !== undefined && node.inputs?.[name] === undefined && input.widget?.kind !== "seed",
  );
  return new Set(plain.length > FOLDED + 1 ? plain.slice(FOLDED).map(([name]) => name) : []);
}

const known = new WeakMap<Node, Map<string, Layout>>();

/** picture: whether there is one to show. The same node gives the same object. */
export function layoutOf(node: Node, schema: NodeSchema, picture: boolean): Layout {
  const cache = known.get(node) ?? new Map<string, Layout>();
  known.set(node, cache);
  const key = `${picture} ${schema.type} ${Object.keys(schema.inputs)} ${Object.keys(schema.outputs)}`;
  const found = cache.get(key) ?? compute(node, schema, picture);
  cache.set(key, found);
  return found;
}

/** How wide a node is, in the file's own measure: pixels for type of the usual size. */
export function widthOf(node: Node): number {
  return typeof node.width === "number" && Number.isFinite(node.width) ? allowed(node.width) : WIDTH / SCALE;
}

/** The width nearest to a wish, in pixels of the canvas, that a node may have; in the file's own measure. */
export function widthFor(pixels: number): number {
  return allowed(Math.round(pixels / SCALE));
}

const allowed = (width: number) => Math.max(NARROWEST, Math.min(WIDEST, width));

function compute(node: Node, schema: NodeSchema, picture: boolean): Layout {
  const width = widthOf(node) * SCALE;
  const rows = rowsOf(node, schema);
  const inputs: Record<string, number> = {};
  const outputs: Record<string, number> = {};
  let top = HEADER + FOOT / 2;
  for (const row of rows) {
    const middle = top + ROW / 2;
    if (row.kind === "pair") {
      if (row.input !== null) inputs[row.input] = middle;
      if (row.output !== null) outputs[row.output] = middle;
    } else if (row.kind === "input") inputs[row.input] = middle;
    else for (const name of Object.keys(schema.inputs)) inputs[name] ??= middle;
    top += ROW + (row.kind === "input" && row.tall ? AREA : 0);
  }
  if (!node.collapsed) return { width, height: top + FOOT / 2 + (picture ? PICTURE : 0), rows, inputs, outputs };
  for (const name of Object.keys(schema.inputs)) inputs[name] = HEADER / 2;
  for (const name of Object.keys(schema.outputs)) outputs[name] = HEADER / 2;
  return { width: Math.min(width, 200 * SCALE), height: HEADER, rows: [], inputs, outputs };
}
