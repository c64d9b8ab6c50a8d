import { expect, test } from "vitest";
import { placeCard, seen } from "./place";

const page = { width: 1280, height: 800 };
const card = { width: 352, height: 200 };
const overlap = (at: { x: number; y: number }, part: { x: number; y: number; width: number; height: number }) =>
  at.x < part.x + part.width &&
  part.x < at.x + card.width &&
  at.y < part.y + part.height &&
  part.y < at.y + card.height;

test.each([
  ["a node in the middle", { x: 400, y: 200, width: 264, height: 300 }],
  ["a node at the right edge", { x: 1000, y: 200, width: 264, height: 300 }],
  ["a button in the corner", { x: 1170, y: 6, width: 70, height: 32 }],
  ["a tile in the panel", { x: 950, y: 130, width: 150, height: 140 }],
  ["a bar along the bottom", { x: 0, y: 740, width: 1280, height: 60 }],
])("the card never lies on %s", (_, part) => {
  for (const rtl of [false, true]) {
    const at = placeCard(part, card, page, rtl);
    expect(overlap(at, part)).toBe(false);
    expect(at.x >= 0 && at.y >= 0 && at.x + card.width <= 1280 && at.y + card.height <= 800).toBe(true);
  }
});

test("it stands on the side where reading goes on", () => {
  const part = { x: 500, y: 300, width: 264, height: 300 };
  expect(placeCard(part, card, page, false).x).toBeGreaterThan(part.x);
  expect(placeCard(part, card, page, true).x).toBeLessThan(part.x);
});

test("on a phone it takes the half of the page that the part is not in", () => {
  const phone = { width: 390, height: 800 };
  const wide = { ...card, width: 366 };
  expect(placeCard({ x: 10, y: 100, width: 370, height: 60 }, wide, phone, false)).toEqual({ x: 12, y: 588 });
  expect(placeCard({ x: 10, y: 600, width: 370, height: 60 }, wide, phone, false)).toEqual({ x: 12, y: 12 });
});

test("a part that is off the page is not to be seen", () => {
  expect(seen({ x: -300, y: 10, width: 200, height: 40 }, page)).toBeNull();
  expect(seen({ x: -100, y: 10, width: 200, height: 40 }, page)).toEqual({ x: 0, y: 10, width: 100, height: 40 });
});
