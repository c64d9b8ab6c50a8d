/** Signs that are drawn over the picture, in pixels of the screen: dark and light side by side, so that they are seen on any picture. */

import type { View } from "./core/show";
import type { Ring } from "./surface";

const DARK = "rgb(0 0 0 / 65%)";
const ADDS = "#1b6d4f";
const TAKES = "#b4231c";
const ARM = 5; // CSS pixels from the middle of the keyboard's brush to the end of its cross

/** A plus in a circle, or a minus in a square. */
export function drawDot(to: CanvasRenderingContext2D, x: number, y: number, add: boolean, ratio: number): void {
  to.beginPath();
  if (add) to.arc(x, y, 7 * ratio, 0, 2 * Math.PI);
  else to.rect(x - 6.5 * ratio, y - 6.5 * ratio, 13 * ratio, 13 * ratio);
  to.fillStyle = add ? ADDS : TAKES;
  to.fill();
  to.lineWidth = 1.5 * ratio;
  to.strokeStyle = "white";
  to.stroke();
  to.beginPath();
  to.moveTo(x - 3.5 * ratio, y);
  to.lineTo(x + 3.5 * ratio, y);
  if (add) {
    to.moveTo(x, y - 3.5 * ratio);
    to.lineTo(x, y + 3.5 * ratio);
  }
  to.stroke();
}

/** The brush that the keys move: a ring of its size with a cross in it; thick while it is down, dashed while it takes away. */
export function drawRing(to: CanvasRenderingContext2D, ring: Ring, view: View, ratio: number): void {
  const [x, y] = [ring.x * view.scale + view.x, ring.y * view.scale + view.y];
  const radius = Math.max(3 * ratio, ring.radius * view.scale);
  const arm = ARM * ratio;
  to.save();
  for (const [width, colour] of [
    [ring.down ? 5 : 3, DARK],
    [ring.down ? 2.5 : 1.25, "white"],
  ] as const) {
    to.lineWidth = width * ratio;
    to.strokeStyle = colour;
    to.setLineDash(ring.erase ? [4 * ratio, 3 * ratio] : []);
    to.beginPath();
    to.arc(x, y, radius, 0, 2 * Math.PI);
    to.stroke();
    to.setLineDash([]);
    to.beginPath();
    to.moveTo(x - arm, y);
    to.lineTo(x + arm, y);
    to.moveTo(x, y - arm);
    to.lineTo(x, y + arm);
    to.stroke();
  }
  to.restore();
}
