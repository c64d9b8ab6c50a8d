/** Which link runs through a part of the canvas. Pure. */

import type { Point } from "../doc/types";

export type Rect = { x: number; y: number; width: number; height: number };
export type Line = { id: string; from: Point; to: Point };

const SAMPLES = 24;

/** The line that passes nearest to the middle of a rectangle, or null where none enters it. */
export function lineThrough(rect: Rect, lines: Line[]): string | null {
  const middle: Point = [rect.x + rect.width / 2, rect.y + rect.height / 2];
  let best: string | null = null;
  let least = Infinity;
  for (const { id, from, to } of lines) {
    if (!near(rect, from, to)) continue;
    for (let at = 0; at <= SAMPLES; at++) {
      const [x, y] = along(from, to, at / SAMPLES);
      if (x < rect.x || y < rect.y || x > rect.x + rect.width || y > rect.y + rect.height) continue;
      const away = Math.hypot(x - middle[0], y - middle[1]);
      if (away < least) [best, least] = [id, away];
    }
  }
  return best;
}

function near(rect: Rect, [ax, ay]: Point, [bx, by]: Point): boolean {
  const across = Math.max(ax, bx) >= rect.x && Math.min(ax, bx) <= rect.x + rect.width;
  return across && Math.max(ay, by) >= rect.y && Math.min(ay, by) <= rect.y + rect.height;
}

/** A place on the soft S that a link takes between its ends. */
function along([ax, ay]: Point, [bx, by]: Point, share: number): Point {
  const soft = share * share * (3 - 2 * share);
  return [ax + (bx - ax) * share, ay + (by - ay) * soft];
}
