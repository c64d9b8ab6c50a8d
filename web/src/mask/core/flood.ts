/** Fill by colour: from a pixel over all that touch it and look alike. The picture decides, so that one click marks an even sky. */

import type { Plane, Point, Rect } from "./plane";

const TOLD = 1 << 20; // pixels after which it is told again how far it is

export type Pixels = { width: number; height: number; data: Uint8ClampedArray };

/** Raise the coverage of what touches `from` and differs from it by at most `tolerance` (0 to 255) in every channel. Returns where; null for nothing.
 * tell: hears which share of the picture is marked. */
export function flood(
  cover: Plane,
  picture: Pixels,
  from: Point,
  tolerance: number,
  tell?: (share: number) => void,
): Rect | null {
  const { width, height } = picture;
  const [sx, sy] = [Math.floor(from.x), Math.floor(from.y)];
  if (sx < 0 || sy < 0 || sx >= width || sy >= height) return null;
  const { data } = picture;
  const origin = (sy * width + sx) * 4;
  const [r, g, b] = [data[origin] as number, data[origin + 1] as number, data[origin + 2] as number];
  const fits = (i: number): boolean => {
    if (cover.data[i] === 255) return false;
    const k = i * 4;
    return (
      Math.abs((data[k] as number) - r) <= tolerance &&
      Math.abs((data[k + 1] as number) - g) <= tolerance &&
      Math.abs((data[k + 2] as number) - b) <= tolerance
    );
  };
  let [x0, y0, x1, y1] = [sx, sy, sx, sy];
  const todo = [sy * width + sx];
  let [marked, told] = [0, 0];
  for (let i = todo.pop(); i !== undefined; i = todo.pop()) {
    if (!fits(i)) continue;
    const y = Math.floor(i / width);
    const row = y * width;
    let left = i;
    while (left > row && fits(left - 1)) left--;
    let right = i;
    while (right < row + width - 1 && fits(right + 1)) right++;
    cover.data.fill(255, left, right + 1);
    marked += right + 1 - left;
    if (tell && marked - told > TOLD) {
      told = marked;
      tell(marked / (width * height));
    }
    x0 = Math.min(x0, left - row);
    x1 = Math.max(x1, right - row);
    y0 = Math.min(y0, y);
    y1 = Math.max(y1, y);
    if (y > 0) seed(todo, fits, left - width, right - width);
    if (y < height - 1) seed(todo, fits, left + width, right + width);
  }
  return { x: x0, y: y0, w: x1 - x0 + 1, h: y1 - y0 + 1 };
}

/** One place of each run that fits. */
function seed(todo: number[], fits: (i: number) => boolean, from: number, to: number): void {
  let inside = false;
  for (let i = from; i <= to; i++) {
    const now = fits(i);
    if (now && !inside) todo.push(i);
    inside = now;
  }
}
