/**
 * The links of a large graph that is seen from afar, painted on one canvas: a thousand elements of their own would be drawn anew at every step of a
 * zoom. Up close each link is an element again, that can be picked up and has a name.
 */

import { type Edge, type Node, type Transform, useStore } from "@xyflow/react";
import { useDeferredValue, useEffect, useMemo, useRef } from "react";
import { colourOf } from "../nodes/Socket";
import { useView } from "../view/context";
import { farBelow } from "../view/layout";

const MANY = 200; // links
const NONE: Edge[] = [];

/** The links that are elements now: none where FarLinks paints them. */
export function useNearLinks(edges: Edge[]): Edge[] {
  const away = useStore((state) => state.transform[2] < farBelow(state.nodes.length)) && edges.length > MANY;
  const near = useDeferredValue(away ? NONE : edges);
  return away ? NONE : near;
}

type Line = { from: [number, number]; to: [number, number]; colour: string };

export function FarLinks() {
  const { nodes, edges } = useView((state) => state.drawn);
  const away = useStore((state) => state.transform[2] < farBelow(state.nodes.length)) && edges.length > MANY;
  return away ? <Painted nodes={nodes} edges={edges} /> : null;
}

function Painted({ nodes, edges }: { nodes: Node[]; edges: Edge[] }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const transform = useStore((state) => state.transform);
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const lines = useMemo(() => linesOf(nodes, edges), [nodes, edges]);
  useEffect(() => {
    if (canvas.current) paint(canvas.current, lines, transform, [width, height]);
  }, [lines, transform, width, height]);
  return <canvas ref={canvas} className="canvas-far-links" aria-hidden style={{ width, height }} />;
}

function linesOf(nodes: Node[], edges: Edge[]): Line[] {
  const places = new Map(nodes.map((node) => [node.id, node]));
  const lines: Line[] = [];
  for (const edge of edges) {
    const [source, target] = [places.get(edge.source), places.get(edge.target)];
    if (!source || !target) continue;
    const from = end(source, edge.sourceHandle);
    const to = end(target, edge.targetHandle);
    lines.push({ from, to, colour: colourOf(String(edge.data?.type ?? "anything")) });
  }
  return lines;
}

function end(node: Node, socket: string | null | undefined): [number, number] {
  const handle = node.handles?.find((entry) => entry.id === socket);
  const [x, y] = handle ? [handle.x + (handle.width ?? 0) / 2, handle.y + (handle.height ?? 0) / 2] : [0, 0];
  return [node.position.x + x, node.position.y + y];
}

/** One stroke for all lines of a colour that may be in sight. */
function paint(
  canvas: HTMLCanvasElement,
  lines: Line[],
  [x, y, zoom]: Transform,
  [width, height]: [number, number],
): void {
  const dense = devicePixelRatio;
  [canvas.width, canvas.height] = [width * dense, height * dense];
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.setTransform(zoom * dense, 0, 0, zoom * dense, x * dense, y * dense);
  pen.lineWidth = 1 / zoom;
  const style = getComputedStyle(canvas);
  const [left, top] = [-x / zoom, -y / zoom];
  const [right, bottom] = [left + width / zoom, top + height / zoom];
  const paths = new Map<string, Path2D>();
  for (const { from, to, colour } of lines) {
    if (Math.max(from[0], to[0]) < left || Math.min(from[0], to[0]) > right) continue;
    if (Math.max(from[1], to[1]) < top || Math.min(from[1], to[1]) > bottom) continue;
    const path = paths.get(colour) ?? new Path2D();
    paths.set(colour, path);
    path.moveTo(...from);
    path.lineTo(...to);
  }
  for (const [colour, path] of paths) {
    canvas.style.color = colour; // a variable, that only a style can tell the value of
    pen.strokeStyle = style.color;
    pen.stroke(path);
  }
}
