import { expect, it } from "vitest";
import { clamp, isUseful, type Range, read, shareOf, stepOf, tidy, valueAt, written } from "./range";

const small: Range = { low: 0, high: 1, step: null, whole: false };
const wide: Range = { low: 1, high: 16384, step: null, whole: true };

it("brings values into the range and onto steps", () => {
  expect(tidy(small, 0.123456)).toBe(0.12);
  expect(tidy({ ...small, step: 0.25 }, 0.3)).toBe(0.25);
  expect(clamp(wide, 0.2)).toBe(1);
  expect(clamp(wide, 99999)).toBe(16384);
  expect(stepOf(wide)).toBe(1);
});

it("finds its way back from the slider", () => {
  for (const range of [small, wide]) {
    expect(valueAt(range, 0)).toBe(range.low);
    expect(valueAt(range, 1)).toBe(range.high);
  }
  expect(Math.abs(valueAt(wide, shareOf(wide, 512)) - 512)).toBeLessThanOrEqual(1);
  expect(shareOf(wide, 512)).toBeGreaterThan(0.25);
});

it("offers no slider over an endless range", () => {
  expect(isUseful({ low: 0, high: 2e8, step: null, whole: true })).toBe(false);
  expect(isUseful({ low: -Infinity, high: 1, step: null, whole: false })).toBe(false);
});

it("reads numbers as people write them", () => {
  expect(read(" 0,5 ")).toBe(0.5);
  for (const junk of ["", "abc", "1e999", "--1"]) expect(read(junk)).toBeNull();
  expect(written(0.1 + 0.2)).toBe("0.3");
});
