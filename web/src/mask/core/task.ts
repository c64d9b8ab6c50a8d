/**
 * What takes long on a large picture: changes of a whole mask, and the fill by colour. Each is data, so that a worker can do it, and what comes of it is
 * exactly what a step needs: the new mask, the tiles that differ, and by how much the sum of its bytes changed.
 */

import { lay } from "./brush";
import { invert } from "./combine";
import { flood, type Pixels } from "./flood";
import { changedTiles, type Tile } from "./history";
import { feather, grow } from "./morph";
import { bytesOf, copyRect, makePlane, type Plane, type Point, type Rect, whole } from "./plane";

export type Task =
  | { kind: "grow"; by: number }
  | { kind: "feather"; by: number }
  | { kind: "invert" }
  | { kind: "fill"; value: 0 | 255 }
  | { kind: "flood"; from: Point; tolerance: number; opacity: number; erase: boolean };

/** rect: where something may have changed; null for nowhere. bytes: what the sum of the mask's bytes grew by. */
export type Outcome = { after: Plane; rect: Rect | null; tiles: Tile[]; bytes: number };
/** Is told which share of the work is done, 0 to 1. */
export type Tell = (share: number) => void;

const SEARCHED = 0.9; // share of the work after which what changed is gathered

/** Do a task on a copy of a mask. pixels: the picture's, which only the fill by colour asks for. */
export function perform(before: Plane, task: Task, pixels: () => Pixels, tell: Tell = () => {}): Outcome {
  const after = { ...before, data: before.data.slice() };
  const rect = change(after, before, task, pixels, (share) => tell(share * SEARCHED));
  tell(SEARCHED);
  const tiles = rect ? changedTiles(before, after, rect) : [];
  const bytes = rect ? bytesOf(after, rect) - bytesOf(before, rect) : 0;
  tell(1);
  return { after, rect: tiles.length ? rect : null, tiles, bytes };
}

function change(after: Plane, before: Plane, task: Task, pixels: () => Pixels, tell: Tell): Rect | null {
  if (task.kind === "grow") return grow(after, task.by, tell);
  if (task.kind === "feather") return feather(after, task.by, tell);
  if (task.kind === "flood") {
    const cover = makePlane(after.width, after.height);
    const rect = flood(cover, pixels(), task.from, task.tolerance, tell);
    if (rect) lay(after, before, cover, rect, task);
    return rect;
  }
  if (task.kind === "invert") invert(after);
  else after.data.fill(task.value);
  return whole(after);
}

/** Put the outcome in place of the mask that it came from. */
export function replace(plane: Plane, { after, rect }: Outcome): void {
  if (rect) copyRect(after, plane, rect);
}
