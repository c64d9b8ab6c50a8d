/** Boxes and points on a picture, as lists of numbers in its pixels: what drawing, dragging and keys make of them. */

import type { Json } from "../../doc/types";

export type Kind = "boxes" | "points";
/** A box [left, top, right, bottom], or a point [x, y, 1 (belongs to it) or 0 (does not)]. */
export type Shape = number[];
export type Size = [width: number, height: number];
export type Place = [x: number, y: number];
/** Which sides of a box a handle moves: -1 the left or top, 1 the right or bottom. */
export type Handle = [x: -1 | 0 | 1, y: -1 | 0 | 1];

export const COLUMNS: Record<Kind, string[]> = { boxes: ["left", "top", "right", "bottom"], points: ["x", "y"] };
export const HANDLES: Handle[] = [
  [-1, -1],
  [0, -1],
  [1, -1],
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 1],
  [-1, 0],
];

const LENGTH: Record<Kind, number> = { boxes: 4, points: 3 };

/** What a value holds that can be drawn. */
export function shapesIn(value: Json | undefined, kind: Kind): Shape[] {
  if (!Array.isArray(value)) return [];
  return value.filter(
    (row): row is number[] => Array.isArray(row) && row.length === LENGTH[kind] && row.every(Number.isFinite),
  );
}

const within = (at: number, most: number) => Math.min(most, Math.max(0, Math.round(at)));

/** The box between two corners, in whole pixels of the picture and at least one wide and high. */
export function boxBetween([ax, ay]: Place, [bx, by]: Place, [width, height]: Size): Shape {
  const span = (a: number, b: number, most: number) => {
    const low = Math.min(within(Math.min(a, b), most), most - 1);
    return [low, Math.max(low + 1, within(Math.max(a, b), most))] as const;
  };
  const [left, right] = span(ax, bx, width);
  const [top, bottom] = span(ay, by, height);
  return [left, top, right, bottom];
}

export function pointAt([x, y]: Place, belongs: boolean, [width, height]: Size): Shape {
  return [within(x, width - 1), within(y, height - 1), belongs ? 1 : 0];
}

/** A shape that was moved, but not out of the picture. */
export function movedBy(shape: Shape, [dx, dy]: Place, [width, height]: Size): Shape {
  const step = (low: number, high: number, by: number, most: number) => {
    const free = Math.max(-low, Math.min(most - high, Math.round(by)));
    return low + by < 0 || high + by > most ? (low < 0 || high > most ? Math.round(by) : free) : Math.round(by);
  };
  if (shape.length === 3) {
    const [x = 0, y = 0, belongs = 1] = shape;
    return [x + step(x, x, dx, width - 1), y + step(y, y, dy, height - 1), belongs];
  }
  const [left = 0, top = 0, right = 0, bottom = 0] = shape;
  const [x, y] = [step(left, right, dx, width), step(top, bottom, dy, height)];
  return [left + x, top + y, right + x, bottom + y];
}

/** A box of which one handle was dragged to a place; over the other side it turns round. */
export function resizedTo(box: Shape, [x, y]: Handle, [atX, atY]: Place, size: Size): Shape {
  const [left = 0, top = 0, right = 0, bottom = 0] = box;
  const a: Place = [x < 0 ? atX : left, y < 0 ? atY : top];
  const b: Place = [x > 0 ? atX : right, y > 0 ? atY : bottom];
  return boxBetween(a, b, size);
}

/** A shape for who has no pointer: in the middle, and beside the one before it. */
export function another(kind: Kind, shapes: Shape[], belongs: boolean, size: Size): Shape {
  const aside = (shapes.length % 5) * 0.06;
  const [width, height] = size;
  if (kind === "points") return pointAt([width * (0.5 + aside), height * (0.5 + aside)], belongs, size);
  const corner: Place = [width * (0.3 + aside), height * (0.3 + aside)];
  return boxBetween(corner, [corner[0] + width * 0.4, corner[1] + height * 0.4], size);
}

export function replaced(shapes: Shape[], index: number, shape: Shape): Shape[] {
  return shapes.map((old, at) => (at === index ? shape : old));
}

export function without(shapes: Shape[], index: number): Shape[] {
  return shapes.filter((_, at) => at !== index);
}

/** The shape with one of its numbers typed anew; null where it is none then. */
export function typed(shape: Shape, column: number, number: number): Shape | null {
  const next = shape.map((old, at) => (at === column ? number : old));
  const [left = 0, top = 0, right = 0, bottom = 0] = next;
  return shape.length === 4 && (left >= right || top >= bottom) ? null : next;
}

/** Where it lies, in parts of the picture, for a stylesheet; of a point the middle. */
export function placeOf(
  shape: Shape,
  [width, height]: Size,
): Partial<Record<"left" | "top" | "width" | "height", string>> {
  const [left = 0, top = 0, right = 0, bottom = 0] = shape;
  const part = (number: number, of: number) => `${(number / of) * 100}%`;
  const corner = { left: part(left, width), top: part(top, height) };
  return shape.length === 4
    ? { ...corner, width: part(right - left, width), height: part(bottom - top, height) }
    : corner;
}
