/**
 * Wider, narrower and softer. Growing goes by true distance (Meijster's two passes), so that corners become round, not square; softening is three
 * box averages, close to a Gaussian. Both cost the same at any radius and look only at what is marked.
 */

import { isEmpty, markedRect, type Plane, type Rect, whole, widened, within } from "./plane";

const HALF = 128;
const TOLD = 255; // rows between two words on how far it is, less one

/** Is told which share of the work is done, 0 to 1. */
type Tell = (share: number) => void;
const nobody: Tell = () => {};

/** The rows of a pass from one share of the work to another. */
function rowsTold(tell: Tell, from: number, to: number, rows: number): (y: number) => void {
  return (y) => {
    if ((y & TOLD) === 0) tell(from + ((to - from) * y) / rows);
  };
}

/** Widen the marked area (by < 0: narrow it) by so many pixels; its edge becomes about a pixel soft. Returns where it changed. */
export function grow(plane: Plane, by: number, tell = nobody): Rect | null {
  const marked = markedRect(plane);
  if (!marked || by === 0) return null;
  const rect = within(widened(marked, Math.ceil(Math.max(by, 0)) + 2), whole(plane));
  if (isEmpty(rect)) return null;
  const distance = distances(plane, rect, by > 0, tell);
  const reach = Math.abs(by);
  for (let y = 0; y < rect.h; y++) {
    const start = (y + rect.y) * plane.width + rect.x;
    for (let x = 0; x < rect.w; x++) {
      const inside = Math.min(1, Math.max(0, reach + 0.5 - Math.sqrt(distance[y * rect.w + x] as number)));
      const was = plane.data[start + x] as number;
      plane.data[start + x] = by > 0 ? Math.max(was, inside * 255) : (1 - inside) * was;
    }
  }
  return rect;
}

/** The squared distance of each pixel to the next one that is marked (or unmarked). Outside of the plane nothing is either. */
export function distances(plane: Plane, rect: Rect, marked: boolean, tell = nobody): Float32Array {
  const { w, h } = rect;
  const far = w + h;
  const down = new Int32Array(w * h);
  for (let y = 0; y < h; y++) {
    const from = (y + rect.y) * plane.width + rect.x;
    for (let x = 0, i = y * w; x < w; x++, i++) {
      const is = (plane.data[from + x] as number) >= HALF;
      down[i] = is === marked ? 0 : y === 0 ? far : Math.min(far, (down[i - w] as number) + 1);
    }
  }
  tell(0.2);
  for (let i = w * (h - 1) - 1; i >= 0; i--) down[i] = Math.min(down[i] as number, (down[i + w] as number) + 1);
  return acrossRows(down, rect, rowsTold(tell, 0.3, 0.8, h));
}

/** The lower envelope of a row's parabolas, row by row. */
function acrossRows(down: Int32Array, rect: Rect, told: (y: number) => void): Float32Array {
  const { w, h } = rect;
  const found = new Float32Array(w * h);
  const centre = new Int32Array(w);
  const from = new Int32Array(w);
  for (let y = 0; y < h; y++) {
    const row = down.subarray(y * w, (y + 1) * w);
    told(y);
    const cost = (x: number, at: number) => (x - at) ** 2 + (row[at] as number) ** 2;
    let top = 0;
    centre[0] = 0;
    from[0] = 0;
    for (let x = 1; x < w; x++) {
      while (top >= 0 && cost(from[top] as number, centre[top] as number) > cost(from[top] as number, x)) top--;
      if (top < 0) {
        top = 0;
        centre[0] = x;
        continue;
      }
      const at = centre[top] as number;
      const meet =
        1 + Math.floor((x * x - at * at + (row[x] as number) ** 2 - (row[at] as number) ** 2) / (2 * (x - at)));
      if (meet < w) {
        top++;
        centre[top] = x;
        from[top] = meet;
      }
    }
    for (let x = w - 1; x >= 0; x--) {
      found[y * w + x] = cost(x, centre[top] as number);
      if (x === from[top]) top--;
    }
  }
  return found;
}

/** Soften the edge over about so many pixels to both sides. Returns where it changed. */
export function feather(plane: Plane, by: number, tell = nobody): Rect | null {
  const marked = markedRect(plane);
  if (!marked || by <= 0) return null;
  const radius = Math.max(1, Math.round(by / 2));
  const rect = within(widened(marked, radius * 3), whole(plane));
  const [a, b] = [new Float32Array(rect.w * rect.h), new Float32Array(rect.w * rect.h)];
  for (let y = 0; y < rect.h; y++) {
    const start = (y + rect.y) * plane.width + rect.x;
    a.set(plane.data.subarray(start, start + rect.w), y * rect.w);
  }
  for (let round = 0; round < 3; round++) {
    tell((round + 0.1) / 3);
    averageRows(a, b, rect, radius);
    tell((round + 0.5) / 3);
    averageColumns(b, a, rect, radius);
  }
  for (let y = 0; y < rect.h; y++)
    plane.data.set(a.subarray(y * rect.w, (y + 1) * rect.w), (y + rect.y) * plane.width + rect.x);
  return rect;
}

/** Beyond the rim the last pixel goes on, so that a mask that touches the frame stays full there. */
function averageRows(from: Float32Array, to: Float32Array, { w, h }: Rect, radius: number): void {
  const share = 1 / (2 * radius + 1);
  for (let y = 0; y < h; y++) {
    const row = y * w;
    const [first, last] = [from[row] as number, from[row + w - 1] as number];
    let sum = first * radius;
    for (let x = 0; x <= radius; x++) sum += x < w ? (from[row + x] as number) : last;
    for (let x = 0; x < w; x++) {
      to[row + x] = sum * share;
      const [gone, next] = [x - radius, x + radius + 1];
      sum += (next < w ? (from[row + next] as number) : last) - (gone >= 0 ? (from[row + gone] as number) : first);
    }
  }
}

/** Row after row with a sum for every column: going down the columns one by one would miss the processor's cache at each step. */
function averageColumns(from: Float32Array, to: Float32Array, { w, h }: Rect, radius: number): void {
  const share = 1 / (2 * radius + 1);
  const sums = new Float64Array(w);
  const at = (y: number) => Math.min(h - 1, Math.max(0, y)) * w;
  for (let y = -radius; y <= radius; y++)
    for (let x = 0, row = at(y); x < w; x++) sums[x] = (sums[x] as number) + (from[row + x] as number);
  for (let y = 0; y < h; y++) {
    const [gone, next] = [at(y - radius), at(y + radius + 1)];
    for (let x = 0; x < w; x++) {
      const sum = sums[x] as number;
      to[y * w + x] = sum * share;
      sums[x] = sum + (from[next + x] as number) - (from[gone + x] as number);
    }
  }
}
