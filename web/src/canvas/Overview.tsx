/**
 * A small picture of the whole graph, to see where one is and to go elsewhere; away while all of it is in sight, for then it would only cover something.
 * Painted, for thousands of nodes would be too many elements.
 */

import { type Node, Panel, useReactFlow, useStore } from "@xyflow/react";
import { type PointerEvent, useEffect, useMemo, useRef } from "react";
import { useTexts } from "../texts";
import { around } from "../view/arrange";
import { useView } from "../view/context";

const WIDTH = 160;
const HEIGHT = 112;
const MARGIN = 8;

export function Overview() {
  const nodes = useView((state) => state.drawn.nodes);
  const map = useMemo(() => mapOf(nodes), [nodes]);
  const inSight = useStore(({ transform: [x, y, zoom], width, height }) => {
    const { all } = map;
    const [left, top] = [all.x * zoom + x, all.y * zoom + y];
    return left >= 0 && top >= 0 && left + all.width * zoom <= width && top + all.height * zoom <= height;
  });
  return nodes.length && !inSight ? <Picture map={map} /> : null;
}

function mapOf(nodes: Node[]): Map {
  const boxes = nodes.map(({ id, type, position, width = 0, height = 0 }) => ({
    id,
    type,
    ...position,
    width,
    height,
  }));
  const all = boxes.length ? around(boxes) : { x: 0, y: 0, width: 1, height: 1 };
  const scale = Math.min((WIDTH - 2 * MARGIN) / all.width, (HEIGHT - 2 * MARGIN) / all.height);
  const left = all.x - (WIDTH / scale - all.width) / 2;
  const top = all.y - (HEIGHT / scale - all.height) / 2;
  return { boxes, scale, left, top, all };
}

function Picture({ map }: { map: Map }) {
  const { t } = useTexts();
  const canvas = useRef<HTMLCanvasElement>(null);
  const flow = useReactFlow();
  useEffect(() => {
    const frame = requestAnimationFrame(() => canvas.current && paint(canvas.current, map));
    return () => cancelAnimationFrame(frame);
  }, [map]);
  const go = (event: PointerEvent<HTMLElement>) => {
    if (!event.buttons) return;
    const box = event.currentTarget.getBoundingClientRect();
    const x = (event.clientX - box.left) / map.scale + map.left;
    const y = (event.clientY - box.top) / map.scale + map.top;
    void flow.setCenter(x, y, { zoom: flow.getZoom() });
  };
  return (
    <Panel position="bottom-right" className="canvas-overview" onPointerDown={go} onPointerMove={go}>
      <canvas ref={canvas} role="img" aria-label={t("canvas.minimap")} style={{ width: WIDTH, height: HEIGHT }} />
      <Frame {...map} />
    </Panel>
  );
}

type Map = { boxes: (Box & { type?: string | undefined })[]; scale: number; left: number; top: number; all: Box };
type Box = { x: number; y: number; width: number; height: number };

function paint(canvas: HTMLCanvasElement, { boxes, scale, left, top }: Map): void {
  const dense = devicePixelRatio;
  [canvas.width, canvas.height] = [WIDTH * dense, HEIGHT * dense];
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.scale(dense, dense);
  pen.fillStyle = getComputedStyle(canvas).color;
  for (const { type, x, y, width, height } of boxes) {
    pen.globalAlpha = type === "group" ? 0.2 : 0.8;
    pen.fillRect((x - left) * scale, (y - top) * scale, Math.max(1, width * scale), Math.max(1, height * scale));
  }
}

/** The part that is seen now. */
function Frame({ scale, left, top }: Map) {
  const [x, y, zoom] = useStore((state) => state.transform);
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const style = {
    left: (-x / zoom - left) * scale,
    top: (-y / zoom - top) * scale,
    width: (width / zoom) * scale,
    height: (height / zoom) * scale,
  };
  return <span className="canvas-frame" style={style} />;
}
