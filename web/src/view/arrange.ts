/** Tidying: lining up, spreading out, and laying out a whole graph from left to right. Pure: boxes in, places out. */

import dagre from "@dagrejs/dagre";
import type { Point } from "../doc/types";

export type Box = { id: string; x: number; y: number; width: number; height: number };
export type Side = "left" | "centre" | "right" | "top" | "middle" | "bottom";

/** The smallest box around some. */
export function around(boxes: Box[], margin = 0): { x: number; y: number; width: number; height: number } {
  const x = Math.min(...boxes.map((box) => box.x)) - margin;
  const y = Math.min(...boxes.map((box) => box.y)) - margin;
  return {
    x,
    y,
    width: Math.max(...boxes.map((box) => box.x + box.width)) + margin - x,
    height: Math.max(...boxes.map((box) => box.y + box.height)) + margin - y,
  };
}

export function align(boxes: Box[], side: Side): Record<string, Point> {
  if (boxes.length < 2) return {};
  const all = around(boxes);
  const place: Record<Side, (box: Box) => Point> = {
    left: (box) => [all.x, box.y],
    centre: (box) => [all.x + (all.width - box.width) / 2, box.y],
    right: (box) => [all.x + all.width - box.width, box.y],
    top: (box) => [box.x, all.y],
    middle: (box) => [box.x, all.y + (all.height - box.height) / 2],
    bottom: (box) => [box.x, all.y + all.height - box.height],
  };
  return Object.fromEntries(boxes.map((box) => [box.id, whole(place[side](box))]));
}

/** Equal gaps between boxes; the outermost two stay. */
export function distribute(boxes: Box[], along: "x" | "y"): Record<string, Point> {
  if (boxes.length < 3) return {};
  const size = along === "x" ? "width" : "height";
  const sorted = [...boxes].sort((a, b) => a[along] - b[along]);
  const [first, last] = [sorted[0] as Box, sorted.at(-1) as Box];
  const used = sorted.reduce((sum, box) => sum + box[size], 0);
  const gap = (last[along] + last[size] - first[along] - used) / (sorted.length - 1);
  let at = first[along];
  const places: Record<string, Point> = {};
  for (const box of sorted) {
    places[box.id] = whole(along === "x" ? [at, box.y] : [box.x, at]);
    at += box[size] + gap;
  }
  return places;
}

/** From left to right in the order of the links. What is arranged keeps the corner that it had. */
export function layOut(boxes: Box[], links: [string, string][]): Record<string, Point> {
  if (!boxes.length) return {};
  const graph = new dagre.graphlib.Graph({ multigraph: false });
  graph.setGraph({ rankdir: "LR", nodesep: 32, ranksep: 72, ranker: "network-simplex" });
  graph.setDefaultEdgeLabel(() => ({}));
  const ids = new Set(boxes.map((box) => box.id));
  for (const box of boxes) graph.setNode(box.id, { width: box.width, height: box.height });
  for (const [from, to] of links) if (ids.has(from) && ids.has(to) && from !== to) graph.setEdge(from, to);
  dagre.layout(graph);
  const corner = around(boxes);
  const placed = boxes.map((box) => {
    const { x, y } = graph.node(box.id);
    return { ...box, x: x - box.width / 2, y: y - box.height / 2 };
  });
  const now = around(placed);
  return Object.fromEntries(placed.map((box) => [box.id, whole([box.x - now.x + corner.x, box.y - now.y + corner.y])]));
}

/** Columns by distance from the sources, for graphs that are too large to be laid out well in time. */
export function columns(boxes: Box[], links: [string, string][]): Record<string, Point> {
  const depth = new Map(boxes.map((box) => [box.id, 0]));
  const after = new Map<string, string[]>();
  const waits = new Map<string, number>();
  for (const [from, to] of links) {
    if (!depth.has(from) || !depth.has(to)) continue;
    after.set(from, [...(after.get(from) ?? []), to]);
    waits.set(to, (waits.get(to) ?? 0) + 1);
  }
  const ready = boxes.map((box) => box.id).filter((id) => !waits.get(id));
  for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
    for (const next of after.get(id) ?? []) {
      depth.set(next, Math.max(depth.get(next) ?? 0, (depth.get(id) ?? 0) + 1));
      const left = (waits.get(next) ?? 1) - 1;
      waits.set(next, left);
      if (left === 0) ready.push(next);
    }
  }
  const bottoms = new Map<number, number>();
  const places: Record<string, Point> = {};
  for (const box of boxes) {
    const column = depth.get(box.id) ?? 0;
    const y = bottoms.get(column) ?? 0;
    places[box.id] = [column * 340, y];
    bottoms.set(column, y + box.height + 32);
  }
  return places;
}

function whole([x, y]: Point): Point {
  return [Math.round(x), Math.round(y)];
}

const GAP = 48;

/** The place nearest to the right of `at` at which a box of this size lies on no other. */
export function freePlace(at: Point, [width, height]: Point, boxes: Box[]): Point {
  let [x, y] = at;
  for (let tries = 0; tries <= boxes.length; tries++) {
    const hit = boxes.find(
      (box) => x < box.x + box.width && box.x < x + width && y < box.y + box.height && box.y < y + height,
    );
    if (!hit) break;
    x = hit.x + hit.width + GAP;
    y = at[1];
  }
  return [x, y];
}
