/** Moving the view with two fingers and with the wheel. */

import type { Point } from "./core/plane";
import type { Surface } from "./surface";

const WHEEL = 0.0016; // zoom for each pixel that a wheel turns
const PINCH = 0.012; // the same for a pinch on a touch pad

/** A finger of two has moved to `now`. pointers: where both were before, in CSS pixels from the host's corner. */
export function pinch(surface: Surface | null, pointers: ReadonlyMap<number, Point>, id: number, now: Point): void {
  const other = [...pointers].find(([key]) => key !== id)?.[1];
  const before = pointers.get(id);
  if (!other || !before || !surface) return;
  const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
  const was = Math.hypot(before.x - other.x, before.y - other.y);
  surface.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
  if (was > 0) surface.zoom((surface.view.scale * Math.hypot(now.x - other.x, now.y - other.y)) / was, middle);
}

export function turn(surface: Surface | null, event: WheelEvent, at: Point): void {
  event.preventDefault();
  if (!surface) return;
  const turned = event.deltaY * (event.deltaMode === 1 ? 30 : 1);
  const fine = event.ctrlKey && Math.abs(turned) < 50;
  surface.zoom(surface.view.scale * Math.exp(-turned * (fine ? PINCH : WHEEL)), at);
}
