import { describe, expect, it } from "vitest";
import { added, gap, heightAt, type Knot, knotsIn, movedTo, pathOf, STRAIGHT, USUAL, without } from "./spline";

const S: Knot[] = [
  [0, 0],
  [0.25, 0.1],
  [0.75, 0.9],
  [1, 1],
];

describe("the curve", () => {
  it("goes through its points, never beyond them, and is level outside", () => {
    for (const [x, y] of S) expect(heightAt(S, x)).toBeCloseTo(y, 9);
    for (let x = 0; x <= 1; x += 0.01) {
      expect(heightAt(S, x)).toBeGreaterThanOrEqual(0);
      expect(heightAt(S, x + 0.01)).toBeGreaterThanOrEqual(heightAt(S, x));
    }
    const short: Knot[] = [
      [0.2, 0.3],
      [0.8, 0.6],
    ];
    expect([heightAt(short, 0), heightAt(short, 1)]).toEqual([0.3, 0.6]);
  });

  it("is the server's: heights that nodes/image/curves.py gives for the same points", () => {
    expect([0.1, 0.3, 0.5, 0.9].map((x) => +heightAt(S, x).toFixed(6))).toEqual([0.0256, 0.1584, 0.5, 0.9744]);
    expect(heightAt(STRAIGHT, 0.37)).toBeCloseTo(0.37, 12);
  });

  it("reads what is a curve and takes the straight line for all else", () => {
    expect(knotsIn(S as never)).toEqual(S);
    for (const bad of [
      null,
      undefined,
      [[0, 0]],
      [
        [0, 0],
        [0, 1],
      ],
      [
        [0, 0],
        [1, 2],
      ],
      "x",
    ]) {
      expect(knotsIn(bad as never)).toBe(STRAIGHT);
    }
    for (const usual of Object.values(USUAL)) expect(knotsIn(usual)).toBe(usual);
  });

  it("keeps the order of its points", () => {
    expect(movedTo(S, 1, [0.9, 2])[1]).toEqual([0.745, 1]);
    expect(movedTo(S, 0, [-1, -1])[0]).toEqual([0, 0]);
    expect(added(S, [0.5, 0.4])).toEqual({ knots: S.toSpliced(2, 0, [0.5, 0.4]), index: 2 });
    expect(added(S, [0.2501, 0.4])).toBeNull();
    expect(gap(S)[0]).toBe(0.5);
    expect(without(S, 1)).toHaveLength(3);
    expect(without(STRAIGHT, 0)).toBe(STRAIGHT);
  });

  it("is drawn from the lower left to the upper right", () => {
    expect(pathOf(STRAIGHT, 2)).toBe("M0 1L0.5 0.5L1 0");
  });
});
