/**
 * A stroke is a chain of capsules: for each pixel the distance to the line between two points, not a row of stamps, so that it is smooth at any
 * speed and big brushes cost one pass. A stroke's coverage is gathered apart and laid over what was there once, so that crossing itself does not add up.
 */

import { type Plane, type Rect, whole, within } from "./plane";

/** size: diameter in pixels of the picture. hardness, opacity: 0 to 1. */
export type Brush = { size: number; hardness: number; opacity: number };

/** Where the pen was; pressure 0 to 1. */
export type Sample = { x: number; y: number; pressure: number };

const STEPS = 1024;
const LEAST = 0.5; // pixels: no brush is thinner than half a pixel in radius
const SOFT = 0.5; // pixels of soft edge that even a hard brush has, so that its rim is smooth

export type Falloff = { readonly table: Uint8Array; readonly hardness: number };

/** Coverage by the share of the radius: full up to the hardness, then a smooth fall to nothing. */
export function falloff(hardness: number): Falloff {
  const table = new Uint8Array(STEPS + 1);
  for (let i = 0; i <= STEPS; i++) {
    const share = i / STEPS;
    const t = hardness >= 1 ? (share < 1 ? 0 : 1) : Math.min(1, Math.max(0, (share - hardness) / (1 - hardness)));
    table[i] = Math.round(255 * (1 - t * t * (3 - 2 * t)));
  }
  return { table, hardness };
}

/** The radius under a pressure: a light touch is a third of the size. */
export function radiusOf(brush: Brush, pressure: number): number {
  return Math.max(LEAST, (brush.size / 2) * (1 / 3 + (2 / 3) * pressure));
}

/** What a stroke is laid over while it grows: the layer, as it was before, and how. */
export type Ground = { layer: Plane; before: Plane; opacity: number; erase: boolean };

/**
 * Raise the coverage along the line from a to b, whose radii are given, and lay it over the ground where it rose. Returns the pixels that may have
 * changed. One pass with plain numbers: for a brush of a thousand pixels it runs through a million of them at each move.
 */
export function sweep(
  cover: Plane,
  a: Sample,
  b: Sample,
  radii: readonly [number, number],
  fall: Falloff,
  ground?: Ground,
): Rect {
  const widest = Math.max(...radii) + SOFT;
  const x0 = Math.floor(Math.min(a.x, b.x) - widest);
  const y0 = Math.floor(Math.min(a.y, b.y) - widest);
  const x1 = Math.ceil(Math.max(a.x, b.x) + widest);
  const y1 = Math.ceil(Math.max(a.y, b.y) + widest);
  const rect = within({ x: x0, y: y0, w: x1 - x0, h: y1 - y0 }, whole(cover));
  const line = { ax: a.x, ay: a.y, dx: b.x - a.x, dy: b.y - a.y, radius: radii[0], more: radii[1] - radii[0], widest };
  for (let y = rect.y; y < rect.y + rect.h; y++) sweepRow(cover, line, y, rect, fall, ground);
  return rect;
}

type Line = { ax: number; ay: number; dx: number; dy: number; radius: number; more: number; widest: number };

function sweepRow(cover: Plane, line: Line, y: number, rect: Rect, fall: Falloff, ground: Ground | undefined): void {
  const { ax, ay, dx, dy, radius: first, more } = line;
  const { data } = cover;
  const length2 = dx * dx + dy * dy;
  const scale = length2 > 0 ? 1 / length2 : 0;
  const hard = fall.hardness >= 1 || first * (1 - fall.hardness) < SOFT;
  const py = y + 0.5 - ay;
  const [from, to] = reachOf(line, py, rect);
  const layer = ground?.layer.data;
  const before = ground?.before.data;
  const goal = ground?.erase ? 0 : 255;
  const share = (ground?.opacity ?? 1) / 255;
  for (let x = from, i = y * cover.width + from; x < to; x++, i++) {
    const had = data[i] as number;
    if (had === 255) continue;
    const px = x + 0.5 - ax;
    let t = (px * dx + py * dy) * scale;
    t = Math.min(1, Math.max(0, t));
    const ex = px - t * dx;
    const ey = py - t * dy;
    const radius = first + t * more;
    const outer = radius + SOFT;
    const d2 = ex * ex + ey * ey;
    if (d2 >= outer * outer) continue;
    const d = Math.sqrt(d2);
    const step = Math.min(STEPS, (d / radius) * STEPS) | 0;
    const value = hard ? (255 * Math.min(1, outer - d)) | 0 : (fall.table[step] as number);
    if (value <= had) continue;
    data[i] = value;
    if (layer === undefined || before === undefined) continue;
    const was = before[i] as number;
    layer[i] = was + (goal - was) * value * share;
  }
}

/** From where to where a row can be touched: the circles at both ends reach so far, and what is between them lies between. */
function reachOf({ ax, dx, dy, widest }: Line, py: number, rect: Rect): [number, number] {
  const half = (off: number) => (Math.abs(off) < widest ? Math.sqrt(widest * widest - off * off) : 0);
  const low = Math.max(half(py), half(py - dy), py * (py - dy) < 0 ? widest : 0);
  const from = Math.floor(Math.min(ax, ax + dx) - low);
  const to = Math.ceil(Math.max(ax, ax + dx) + low) + 1;
  return [Math.max(rect.x, from), Math.min(rect.x + rect.w, to)];
}

/** Lay a coverage over what was there: towards 255, or towards 0 when `erase`. */
export function lay(
  layer: Plane,
  before: Plane,
  cover: Plane,
  rect: Rect,
  how: { opacity: number; erase: boolean },
): void {
  const { width, data } = layer;
  const goal = how.erase ? 0 : 255;
  const share = how.opacity / 255;
  for (let y = rect.y; y < rect.y + rect.h; y++) {
    for (let i = y * width + rect.x, end = i + rect.w; i < end; i++) {
      const c = cover.data[i] as number;
      if (c === 0) continue;
      const was = before.data[i] as number;
      data[i] = was + (goal - was) * c * share;
    }
  }
}
