/**
 * Undo keeps only the tiles that a step changed, and of each only the other state: undoing swaps it with what is there now. An even tile is one
 * number. The oldest steps go when all together are too large.
 */

import { isEmpty, type Plane, type Rect, whole, within } from "./plane";

const TILE = 128; // pixels

export type Tile = Rect & { bytes: Uint8ClampedArray | number };

/** One step: tiles of a layer, or something else that swaps itself. */
export type Step = { kind: "tiles"; layer: string; tiles: Tile[] } | { kind: "swap"; swap: () => void; bytes: number };

/** What differs between a plane before and now, inside a rectangle, as tiles of before. */
export function changedTiles(before: Plane, now: Plane, rect: Rect): Tile[] {
  const area = within(rect, whole(now));
  const tiles: Tile[] = [];
  if (isEmpty(area)) return tiles;
  for (let ty = area.y - (area.y % TILE); ty < area.y + area.h; ty += TILE) {
    for (let tx = area.x - (area.x % TILE); tx < area.x + area.w; tx += TILE) {
      const tile = within({ x: tx, y: ty, w: TILE, h: TILE }, whole(now));
      if (differs(before, now, tile)) tiles.push({ ...tile, bytes: packed(before, tile) });
    }
  }
  return tiles;
}

/** Put a step's tiles into the plane, and what was there into the step. Returns the rectangle around them. */
export function swapTiles(plane: Plane, tiles: Tile[]): Rect[] {
  for (const tile of tiles) {
    const now = packed(plane, tile);
    for (let y = 0; y < tile.h; y++) {
      const start = (tile.y + y) * plane.width + tile.x;
      if (typeof tile.bytes === "number") plane.data.fill(tile.bytes, start, start + tile.w);
      else plane.data.set(tile.bytes.subarray(y * tile.w, (y + 1) * tile.w), start);
    }
    tile.bytes = now;
  }
  return tiles;
}

function differs(a: Plane, b: Plane, { x, y, w, h }: Rect): boolean {
  for (let row = y; row < y + h; row++) {
    const start = row * a.width + x;
    for (let i = start, end = start + w; i < end; i++) if (a.data[i] !== b.data[i]) return true;
  }
  return false;
}

function packed(plane: Plane, { x, y, w, h }: Rect): Uint8ClampedArray | number {
  const bytes = new Uint8ClampedArray(w * h);
  for (let row = 0; row < h; row++) {
    const start = (y + row) * plane.width + x;
    bytes.set(plane.data.subarray(start, start + w), row * w);
  }
  const first = bytes[0] as number;
  for (let i = 1; i < bytes.length; i++) if (bytes[i] !== first) return bytes;
  return first;
}

function sizeOf(step: Step): number {
  if (step.kind === "swap") return step.bytes + 64;
  return step.tiles.reduce((sum, { bytes }) => sum + (typeof bytes === "number" ? 48 : bytes.length + 48), 64);
}

export class History {
  private past: Step[] = [];
  private future: Step[] = [];

  constructor(private readonly budget = 256e6) {}

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  push(step: Step): void {
    this.past.push(step);
    this.future = [];
    let bytes = this.past.reduce((sum, entry) => sum + sizeOf(entry), 0);
    while (bytes > this.budget && this.past.length > 1) bytes -= sizeOf(this.past.shift() as Step);
  }

  /** The step to swap in; swapping it back is what redo does. */
  undo(): Step | null {
    const step = this.past.pop();
    if (step) this.future.push(step);
    return step ?? null;
  }

  redo(): Step | null {
    const step = this.future.pop();
    if (step) this.past.push(step);
    return step ?? null;
  }
}
