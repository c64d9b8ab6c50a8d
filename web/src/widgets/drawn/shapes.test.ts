import { describe, expect, it } from "vitest";
import { another, boxBetween, movedBy, pointAt, resizedTo, type Size, shapesIn, typed, without } from "./shapes";

const SIZE: Size = [100, 80];

describe("boxes and points", () => {
  it("reads only what can be drawn", () => {
    expect(shapesIn([[0, 0, 5, 5], [1, 2], "x", [0, 0, 5, null]], "boxes")).toEqual([[0, 0, 5, 5]]);
    expect(shapesIn([[3, 4, 1]], "points")).toEqual([[3, 4, 1]]);
    expect(shapesIn(null, "points")).toEqual([]);
  });

  it("draws a box in any direction, in whole pixels, inside the picture", () => {
    expect(boxBetween([60.4, 70], [10.2, 20.6], SIZE)).toEqual([10, 21, 60, 70]);
    expect(boxBetween([-50, -50], [900, 900], SIZE)).toEqual([0, 0, 100, 80]);
    expect(boxBetween([5, 5], [5, 5], SIZE)).toEqual([5, 5, 6, 6]);
    expect(boxBetween([100, 80], [100, 80], SIZE)).toEqual([99, 79, 100, 80]);
  });

  it("moves within the picture and keeps the size", () => {
    expect(movedBy([10, 10, 30, 20], [5, -3], SIZE)).toEqual([15, 7, 35, 17]);
    expect(movedBy([10, 10, 30, 20], [-50, 500], SIZE)).toEqual([0, 70, 20, 80]);
    expect(movedBy([98, 2, 0], [9, -9], SIZE)).toEqual([99, 0, 0]);
    expect(movedBy([-20, 0, 30, 20], [4, 0], SIZE)).toEqual([-16, 0, 34, 20]);
  });

  it("turns round when a handle is dragged over the other side", () => {
    expect(resizedTo([10, 10, 30, 20], [1, 1], [50, 40], SIZE)).toEqual([10, 10, 50, 40]);
    expect(resizedTo([10, 10, 30, 20], [-1, 0], [60, 99], SIZE)).toEqual([30, 10, 60, 20]);
  });

  it("adds, types and takes away", () => {
    expect(another("boxes", [], true, SIZE)).toEqual([30, 24, 70, 56]);
    expect(another("points", [[1, 1, 1]], false, SIZE)).toEqual([56, 45, 0]);
    expect(pointAt([99.9, 200], true, SIZE)).toEqual([99, 79, 1]);
    expect(typed([0, 0, 9, 9], 2, 5)).toEqual([0, 0, 5, 9]);
    expect(typed([3, 0, 9, 9], 2, 3)).toBeNull();
    expect(without([[1], [2], [3]], 1)).toEqual([[1], [3]]);
  });
});
