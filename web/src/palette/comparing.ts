/**
 * Comparing settings: what the dialog asks becomes ordinary nodes. The values of one or two inputs come from streams, each with each, and the pictures that
 * are made with them stand in one table.
 */

import { type Edit, freeId, splitTarget } from "../doc/edits";
import { type NodeSchema, reaches } from "../doc/schema";
import { isLink, type Json, type Link, type Node, type Point, type Workflow } from "../doc/types";
import { type Candidate, candidatesOf, type Filled } from "../panels/batch";
import { workspace } from "../ui/workspace";
import { type Box, freePlace } from "../view/arrange";
import { type Editing, schemaNow } from "../view/context";

const TYPES = new Set(["text", "integer", "number", "switch", "choice", "color"]);
const BETWEEN: Point = [340, 260]; // from one node to the next
const ABOUT: Point = [264, 220];
export const SEEDS = 4;

/** Inputs whose values can be compared. Within a graph, those that are given from outside are left out. */
export function comparable(editing: Editing): Candidate[] {
  const { flow } = editing.doc.getState();
  const all = candidatesOf(flow, workspace.getState().schemas);
  return all.filter(({ schema, parameter }) => TYPES.has(schema.type) && (parameter === null || !editing.prefix));
}

export function canCompare(editing: Editing, node: string, socket: string): boolean {
  return comparable(editing).some((one) => one.node === node && one.socket === socket);
}

type Schema = Pick<NodeSchema, "source"> & { inputs: NodeSchema["inputs"]; outputs: NodeSchema["outputs"] };
export type SchemaOf = (id: string) => Schema;

/** Outputs with pictures that all these nodes have a part in, the likeliest first: what is saved, then what nothing else is made of. */
export function picturesFrom(flow: Workflow, schemaOf: SchemaOf, nodes: string[]): Link[] {
  const gathers = (id: string) => Object.values(schemaOf(id).inputs).some((input) => input.collects);
  const found = Object.keys(flow.nodes).flatMap((id): Link[] => {
    if (gathers(id) || !nodes.every((node) => node === id || reaches(flow, node, id))) return [];
    const outputs = Object.entries(schemaOf(id).outputs).filter(([, { type }]) => type === "image");
    return outputs.map(([output]) => ({ node: id, output }));
  });
  const takers = (link: Link) =>
    Object.values(flow.nodes).filter((node) =>
      Object.values(node.inputs ?? {}).some(
        (value) => isLink(value) && value.node === link.node && value.output === link.output,
      ),
    );
  const rank = (link: Link) => {
    const types = takers(link).map(({ type }) => type);
    if (types.includes("image.save")) return 0;
    return found.some((other) => other.node !== link.node && reaches(flow, link.node, other.node)) ? 2 : 1;
  };
  return found.toSorted((a, b) => rank(a) - rank(b));
}

/** Whether one of these nodes stands behind a stream already. */
export function isInStream(flow: Workflow, schemaOf: SchemaOf, nodes: string[]): boolean {
  const sources = Object.keys(flow.nodes).filter((id) => schemaOf(id).source);
  return sources.some((source) => nodes.some((node) => node === source || reaches(flow, source, node)));
}

/** What an input is compared with, unless something else is typed: all choices, a few seeds, else what it is now. */
export function firstText({ schema, now }: Candidate): string {
  if (schema.type === "switch") return "on\noff";
  if (schema.choices?.length) return schema.choices.join("\n");
  if (schema.widget?.kind === "seed" && typeof now === "number") return `${now}..${now + SEEDS - 1}`;
  if (now === undefined || now === null) return "";
  return typeof now === "string" ? now.replaceAll("\n", "\\n") : String(now);
}

/** A value that is there twice. */
export function doubled(values: Json[]): Json | undefined {
  return values.find((value, at) => values.indexOf(value) < at);
}

const KINDS: Record<string, string> = { integer: "numbers", number: "numbers", switch: "on or off" };

/** The node that gives the values of one axis. */
function valuesNode({ candidate, values }: Filled): Node {
  const numbers = values.every((value) => typeof value === "number");
  const kind = KINDS[candidate.schema.type] ?? (numbers ? "numbers" : "texts");
  const spoken = values.map((value) => (typeof value === "boolean" ? (value ? "on" : "off") : String(value)));
  const text = kind === "numbers" ? spoken.join(", ") : spoken.map((one) => one.replaceAll("\n", "\\n")).join("\n");
  return { type: "stream.values", title: named(candidate), inputs: { values: text, kind } };
}

export const named = ({ socket }: Candidate) => socket.replaceAll("_", " ");

export type Comparison = { across: Filled; down: Filled | null; pictures: Link; side: number };

/** The one edit that makes the table, and the nodes that it adds. boxes: what stands on the canvas. */
export function comparison(flow: Workflow, boxes: Box[], { across, down, pictures, side }: Comparison) {
  const taken = new Set(Object.keys(flow.nodes));
  const nodes: Record<string, Node> = {};
  const stands = [...boxes];
  const add = (wish: string, node: Node, at: Point): string => {
    const id = freeId(taken, wish);
    const [x, y] = freePlace(at, ABOUT, stands);
    taken.add(id);
    stands.push({ id, x, y, width: ABOUT[0], height: ABOUT[1] });
    nodes[id] = { ...node, at: [Math.round(x), Math.round(y)] };
    return id;
  };
  const axes = down ? [down, across] : [across];
  const left =
    Math.min(...axes.map(({ candidate }) => placeOf(boxes, candidate.node)[0])) - (down ? 2 : 1) * BETWEEN[0];
  const top = Math.max(0, ...boxes.map((box) => box.y + box.height)) + 40;
  const ids = axes.map((axis, at) => add(axis.candidate.socket, valuesNode(axis), [left, top + at * BETWEEN[1]]));
  const give: Link[] = ids.map((node) => ({ node, output: "value" }));
  let [first, second] = give as [Link, Link | undefined];
  if (second) {
    const both = add("both", { type: "stream.cross", inputs: { left: first, right: second } }, [
      left + BETWEEN[0],
      top,
    ]);
    [first, second] = [
      { node: both, output: "left" },
      { node: both, output: "right" },
    ];
  }
  const beside = second ? first : null;
  const over = second ?? first;
  const labels = { across_name: named(across.candidate), ...(down ? { down_name: named(down.candidate) } : {}) };
  const inputs: Node["inputs"] = { images: pictures, across: over, ...(beside ? { down: beside } : {}), ...labels };
  if (side) inputs.side = side;
  const [x] = placeOf(boxes, pictures.node);
  const table = add("table", { type: "image.xy_grid", inputs }, [x + BETWEEN[0], top]);
  const image = { node: table, output: "image" };
  const save = add("compared", { type: "image.save", inputs: { image, name: "compared" } }, [x + 2 * BETWEEN[0], top]);
  const links = axes.map(({ target }, at): Edit => {
    const [node, socket] = splitTarget(target);
    return { do: "link", from: (second ? [first, second] : [first])[at] as Link, to: { node, socket } };
  });
  const renamed = axes.flatMap(({ candidate }, at): Edit[] =>
    candidate.parameter === null ? [] : [{ do: "parameter", name: candidate.parameter, target: `${ids[at]}.values` }],
  );
  const edit: Edit = { do: "many", edits: [{ do: "add", nodes }, ...links, ...renamed] };
  return { edit, ids: Object.keys(nodes), save };
}

function placeOf(boxes: Box[], id: string): Point {
  const box = boxes.find((one) => one.id === id);
  return box ? [box.x, box.y] : [0, 0];
}

/** The schemas of the graph that is shown. */
export const schemasOf =
  (editing: Editing): SchemaOf =>
  (id) => {
    const { type } = editing.doc.getState().flow.nodes[id] ?? { type: "" };
    const source = workspace.getState().schemas[type]?.source;
    const { inputs, outputs } = schemaNow(editing, id);
    return { inputs, outputs, ...(source === undefined ? {} : { source }) };
  };
