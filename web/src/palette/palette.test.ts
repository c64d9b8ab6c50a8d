import { expect, it } from "vitest";
import { pathThrough, stretchAt } from "../canvas/paths";
import { nameOf } from "./keys";
import { find } from "./search";

const press = (key: string, code: string, more = {}) => ({
  key,
  code,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...more,
});

it("names presses", () => {
  expect(nameOf(press("p", "KeyP", { ctrlKey: true, shiftKey: true }))).toBe("Mod+Shift+P");
  expect(nameOf(press("?", "Slash", { shiftKey: true }))).toBe("?");
  expect(nameOf(press("!", "Digit1", { shiftKey: true }))).toBe("Shift+1");
  expect(nameOf(press("Control", "ControlLeft", { ctrlKey: true }))).toBeNull();
  expect(nameOf(press("я", "KeyZ", { ctrlKey: true }))).toBe("Mod+Z");
});

it("finds by name, other words and what is said", () => {
  const items = [
    { id: "1", title: "Blur", tags: ["soften"], summary: "" },
    { id: "2", title: "Inpaint", tags: ["replace"], summary: "Paint what the words say." },
  ];
  expect(find(items, "soften")[0]?.id).toBe("1");
  expect(find(items, "inpt")[0]?.id).toBe("2");
  expect(find(items, "words")[0]?.id).toBe("2");
  expect(find(items, "zzzz")).toEqual([]);
  expect(find(items, " ")).toHaveLength(2);
});

it("draws links through their points", () => {
  expect(pathThrough([])).toBe("");
  expect(
    pathThrough([
      [0, 0],
      [100, 0],
    ]),
  ).toBe("M0,0C50,0 50,0 100,0");
  expect(
    pathThrough([
      [0, 0],
      [50, 50],
      [100, 0],
    ]).match(/C/g),
  ).toHaveLength(2);
  expect(
    stretchAt(
      [
        [0, 0],
        [50, 0],
        [100, 0],
      ],
      [80, 5],
    ),
  ).toBe(1);
});
