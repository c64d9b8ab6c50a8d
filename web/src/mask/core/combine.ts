/** Masks with each other: soft pixels are taken by the larger or smaller value, so that doing it twice changes nothing. */

import type { Plane, Rect } from "./plane";

export type Way = "add" | "subtract" | "intersect" | "replace";

/** Lay `other` over `target`, within a rectangle. */
export function combine(target: Plane, other: Plane, way: Way, rect: Rect): void {
  const { width, data: to } = target;
  const from = other.data;
  for (let y = rect.y; y < rect.y + rect.h; y++) {
    const [start, end] = [y * width + rect.x, y * width + rect.x + rect.w];
    if (way === "replace") to.set(from.subarray(start, end), start);
    else if (way === "add") for (let i = start; i < end; i++) to[i] = Math.max(from[i] as number, to[i] as number);
    else if (way === "intersect")
      for (let i = start; i < end; i++) to[i] = Math.min(from[i] as number, to[i] as number);
    else for (let i = start; i < end; i++) to[i] = Math.min(to[i] as number, 255 - (from[i] as number));
  }
}

export function invert(plane: Plane): void {
  const { data } = plane;
  for (let i = 0; i < data.length; i++) data[i] = 255 - (data[i] as number);
}

/** The planes as one: what any of them marks. */
export function union(planes: readonly Plane[], into: Plane): Plane {
  const rect = { x: 0, y: 0, w: into.width, h: into.height };
  into.data.fill(0);
  for (const plane of planes) combine(into, plane, "add", rect);
  return into;
}
