/** Outlines become coverage: each pixel's share of the shape, exact along the row and by four lines in its height. */

import { boundsOf, type Plane, type Point, type Rect, whole, within } from "./plane";

const LINES = 4; // scan lines in the height of a pixel

export function rectanglePoints(a: Point, b: Point): Point[] {
  return [a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }];
}

/** The ellipse that fills the box between two corners. */
export function ellipsePoints(a: Point, b: Point): Point[] {
  const [cx, cy] = [(a.x + b.x) / 2, (a.y + b.y) / 2];
  const [rx, ry] = [Math.abs(b.x - a.x) / 2, Math.abs(b.y - a.y) / 2];
  const count = Math.max(24, Math.min(720, Math.round(Math.max(rx, ry) * 2)));
  return Array.from({ length: count }, (_, i) => {
    const angle = (i / count) * 2 * Math.PI;
    return { x: cx + rx * Math.cos(angle), y: cy + ry * Math.sin(angle) };
  });
}

/** The second corner of a square that begins at `a` and reaches as far as `b` does. */
export function squared(a: Point, b: Point): Point {
  const side = Math.max(Math.abs(b.x - a.x), Math.abs(b.y - a.y));
  return { x: a.x + side * Math.sign(b.x - a.x || 1), y: a.y + side * Math.sign(b.y - a.y || 1) };
}

/** Raise the coverage inside an outline; where it crosses itself, twice inside is outside. Returns the pixels that may have changed. */
export function fillOutline(cover: Plane, points: readonly Point[]): Rect {
  const rect = within(boundsOf(points), whole(cover));
  if (points.length < 3 || rect.w === 0 || rect.h === 0) return { ...rect, w: 0, h: 0 };
  const shares = new Float32Array(rect.w);
  const crossings: number[] = [];
  for (let y = rect.y; y < rect.y + rect.h; y++) {
    shares.fill(0);
    for (let line = 0; line < LINES; line++) {
      crossingsAt(points, y + (line + 0.5) / LINES, crossings);
      for (let k = 0; k + 1 < crossings.length; k += 2)
        addSpan(shares, (crossings[k] as number) - rect.x, (crossings[k + 1] as number) - rect.x);
    }
    const start = y * cover.width + rect.x;
    for (let x = 0; x < rect.w; x++) {
      const value = Math.round(((shares[x] as number) / LINES) * 255);
      if (value > (cover.data[start + x] as number)) cover.data[start + x] = value;
    }
  }
  return rect;
}

function crossingsAt(points: readonly Point[], y: number, into: number[]): void {
  into.length = 0;
  for (let i = 0, j = points.length - 1; i < points.length; j = i++) {
    const [a, b] = [points[j] as Point, points[i] as Point];
    if (a.y <= y !== b.y <= y) into.push(a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x));
  }
  into.sort((p, q) => p - q);
}

/** Add the part of each pixel between two places of a row. */
function addSpan(shares: Float32Array, from: number, to: number): void {
  const [a, b] = [Math.max(0, from), Math.min(shares.length, to)];
  if (b <= a) return;
  const [first, last] = [Math.floor(a), Math.min(shares.length - 1, Math.floor(b))];
  if (first === last) {
    shares[first] = (shares[first] as number) + (b - a);
    return;
  }
  shares[first] = (shares[first] as number) + (first + 1 - a);
  for (let x = first + 1; x < last; x++) shares[x] = (shares[x] as number) + 1;
  shares[last] = (shares[last] as number) + (b - last);
}
