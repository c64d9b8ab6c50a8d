/** A mask is a plane of bytes, as the server's masks are: 0 is unmarked, 255 marked, between them soft. All that changes one says where. */

export type Plane = { readonly width: number; readonly height: number; readonly data: Uint8ClampedArray };

/** Whole pixels; right and bottom (x + w, y + h) are outside. Empty when w or h is not above 0. */
export type Rect = { x: number; y: number; w: number; h: number };
export type Point = { x: number; y: number };

export function makePlane(width: number, height: number): Plane {
  return { width, height, data: new Uint8ClampedArray(width * height) };
}

export function whole(plane: { width: number; height: number }): Rect {
  return { x: 0, y: 0, w: plane.width, h: plane.height };
}

export function isEmpty(rect: Rect): boolean {
  return rect.w <= 0 || rect.h <= 0;
}

/** The part of a rectangle that lies in another. */
export function within(rect: Rect, limit: Rect): Rect {
  const x = Math.max(rect.x, limit.x);
  const y = Math.max(rect.y, limit.y);
  const w = Math.min(rect.x + rect.w, limit.x + limit.w) - x;
  const h = Math.min(rect.y + rect.h, limit.y + limit.h) - y;
  return { x, y, w: Math.max(0, w), h: Math.max(0, h) };
}

/** The smallest rectangle around both; null and empty ones count for nothing. */
export function around(a: Rect | null, b: Rect | null): Rect | null {
  if (!a || isEmpty(a)) return b && !isEmpty(b) ? b : null;
  if (!b || isEmpty(b)) return a;
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return { x, y, w: Math.max(a.x + a.w, b.x + b.w) - x, h: Math.max(a.y + a.h, b.y + b.h) - y };
}

export function widened(rect: Rect, by: number): Rect {
  return { x: rect.x - by, y: rect.y - by, w: rect.w + 2 * by, h: rect.h + 2 * by };
}

/** The whole pixels that the points and `margin` pixels around them touch. */
export function boundsOf(points: readonly Point[], margin = 0): Rect {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of points) {
    x0 = Math.min(x0, x);
    y0 = Math.min(y0, y);
    x1 = Math.max(x1, x);
    y1 = Math.max(y1, y);
  }
  if (x0 > x1) return { x: 0, y: 0, w: 0, h: 0 };
  const [x, y] = [Math.floor(x0 - margin), Math.floor(y0 - margin)];
  return { x, y, w: Math.ceil(x1 + margin) - x + 1, h: Math.ceil(y1 + margin) - y + 1 };
}

export function copyRect(from: Plane, to: Plane, rect: Rect): void {
  for (let y = rect.y; y < rect.y + rect.h; y++) {
    const start = y * from.width + rect.x;
    to.data.set(from.data.subarray(start, start + rect.w), start);
  }
}

export function fillRect(plane: Plane, rect: Rect, value: number): void {
  for (let y = rect.y; y < rect.y + rect.h; y++) {
    const start = y * plane.width + rect.x;
    plane.data.fill(value, start, start + rect.w);
  }
}

/** The rectangle around all that is marked at all; null when nothing is. */
export function markedRect(plane: Plane): Rect | null {
  const { width, height, data } = plane;
  let [x0, y0, x1, y1] = [width, -1, -1, -1];
  for (let y = 0; y < height; y++) {
    const start = y * width;
    const row = data.subarray(start, start + width);
    let first = 0;
    while (first < width && row[first] === 0) first++;
    if (first === width) continue;
    let last = width - 1;
    while (row[last] === 0) last--;
    if (y0 < 0) y0 = y;
    y1 = y;
    if (first < x0) x0 = first;
    if (last > x1) x1 = last;
  }
  return y0 < 0 ? null : { x: x0, y: y0, w: x1 - x0 + 1, h: y1 - y0 + 1 };
}

/** The sum of a rectangle's bytes. */
export function bytesOf(plane: Plane, rect: Rect): number {
  let sum = 0;
  for (let y = rect.y; y < rect.y + rect.h; y++) {
    const start = y * plane.width + rect.x;
    for (let i = start, end = start + rect.w; i < end; i++) sum += plane.data[i] as number;
  }
  return sum;
}

/** How many pixels of a rectangle are marked; soft ones count in part. */
export function sumOf(plane: Plane, rect: Rect): number {
  return bytesOf(plane, rect) / 255;
}
