import { describe, expect, it } from "vitest";
import { fillRect, makePlane, whole } from "./plane";
import { Sheets } from "./sheets";
import { perform, type Task } from "./task";

const none = () => {
  throw new Error("the picture is not asked for");
};
const marked = (width = 300, height = 200) => {
  const plane = makePlane(width, height);
  fillRect(plane, { x: 100, y: 60, w: 50, h: 40 }, 255);
  return plane;
};
const sum = (data: Uint8ClampedArray) => data.reduce((total, value) => total + value, 0);

const TASKS: Task[] = [
  { kind: "grow", by: 9 },
  { kind: "grow", by: -9 },
  { kind: "feather", by: 6 },
  { kind: "invert" },
  { kind: "fill", value: 0 },
  { kind: "fill", value: 255 },
];

describe("a task", () => {
  it.each(TASKS)("%o leaves what it came from, and tells exactly what changed", (task) => {
    const before = marked();
    const kept = before.data.slice();
    const { after, tiles, bytes, rect } = perform(before, task, none);
    expect(Buffer.from(before.data).compare(Buffer.from(kept))).toBe(0);
    expect(bytes).toBe(sum(after.data) - sum(kept));
    expect(rect).not.toBeNull();
    const inTiles = (x: number, y: number) => tiles.some((t) => x >= t.x && x < t.x + t.w && y >= t.y && y < t.y + t.h);
    const strays = [...kept.keys()].filter((i) => kept[i] !== after.data[i] && !inTiles(i % 300, Math.floor(i / 300)));
    expect(strays).toEqual([]);
  });

  it("tells how far it is, and never goes back", () => {
    for (const task of TASKS) {
      const told: number[] = [];
      perform(marked(600, 700), task, none, (share) => told.push(share));
      expect(told.at(-1)).toBe(1);
      expect(told).toEqual([...told].sort((a, b) => a - b));
    }
  });

  it("of nothing is nothing", () => {
    const empty = makePlane(20, 20);
    for (const task of [TASKS[0], TASKS[2], TASKS[4]] as Task[])
      expect(perform(empty, task, none)).toMatchObject({ rect: null, tiles: [], bytes: 0 });
  });

  it("fills what looks alike, as strongly as asked, and takes away again", () => {
    const pixels = { width: 60, height: 40, data: new Uint8ClampedArray(60 * 40 * 4).fill(200) };
    for (let y = 0; y < 40; y++) pixels.data.fill(20, (y * 60 + 30) * 4, (y * 60 + 60) * 4);
    const how = { kind: "flood", from: { x: 5.5, y: 5.5 }, tolerance: 10 } as const;
    const once = perform(makePlane(60, 40), { ...how, opacity: 0.5, erase: false }, () => pixels);
    expect(once.bytes).toBe(30 * 40 * 128);
    const full = { ...once.after, data: once.after.data.slice().fill(255) };
    const gone = perform(full, { ...how, opacity: 1, erase: true }, () => pixels);
    expect(gone.bytes).toBe(-30 * 40 * 255);
  });
});

describe("sheets", () => {
  it("take an outcome as one step, with the count of what is marked", () => {
    const drawn: number[] = [];
    const paper = new Sheets(300, 200, { drawn: (rect) => drawn.push(rect.w), changed: () => {} }, "Mask");
    paper.combine(marked(), "add");
    const share = paper.share;
    const { id, plane } = paper.copy();
    paper.take(id, perform(plane, { kind: "invert" }, none));
    expect(paper.share).toBeCloseTo(1 - share);
    paper.undo();
    expect(paper.share).toBe(share);
    expect(Buffer.from(paper.current.plane.data).compare(Buffer.from(marked().data))).toBe(0);
    paper.redo();
    expect(paper.share).toBeCloseTo(1 - share);
    // A stroke afterwards starts from the outcome, not from what was before it.
    paper.beginStroke({ size: 10, hardness: 1, opacity: 1 }, false, { x: 5, y: 5, pressure: 1 });
    paper.dropStroke();
    expect(paper.share).toBeCloseTo(1 - share);
  });

  it("take it for the layer it came from, though another one is active now, and not for one that is gone", () => {
    const paper = new Sheets(300, 200, { drawn: () => {}, changed: () => {} }, "Mask");
    const { id, plane } = paper.copy();
    const outcome = perform(plane, { kind: "fill", value: 255 }, none);
    paper.add("other");
    paper.take(id, outcome);
    expect(paper.share).toBe(0);
    paper.choose(id);
    expect(paper.share).toBe(1);
    paper.take("nobody", outcome);
    expect(whole(paper.current.plane).w).toBe(300);
  });
});
