/** Four numbers of one node that are a box on the picture, as far as their names say so. */

import type { Parameter } from "./params";

export type Box = { x: number; y: number; width: number; height: number };
export type BoxParameters = Record<keyof Box, Parameter>;

const SIDES = ["x", "y", "width", "height"] as const;
const LEAST = 4; // pixels; less was a click

/** The parameters that make a box together; null where there are none. */
export function boxOf(parameters: Parameter[]): BoxParameters | null {
  for (const { node } of parameters) {
    const own = parameters.filter((entry) => entry.node === node && entry.schema?.type === "integer");
    const found = SIDES.map((side) => own.find((entry) => entry.socket === side));
    if (found.every((entry) => entry !== undefined))
      return Object.fromEntries(SIDES.map((side, index) => [side, found[index]])) as BoxParameters;
  }
  return null;
}

/** The box between two corners, in whole pixels and inside the picture. */
export function boxFrom(a: [number, number], b: [number, number], size: [number, number]): Box {
  const [left, right] = span(a[0], b[0], size[0]);
  const [top, bottom] = span(a[1], b[1], size[1]);
  return { x: left, y: top, width: right - left, height: bottom - top };
}

function span(a: number, b: number, most: number): [number, number] {
  const [low, high] = [Math.min(a, b), Math.max(a, b)].map((at) => Math.round(Math.min(most, Math.max(0, at))));
  const first = Math.min(low ?? 0, most - LEAST);
  return [Math.max(0, first), Math.max(high ?? 0, first + LEAST)];
}
