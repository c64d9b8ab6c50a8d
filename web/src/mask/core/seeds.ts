/**
 * What belongs to a click, at once and without a server: the click and a far rim around it run towards each other, slowly over edges of the picture, and
 * where they meet is the border. Clicks of the other kind stand with the rim.
 */

import type { Pixels } from "./flood";
import { markedRect, type Plane, type Point, whole, widened, within } from "./plane";

export type Click = Point & { add: boolean };

const BUCKETS = 1024; // more than the dearest step costs, so that a ring of buckets is a queue
const NONE = 0;
const IN = 1;
const OUT = 2;
const BLOCKED = -1; // as a cost: cheaper than any way there, so that nothing goes on

/** Mark (in a plane as large as the small picture) what belongs to clicks[index]. reach: in its pixels. */
export function regionOf(small: Pixels, clicks: readonly Click[], index: number, reach: number): Plane {
  const { width, height } = small;
  const plane = { width, height, data: new Uint8ClampedArray(width * height) };
  const click = clicks[index] as Click;
  const owner = new Uint8Array(width * height);
  const cost = new Int32Array(width * height).fill(0x7fffffff);
  const buckets: number[][] = Array.from({ length: BUCKETS }, () => []);
  const start = (x: number, y: number, who: number) => {
    const [px, py] = [Math.round(x), Math.round(y)];
    if (px < 0 || py < 0 || px >= width || py >= height || owner[py * width + px] === IN) return;
    owner[py * width + px] = who;
    cost[py * width + px] = 0;
    (buckets[0] as number[]).push(py * width + px);
  };
  for (let i = 0; i < cost.length; i++) {
    const dx = (i % width) - click.x;
    const dy = Math.floor(i / width) - click.y;
    if (dx * dx + dy * dy > (reach + 1) ** 2) cost[i] = BLOCKED;
  }
  start(click.x, click.y, IN);
  for (const other of clicks) if (other.add !== click.add) start(other.x, other.y, OUT);
  const rim = Math.ceil(reach * 8);
  for (let i = 0; i < rim; i++)
    start(
      click.x + reach * Math.cos((i / rim) * 2 * Math.PI),
      click.y + reach * Math.sin((i / rim) * 2 * Math.PI),
      OUT,
    );
  spread(small, owner, cost, buckets);
  for (let i = 0; i < owner.length; i++) {
    const dx = (i % width) - click.x;
    const dy = Math.floor(i / width) - click.y;
    if (owner[i] === IN && dx * dx + dy * dy < reach * reach) plane.data[i] = 255;
  }
  return plane;
}

function spread(small: Pixels, owner: Uint8Array, cost: Int32Array, buckets: number[][]): void {
  const { width, height } = small;
  let waiting = (buckets[0] as number[]).length;
  for (let at = 0; waiting > 0; at++) {
    const bucket = buckets[at % BUCKETS] as number[];
    for (let i = bucket.pop(); i !== undefined; i = bucket.pop()) {
      waiting--;
      if (cost[i] !== at) continue;
      const x = i % width;
      const y = (i - x) / width;
      for (const next of [
        x > 0 ? i - 1 : -1,
        x < width - 1 ? i + 1 : -1,
        y > 0 ? i - width : -1,
        y < height - 1 ? i + width : -1,
      ]) {
        if (next < 0) continue;
        const then = at + step(small.data, i, next);
        if (then >= (cost[next] as number)) continue;
        cost[next] = then;
        owner[next] = owner[i] ?? NONE;
        (buckets[then % BUCKETS] as number[]).push(next);
        waiting++;
      }
    }
  }
}

/** What it costs to go from one pixel to the next: an even area next to nothing, an edge much. */
function step(data: Uint8ClampedArray, a: number, b: number): number {
  let difference = 0;
  for (let k = 0; k < 3; k++) difference += Math.abs((data[a * 4 + k] as number) - (data[b * 4 + k] as number));
  return Math.min(BUCKETS - 1, 1 + ((difference * difference) >> 4));
}

/** Lay a small mask, brought to the size of the picture, over one of that size: added, or taken away. Looks only at where it marks. */
export function layEnlarged(target: Plane, small: Plane, add: boolean): void {
  const marked = markedRect(small);
  if (!marked) return;
  const { width, height, data } = target;
  const sx = small.width / width;
  const sy = small.height / height;
  const spot = widened(marked, 1);
  const [left, top] = [Math.floor(spot.x / sx), Math.floor(spot.y / sy)];
  const far = { x: Math.ceil((spot.x + spot.w) / sx), y: Math.ceil((spot.y + spot.h) / sy) };
  const rect = within({ x: left, y: top, w: far.x - left, h: far.y - top }, whole(target));
  for (let y = rect.y; y < rect.y + rect.h; y++) {
    const fy = Math.max(0, Math.min(small.height - 1, (y + 0.5) * sy - 0.5));
    const above = Math.floor(fy) * small.width;
    const below = Math.min(small.height - 1, Math.floor(fy) + 1) * small.width;
    for (let x = rect.x, i = y * width + x; x < rect.x + rect.w; x++, i++) {
      const fx = Math.max(0, Math.min(small.width - 1, (x + 0.5) * sx - 0.5));
      const value = between(small.data, above, below, fx, fy - Math.floor(fy), small.width);
      if (value === 0) continue;
      const sharp = Math.max(0, sharpened(value, sx));
      data[i] = add ? Math.max(data[i] as number, sharp) : Math.min(data[i] as number, 255 - sharp);
    }
  }
}

/** The value between four pixels. */
function between(data: Uint8ClampedArray, above: number, below: number, fx: number, v: number, width: number): number {
  const x0 = Math.floor(fx);
  const x1 = Math.min(width - 1, x0 + 1);
  const u = fx - x0;
  const upper = (data[above + x0] as number) * (1 - u) + (data[above + x1] as number) * u;
  const lower = (data[below + x0] as number) * (1 - u) + (data[below + x1] as number) * u;
  return upper * (1 - v) + lower * v;
}

/** The ramp of the enlargement is made about two pixels wide. */
function sharpened(value: number, shrink: number): number {
  return 127.5 + (value - 127.5) * Math.max(1, 0.5 / shrink);
}
