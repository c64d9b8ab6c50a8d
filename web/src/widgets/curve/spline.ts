/** The curve through control points, as the server draws it (nodes/image/curves.py): the monotone cubic of Fritsch and Carlson, level beyond its ends. */

import type { Json } from "../../doc/types";

export type Knot = [x: number, y: number];
export const STRAIGHT: Knot[] = [
  [0, 0],
  [1, 1],
];
/** Usual curves, by the name of their text. */
export const USUAL: Record<string, Knot[]> = {
  straight: STRAIGHT,
  contrast: [
    [0, 0],
    [0.25, 0.17],
    [0.75, 0.83],
    [1, 1],
  ],
  soft: [
    [0, 0.08],
    [0.25, 0.31],
    [0.75, 0.69],
    [1, 0.92],
  ],
  lighter: [
    [0, 0],
    [0.45, 0.58],
    [1, 1],
  ],
  darker: [
    [0, 0],
    [0.55, 0.42],
    [1, 1],
  ],
  negative: [
    [0, 1],
    [1, 0],
  ],
};

const APART = 0.005; // of two points next to each other
const fine = (number: number) => Math.round(number * 1000) / 1000;
const unit = (number: number) => Math.min(1, Math.max(0, number));

/** What a value says, or the straight line where it is no curve. */
export function knotsIn(value: Json | undefined): Knot[] {
  if (!Array.isArray(value) || value.length < 2) return STRAIGHT;
  const good = value.every(
    (row) => Array.isArray(row) && row.length === 2 && row.every((at) => typeof at === "number" && at >= 0 && at <= 1),
  );
  const rows = value as Knot[];
  return good && rows.every((row, at) => at === 0 || row[0] > (rows[at - 1] as Knot)[0]) ? rows : STRAIGHT;
}

/** The height of the curve at a place. */
export function heightAt(knots: Knot[], x: number): number {
  return drawn(knots)(x);
}

/** The curve as the `d` of a path in a square of 1 by 1, upside down as screens have it. */
export function pathOf(knots: Knot[], steps = 96): string {
  const height = drawn(knots);
  const places = Array.from({ length: steps + 1 }, (_, at) => at / steps);
  return places.map((x, at) => `${at ? "L" : "M"}${fine(x)} ${fine(1 - unit(height(x)))}`).join("");
}

function drawn(knots: Knot[]): (x: number) => number {
  const tangents = tangentsOf(knots);
  return (x) => {
    const last = knots.length - 1;
    const [first, end] = [knots[0] as Knot, knots[last] as Knot];
    if (x <= first[0]) return first[1];
    if (x >= end[0]) return end[1];
    const at = knots.findLastIndex((knot) => knot[0] <= x);
    const [[x0, y0], [x1, y1]] = [knots[at] as Knot, knots[at + 1] as Knot];
    const step = x1 - x0;
    const s = (x - x0) / step;
    const r = 1 - s;
    const slope = (index: number) => (tangents[index] as number) * step;
    return y0 * (1 + 2 * s) * r * r + y1 * (3 - 2 * s) * s * s + slope(at) * s * r * r - slope(at + 1) * s * s * r;
  };
}

function tangentsOf(knots: Knot[]): number[] {
  const slopes = knots.slice(1).map(([x, y], at) => {
    const [x0, y0] = knots[at] as Knot;
    return (y - y0) / (x - x0);
  });
  const of = (at: number) => slopes[at] as number;
  const tangents = knots.map((_, at) => {
    if (at === 0) return of(0);
    if (at === slopes.length) return of(at - 1);
    return of(at - 1) * of(at) <= 0 ? 0 : (of(at - 1) + of(at)) / 2;
  });
  for (const [at, slope] of slopes.entries()) {
    const [a, b] = [tangents[at] as number, tangents[at + 1] as number];
    const length = slope === 0 ? Infinity : Math.hypot(a / slope, b / slope);
    if (length > 3) [tangents[at], tangents[at + 1]] = slope === 0 ? [0, 0] : [(a * 3) / length, (b * 3) / length];
  }
  return tangents;
}

/** A point put to a place, but not past those beside it. */
export function movedTo(knots: Knot[], index: number, [x, y]: Knot): Knot[] {
  const low = index === 0 ? 0 : (knots[index - 1] as Knot)[0] + APART;
  const high = index === knots.length - 1 ? 1 : (knots[index + 1] as Knot)[0] - APART;
  const knot: Knot = [fine(Math.min(high, Math.max(low, x))), fine(unit(y))];
  return knots.map((old, at) => (at === index ? knot : old));
}

/** One more point, and which it is then; null where there is no room for it. */
export function added(knots: Knot[], [x, y]: Knot): { knots: Knot[]; index: number } | null {
  if (x < 0 || x > 1 || knots.some((knot) => Math.abs(knot[0] - x) < APART)) return null;
  const index = knots.filter((knot) => knot[0] < x).length;
  return { knots: knots.toSpliced(index, 0, [fine(x), fine(unit(y))]), index };
}

/** The middle of the widest gap, on the curve. */
export function gap(knots: Knot[]): Knot {
  let best: Knot = [0, 0];
  for (const [at, [x]] of knots.slice(1).entries()) {
    const before = (knots[at] as Knot)[0];
    if (x - before > best[1] - best[0]) best = [before, x];
  }
  const x = (best[0] + best[1]) / 2;
  return [x, heightAt(knots, x)];
}

/** Without a point; two are needed. */
export function without(knots: Knot[], index: number): Knot[] {
  return knots.length > 2 ? knots.toSpliced(index, 1) : knots;
}
