/** From the graph to what the canvas draws: nodes and links with their sizes, places and ends. What did not change stays the same object. */

import { type Edge as FlowEdge, type Node as FlowNode, type NodeHandle, Position } from "@xyflow/react";
import type { Schemas } from "../doc/schema";
import { isLink, type Point, type Workflow } from "../doc/types";
import { t } from "../texts";
import { HANDLE, type Layout, layoutOf } from "./layout";
import { type Known, schemaOf } from "./schemas";

export const GROUP = "~group/";
export const NOTE = "~note/";

export type Drawn = {
  nodes: FlowNode[];
  edges: FlowEdge[];
};

export type Sources = {
  flow: Workflow;
  schemas: Schemas;
  tables: Record<string, Workflow>;
  /** Nodes that have a picture to show. */
  pictures: Set<string>;
  /** Places for nodes that the file gives none. */
  places: Record<string, Point>;
};

/** What is drawn now, from what was drawn before. */
export function build(from: Sources, before: Drawn): Drawn {
  const old = new Map(before.nodes.map((node) => [node.id, node]));
  const nodes: FlowNode[] = [];
  for (const [id, group] of Object.entries(from.flow.editor?.groups ?? {})) {
    nodes.push(frame(GROUP + id, "group", group.at, group.size, -10, old.get(GROUP + id)));
  }
  for (const [id, note] of Object.entries(from.flow.editor?.notes ?? {})) {
    nodes.push(frame(NOTE + id, "note", note.at, note.size, -5, old.get(NOTE + id)));
  }
  for (const id of Object.keys(from.flow.nodes)) nodes.push(nodeFor(from, id, old.get(id)));
  const edges = edgesFor(from, new Map(before.edges.map((edge) => [edge.id, edge])));
  const now = { nodes: unchanged(before.nodes, nodes), edges: unchanged(before.edges, edges) };
  return now.nodes === before.nodes && now.edges === before.edges ? before : now;
}

/** The array of before where it holds the same, so that nobody who watches it has to look through it. */
function unchanged<T>(before: T[], now: T[]): T[] {
  return before.length === now.length && now.every((entry, at) => entry === before[at]) ? before : now;
}

function frame(
  id: string,
  type: string,
  at: Point,
  [width, height]: Point,
  zIndex: number,
  old: FlowNode | undefined,
): FlowNode {
  const position = old?.dragging ? old.position : { x: at[0], y: at[1] };
  if (old && samePlace(old, position, width, height)) return old;
  return { id, type, position, width, height, zIndex, data: {}, selected: old?.selected ?? false, handles: [] };
}

function samePlace(old: FlowNode, position: { x: number; y: number }, width: number, height: number): boolean {
  return old.position.x === position.x && old.position.y === position.y && old.width === width && old.height === height;
}

function nodeFor(from: Sources, id: string, old: FlowNode | undefined): FlowNode {
  const node = from.flow.nodes[id] as Workflow["nodes"][string];
  const schema = schemaOf(from.flow, id, from.schemas, from.tables);
  const layout = layoutOf(node, schema, from.pictures.has(id) && !node.collapsed);
  const [x, y] = placeOf(node.at) ?? from.places[id] ?? [0, 0];
  const position = old?.dragging ? old.position : { x, y };
  if (old && old.data.layout === layout && samePlace(old, position, layout.width, layout.height)) return old;
  return {
    id,
    type: "node",
    position,
    width: layout.width,
    height: layout.height,
    measured: { width: layout.width, height: layout.height },
    handles: old?.data.layout === layout && old.handles ? old.handles : handlesOf(layout),
    data: { layout },
    selected: old?.selected ?? false,
    ...(old?.dragging ? { dragging: true } : {}),
    ariaLabel: node.title || schema.title,
  } as FlowNode;
}

function placeOf(at: unknown): Point | null {
  return Array.isArray(at) && Number.isFinite(at[0]) && Number.isFinite(at[1]) ? [at[0], at[1]] : null;
}

function handlesOf(layout: Layout): NodeHandle[] {
  const handle = (type: "source" | "target", id: string, middle: number): NodeHandle => ({
    id,
    type,
    position: type === "target" ? Position.Left : Position.Right,
    x: (type === "target" ? 0 : layout.width) - HANDLE / 2,
    y: middle - HANDLE / 2,
    width: HANDLE,
    height: HANDLE,
  });
  return [
    ...Object.entries(layout.inputs).map(([id, middle]) => handle("target", id, middle)),
    ...Object.entries(layout.outputs).map(([id, middle]) => handle("source", id, middle)),
  ];
}

function edgesFor(from: Sources, old: Map<string, FlowEdge>): FlowEdge[] {
  const edges: FlowEdge[] = [];
  for (const [id, node] of Object.entries(from.flow.nodes)) {
    for (const [socket, value] of Object.entries(node.inputs ?? {})) {
      if (!isLink(value) || !from.flow.nodes[value.node]) continue;
      const source = schemaOf(from.flow, value.node, from.schemas, from.tables);
      const target = schemaOf(from.flow, id, from.schemas, from.tables);
      if (!source.outputs[value.output] || !target.inputs[socket]) continue;
      edges.push(edgeFor(from, source, value, id, socket, old.get(`${id}.${socket}`)));
    }
  }
  return edges;
}

function edgeFor(
  from: Sources,
  source: Known,
  link: { node: string; output: string },
  id: string,
  socket: string,
  old: FlowEdge | undefined,
): FlowEdge {
  const key = `${id}.${socket}`;
  const type = source.outputs[link.output]?.type ?? "anything";
  const points = from.flow.editor?.reroutes?.[key] ?? null;
  const same = old?.source === link.node && old.sourceHandle === link.output;
  if (old && same && old.data?.type === type && old.data.points === points) return old;
  return {
    id: key,
    type: "link",
    source: link.node,
    sourceHandle: link.output,
    target: id,
    targetHandle: socket,
    selected: old?.selected ?? false,
    ariaLabel: t("canvas.link", { output: link.output, from: link.node, input: socket, to: id }),
    data: { type, points },
  };
}
