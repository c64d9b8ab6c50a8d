/** Dragging: what is under the pointer is moved in the view alone, and becomes one edit when it is let go. Groups take along what stands in them. */

import {
  applyEdgeChanges,
  applyNodeChanges,
  type EdgeChange,
  type Node as FlowNode,
  type NodeChange,
} from "@xyflow/react";
import type { Edit } from "../doc/edits";
import { type Group, isLink, type Note, type Point } from "../doc/types";
import { GROUP, NOTE } from "../view/build";
import type { Editing } from "../view/context";
import { lineThrough } from "../view/hit";
import type { Layout } from "../view/layout";
import { insertion } from "./linking";

type Members = { group: string; from: { x: number; y: number }; at: Record<string, { x: number; y: number }> };

/** The handlers of React Flow's changes for one editor. */
export function movement(editing: Editing) {
  let members: Members | null = null;

  const start = (event: { altKey?: boolean }, node: FlowNode) => {
    members = node.type === "group" && !event.altKey ? membersOf(node, editing.view.getState().drawn.nodes) : null;
  };

  const nodes = (changes: NodeChange[]) => {
    const all = members ? [...changes, ...follow(changes, members)] : changes;
    editing.view.setState(({ drawn }) => ({ drawn: { ...drawn, nodes: applyNodeChanges(all, drawn.nodes) } }));
    const edits = [...placed(editing, all), ...resized(editing, all)];
    if (!edits.length) return;
    const onto = dropped(editing, all);
    const [only] = edits;
    const nudged = all.some((change) => change.type === "position" && change.dragging === false) && !members;
    editing.doc
      .getState()
      .edit(
        edits.length === 1 && !onto && only ? only : { do: "many", edits: [...edits, ...(onto ?? [])] },
        nudged ? "move" : undefined,
      );
    members = null;
  };

  const edges = (changes: EdgeChange[]) =>
    editing.view.setState(({ drawn }) => ({ drawn: { ...drawn, edges: applyEdgeChanges(changes, drawn.edges) } }));

  const drag = (_: unknown, node: FlowNode, all: FlowNode[]) =>
    editing.view.setState({ target: all.length === 1 ? edgeUnder(editing, node) : null });

  return { start, nodes, edges, drag };
}

function membersOf(group: FlowNode, nodes: FlowNode[]): Members {
  const { x, y } = group.position;
  const inside = (node: FlowNode) => {
    const [middleX, middleY] = [node.position.x + (node.width ?? 0) / 2, node.position.y + (node.height ?? 0) / 2];
    return middleX > x && middleY > y && middleX < x + (group.width ?? 0) && middleY < y + (group.height ?? 0);
  };
  const found = nodes.filter((node) => node.id !== group.id && !node.selected && inside(node));
  return {
    group: group.id,
    from: group.position,
    at: Object.fromEntries(found.map((node) => [node.id, node.position])),
  };
}

function follow(changes: NodeChange[], { group, from, at }: Members): NodeChange[] {
  const change = changes.find((entry) => entry.type === "position" && entry.id === group);
  if (change?.type !== "position" || !change.position) return [];
  const [x, y] = [change.position.x - from.x, change.position.y - from.y];
  const { dragging } = change;
  return Object.entries(at).map(([id, start]) => ({
    type: "position",
    id,
    position: { x: start.x + x, y: start.y + y },
    ...(dragging === undefined ? {} : { dragging }),
  }));
}

/** What was let go, as edits. */
function placed({ doc }: Editing, changes: NodeChange[]): Edit[] {
  const at: Record<string, Point> = {};
  const edits: Edit[] = [];
  const { flow } = doc.getState();
  for (const change of changes) {
    if (change.type !== "position" || change.dragging !== false || !change.position) continue;
    const place: Point = [Math.round(change.position.x), Math.round(change.position.y)];
    if (flow.nodes[change.id]) {
      const old = flow.nodes[change.id]?.at;
      if (old?.[0] !== place[0] || old[1] !== place[1]) at[change.id] = place;
    } else edits.push(...framed(flow.editor ?? {}, change.id, { at: place }));
  }
  return Object.keys(at).length ? [{ do: "move", at }, ...edits] : edits;
}

function resized({ doc }: Editing, changes: NodeChange[]): Edit[] {
  return changes.flatMap((change) => {
    if (change.type !== "dimensions" || change.resizing !== false || !change.dimensions) return [];
    const size: Point = [Math.round(change.dimensions.width), Math.round(change.dimensions.height)];
    return framed(doc.getState().flow.editor ?? {}, change.id, { size });
  });
}

type Frames = { groups?: Record<string, Group>; notes?: Record<string, Note> };

/** An edit of a group's or note's place or size, where that is another one. */
export function framed(editor: Frames, id: string, fields: Partial<Group & Note>): Edit[] {
  const part = id.startsWith(GROUP) ? "groups" : id.startsWith(NOTE) ? "notes" : null;
  if (!part) return [];
  const name = id.slice(part === "groups" ? GROUP.length : NOTE.length);
  const old = editor[part]?.[name];
  const value = { ...old, ...fields };
  return old && JSON.stringify(old) !== JSON.stringify(value) ? [{ do: "editor", part, id: name, value }] : [];
}

/** The link that a node without links of its own lies on. */
function edgeUnder({ doc, view }: Editing, node: FlowNode): string | null {
  const own = doc.getState().flow.nodes[node.id];
  const linked = Object.values(own?.inputs ?? {}).some(isLink);
  if (!own || linked || view.getState().drawn.edges.some((edge) => edge.source === node.id)) return null;
  const places = new Map(view.getState().drawn.nodes.map((entry) => [entry.id, entry]));
  const end = (id: string, socket: string | null | undefined, side: "inputs" | "outputs"): Point => {
    const entry = places.get(id);
    const layout = entry?.data.layout as Layout | undefined;
    const [x, y] = [entry?.position.x ?? 0, entry?.position.y ?? 0];
    return [x + (side === "outputs" ? (layout?.width ?? 0) : 0), y + (layout?.[side][socket ?? ""] ?? 0)];
  };
  const lines = view.getState().drawn.edges.map((edge) => ({
    id: edge.id,
    from: end(edge.source, edge.sourceHandle, "outputs"),
    to: end(edge.target, edge.targetHandle, "inputs"),
  }));
  const { position, width = 0, height = 0 } = node;
  const heart = { x: position.x + width * 0.1, y: position.y - 4, width: width * 0.8, height: Math.min(height, 72) };
  return lineThrough(heart, lines);
}

/** The edits that put a node on the link that it was dropped on. */
function dropped(editing: Editing, changes: NodeChange[]): Edit[] | null {
  const { target } = editing.view.getState();
  const [change] = changes;
  if (!target || change?.type !== "position" || change.dragging !== false) return null;
  editing.view.setState({ target: null });
  return insertion(editing, target, change.id);
}
