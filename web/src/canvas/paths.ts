/** The line that a link takes: it leaves to the right, enters from the left, and is smooth in between. */

import type { Point } from "../doc/types";

const number = (value: number) => Math.round(value * 10) / 10;

export function pathThrough(points: Point[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let path = `M${number(first[0])},${number(first[1])}`;
  let [x, y] = first;
  for (const [nextX, nextY] of rest) {
    const pull = bow(nextX - x, nextY - y);
    path += `C${number(x + pull)},${number(y)} ${number(nextX - pull)},${number(nextY)} ${number(nextX)},${number(nextY)}`;
    [x, y] = [nextX, nextY];
  }
  return path;
}

/** How far a link goes straight on before it bends: far where it has to come back. */
function bow(across: number, down: number): number {
  if (across >= 0) return Math.min(Math.max(across / 2, 24), 240);
  return Math.min(40 + Math.abs(across) / 3 + Math.abs(down) / 8, 260);
}

/** Among the stretches between points the one that a place lies nearest to: there a new point goes in. */
export function stretchAt(points: Point[], [x, y]: Point): number {
  let best = 0;
  let least = Infinity;
  for (let at = 0; at + 1 < points.length; at++) {
    const [a, b] = [points[at] as Point, points[at + 1] as Point];
    const away = distance(a, b, x, y);
    if (away < least) [best, least] = [at, away];
  }
  return best;
}

function distance([ax, ay]: Point, [bx, by]: Point, x: number, y: number): number {
  const length = (bx - ax) ** 2 + (by - ay) ** 2 || 1;
  const share = Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length));
  return Math.hypot(x - ax - share * (bx - ax), y - ay - share * (by - ay));
}
