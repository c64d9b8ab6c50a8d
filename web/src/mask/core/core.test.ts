import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { falloff, sweep } from "./brush";
import { combine } from "./combine";
import { flood } from "./flood";
import { changedTiles, History, swapTiles } from "./history";
import { feather, grow } from "./morph";
import { boundsOf, fillRect, makePlane, markedRect, type Plane, sumOf, whole, within } from "./plane";
import { greyPng } from "./png";
import { ellipsePoints, fillOutline, rectanglePoints, squared } from "./shapes";
import { Sheets } from "./sheets";
import { paint, sample } from "./show";
import { perform, type Task } from "./task";

const BRUSH = { size: 20, hardness: 1, opacity: 1 };
const at = (plane: Plane, x: number, y: number) => plane.data[y * plane.width + x];
const sheets = (width = 64, height = 64) => new Sheets(width, height, { drawn: () => {}, changed: () => {} }, "Mask");

/** As a worker does it, in one go. */
function work(paper: Sheets, task: Task): void {
  const { id, plane } = paper.copy();
  const none = () => {
    throw new Error("the picture is not asked for");
  };
  paper.take(id, structuredClone(perform(plane, task, none)));
}

describe("plane", () => {
  it("cuts a rectangle to another one", () => {
    expect(within({ x: -5, y: 2, w: 10, h: 10 }, { x: 0, y: 0, w: 8, h: 8 })).toEqual({ x: 0, y: 2, w: 5, h: 6 });
    expect(within({ x: 20, y: 2, w: 10, h: 10 }, { x: 0, y: 0, w: 8, h: 8 }).w).toBe(0);
  });

  it("finds what is marked", () => {
    const plane = makePlane(10, 10);
    expect(markedRect(plane)).toBeNull();
    fillRect(plane, { x: 3, y: 4, w: 2, h: 5 }, 7);
    expect(markedRect(plane)).toEqual({ x: 3, y: 4, w: 2, h: 5 });
  });

  it("has empty bounds for no points", () => expect(boundsOf([]).w).toBe(0));
});

describe("brush", () => {
  it("marks a disc of the right area with a smooth rim", () => {
    const cover = makePlane(64, 64);
    const p = { x: 32, y: 32, pressure: 1 };
    sweep(cover, p, p, [10, 10], falloff(1));
    expect(sumOf(cover, whole(cover))).toBeCloseTo(Math.PI * 100, -1);
    expect([...cover.data].some((value) => value > 0 && value < 255)).toBe(true);
  });

  it("joins far points without a gap", () => {
    const cover = makePlane(200, 20);
    sweep(cover, { x: 5, y: 10, pressure: 1 }, { x: 195, y: 10, pressure: 1 }, [3, 3], falloff(0.5));
    for (let x = 5; x < 195; x++) expect(at(cover, x, 10)).toBeGreaterThan(200);
  });

  it("falls off from the hardness to the rim", () => {
    const { table } = falloff(0.5);
    expect(table[0]).toBe(255);
    expect(table[512]).toBe(255);
    expect(table[1024]).toBe(0);
    expect(table[768]).toBeCloseTo(128, -1);
  });

  it("stays inside the picture", () => {
    const cover = makePlane(8, 8);
    const p = { x: -3, y: -3, pressure: 1 };
    expect(sweep(cover, p, p, [50, 50], falloff(1))).toEqual({ x: 0, y: 0, w: 8, h: 8 });
    expect(sweep(cover, { ...p, x: -500 }, { ...p, x: -500 }, [50, 50], falloff(1)).w).toBe(0);
  });
});

describe("shapes", () => {
  it("marks a rectangle to the part of a pixel", () => {
    const cover = makePlane(10, 10);
    fillOutline(cover, rectanglePoints({ x: 2, y: 2 }, { x: 5.5, y: 6 }));
    expect(sumOf(cover, whole(cover))).toBeCloseTo(14, 1);
    expect(at(cover, 5, 3)).toBe(128);
    expect(at(cover, 6, 3)).toBe(0);
  });

  it("marks an ellipse", () => {
    const cover = makePlane(100, 100);
    fillOutline(cover, ellipsePoints({ x: 10, y: 20 }, { x: 90, y: 80 }));
    expect(sumOf(cover, whole(cover)) / (Math.PI * 40 * 30)).toBeCloseTo(1, 1);
  });

  it("leaves a line alone, and cuts what is outside", () => {
    const cover = makePlane(10, 10);
    expect(
      fillOutline(cover, [
        { x: 1, y: 1 },
        { x: 5, y: 5 },
      ]).w,
    ).toBe(0);
    fillOutline(cover, rectanglePoints({ x: -50, y: -50 }, { x: 50, y: 50 }));
    expect(sumOf(cover, whole(cover))).toBe(100);
  });

  it("makes squares in every direction", () => {
    expect(squared({ x: 5, y: 5 }, { x: 1, y: 7 })).toEqual({ x: 1, y: 9 });
  });
});

describe("flood", () => {
  it("fills what looks alike and touches, up to the tolerance", () => {
    const picture = { width: 6, height: 1, data: new Uint8ClampedArray(24).fill(100) };
    picture.data[3 * 4] = 160;
    const cover = makePlane(6, 1);
    expect(flood(cover, picture, { x: 0.5, y: 0.5 }, 10)).toEqual({ x: 0, y: 0, w: 3, h: 1 });
    const more = makePlane(6, 1);
    flood(more, picture, { x: 0.5, y: 0.5 }, 60);
    expect(sumOf(more, whole(more))).toBe(6);
    expect(flood(cover, picture, { x: -1, y: 0 }, 10)).toBeNull();
  });

  it("goes around corners", () => {
    const picture = { width: 5, height: 5, data: new Uint8ClampedArray(100).fill(0) };
    for (const i of [5, 6, 7, 8, 16, 17, 18, 19]) picture.data[i * 4] = 255;
    const cover = makePlane(5, 5);
    flood(cover, picture, { x: 0, y: 0 }, 5);
    expect(sumOf(cover, whole(cover))).toBe(17);
  });
});

describe("morph", () => {
  it("grows a point to a disc and shrinks it back", () => {
    const plane = makePlane(50, 50);
    plane.data[25 * 50 + 25] = 255;
    grow(plane, 10);
    expect(sumOf(plane, whole(plane)) / (Math.PI * 10 ** 2)).toBeCloseTo(1, 1);
    expect(at(plane, 35, 25)).toBeGreaterThan(100);
    expect(at(plane, 33, 33)).toBe(0);
    grow(plane, -20);
    expect(markedRect(plane)).toBeNull();
  });

  it("does not shrink from the frame", () => {
    const plane = makePlane(20, 20);
    plane.data.fill(255);
    grow(plane, -4);
    expect(sumOf(plane, whole(plane))).toBe(400);
  });

  it("softens and keeps the mass", () => {
    const plane = makePlane(80, 80);
    fillRect(plane, { x: 30, y: 30, w: 20, h: 20 }, 255);
    feather(plane, 6);
    expect(sumOf(plane, whole(plane)) / 400).toBeCloseTo(1, 1);
    expect(at(plane, 29, 40)).toBeGreaterThan(60);
    expect(at(plane, 10, 40)).toBe(0);
  });

  it("leaves a full mask full", () => {
    const plane = makePlane(16, 16);
    plane.data.fill(255);
    feather(plane, 9);
    expect(sumOf(plane, whole(plane))).toBeCloseTo(256, 3);
  });
});

it("combines in four ways", () => {
  const make = (...values: number[]) => ({ width: 3, height: 1, data: Uint8ClampedArray.from(values) });
  const rect = { x: 0, y: 0, w: 3, h: 1 };
  const cases = {
    add: [200, 255, 90],
    subtract: [55, 0, 0],
    intersect: [100, 255, 0],
    replace: [200, 255, 90],
  } as const;
  for (const [way, wanted] of Object.entries(cases)) {
    const plane = make(100, 255, 0);
    combine(plane, make(200, 255, 90), way as keyof typeof cases, rect);
    expect([...plane.data], way).toEqual(wanted);
  }
});

describe("history", () => {
  it("keeps only changed tiles, even ones as a number, and swaps both ways", () => {
    const [before, now] = [makePlane(300, 300), makePlane(300, 300)];
    fillRect(now, { x: 130, y: 10, w: 5, h: 5 }, 255);
    const tiles = changedTiles(before, now, whole(now));
    expect(tiles).toHaveLength(1);
    expect(tiles[0]?.bytes).toBe(0);
    swapTiles(now, tiles);
    expect(markedRect(now)).toBeNull();
    swapTiles(now, tiles);
    expect(markedRect(now)).toEqual({ x: 130, y: 10, w: 5, h: 5 });
  });

  it("drops the oldest when it is too large", () => {
    const history = new History(1000);
    for (let i = 0; i < 5; i++) history.push({ kind: "swap", swap: () => {}, bytes: 400 });
    expect([history.undo(), history.undo(), history.undo()].map(Boolean)).toEqual([true, true, false]);
  });
});

describe("sheets", () => {
  it("undoes and redoes strokes, shapes and whole changes byte by byte", () => {
    const paper = sheets(300, 200);
    const states = [paper.current.plane.data.slice()];
    const keep = () => states.push(paper.current.plane.data.slice());
    paper.beginStroke(BRUSH, false, { x: 20, y: 20, pressure: 1 });
    paper.extendStroke({ x: 250, y: 150, pressure: 0.3 }, true);
    paper.endStroke();
    keep();
    paper.outline(rectanglePoints({ x: 5, y: 5 }, { x: 200, y: 120 }), 0.5, false);
    keep();
    work(paper, { kind: "invert" });
    keep();
    work(paper, { kind: "feather", by: 8 });
    keep();
    for (let i = states.length - 2; i >= 0; i--) {
      paper.undo();
      expect(Buffer.compare(Buffer.from(paper.current.plane.data), Buffer.from(states[i] as Uint8ClampedArray))).toBe(
        0,
      );
    }
    expect(paper.canUndo).toBe(false);
    for (let i = 1; i < states.length; i++) {
      paper.redo();
      expect(Buffer.compare(Buffer.from(paper.current.plane.data), Buffer.from(states[i] as Uint8ClampedArray))).toBe(
        0,
      );
    }
    expect(paper.share * 300 * 200).toBeCloseTo(sumOf(paper.current.plane, whole(paper.current.plane)), 3);
  });

  it("does not add up where a stroke crosses itself", () => {
    const paper = sheets();
    paper.beginStroke({ ...BRUSH, opacity: 0.5 }, false, { x: 10, y: 32, pressure: 1 });
    paper.extendStroke({ x: 50, y: 32, pressure: 1 });
    paper.extendStroke({ x: 10, y: 32, pressure: 1 });
    paper.endStroke();
    expect(at(paper.current.plane, 30, 32)).toBe(128);
  });

  it("erases, and takes back a stroke that was not meant", () => {
    const paper = sheets();
    work(paper, { kind: "fill", value: 255 });
    paper.beginStroke(BRUSH, true, { x: 32, y: 32, pressure: 1 });
    expect(at(paper.current.plane, 32, 32)).toBe(0);
    paper.dropStroke();
    expect(at(paper.current.plane, 32, 32)).toBe(255);
    paper.undo();
    expect(markedRect(paper.current.plane)).toBeNull();
  });

  it("keeps layers apart, undoes their removal and saves what the visible ones mark", () => {
    const paper = sheets();
    paper.outline(rectanglePoints({ x: 0, y: 0 }, { x: 10, y: 10 }), 1, false);
    paper.add("Two");
    paper.outline(rectanglePoints({ x: 20, y: 20 }, { x: 30, y: 30 }), 1, false);
    expect(sumOf(paper.union(), whole(paper.current.plane))).toBe(200);
    const [first] = paper.layers;
    paper.show(first?.id ?? "", false);
    expect(sumOf(paper.union(), whole(paper.current.plane))).toBe(100);
    paper.remove(paper.active);
    expect(paper.layers).toHaveLength(1);
    paper.undo();
    expect(paper.layers).toHaveLength(2);
    expect(paper.current.name).toBe("Two");
    paper.undo();
    paper.undo();
    paper.undo();
    expect(paper.layers).toHaveLength(1);
    expect(paper.share).toBeGreaterThan(0);
  });
});

it("writes a PNG that holds the same bytes", async () => {
  const plane = makePlane(7, 5);
  for (let i = 0; i < plane.data.length; i++) plane.data[i] = (i * 37) % 256;
  const bytes = Buffer.from(await (await greyPng(plane)).arrayBuffer());
  expect(bytes.subarray(1, 4).toString()).toBe("PNG");
  const length = bytes.readUInt32BE(33);
  const raw = inflateSync(bytes.subarray(41, 41 + length));
  const found = new Uint8Array(35);
  for (let y = 0; y < 5; y++)
    for (let x = 0; x < 7; x++)
      found[y * 7 + x] = (raw[y * 8 + 1 + x] ?? 0) + (y > 0 ? (found[(y - 1) * 7 + x] ?? 0) : 0);
  expect([...found]).toEqual([...plane.data]);
});

describe("show", () => {
  it("finds the picture's pixel under the screen's", () => {
    const plane = makePlane(4, 4);
    plane.data[5] = 255;
    const into = new Uint8ClampedArray(64);
    sample([plane], { scale: 2, x: 0, y: 0 }, { x: 0, y: 0, w: 8, h: 8 }, into);
    expect([...into].flatMap((value, i) => (value ? [i] : []))).toEqual([18, 19, 26, 27]);
  });

  it("averages when it is shrunk", () => {
    const plane = makePlane(4, 4);
    for (let i = 0; i < 16; i += 2) plane.data[i] = 255;
    const into = new Uint8ClampedArray(4);
    sample([plane], { scale: 0.5, x: 0, y: 0 }, { x: 0, y: 0, w: 2, h: 2 }, into);
    expect([...into]).toEqual([127, 127, 127, 127]);
  });

  it("draws the tint, the outline and the mask alone", () => {
    const plane = makePlane(20, 20);
    fillRect(plane, { x: 5, y: 5, w: 10, h: 10 }, 255);
    const rect = { x: 0, y: 0, w: 20, h: 20 };
    const out = new Uint8ClampedArray(1600);
    const shown = { active: plane, others: [], proposal: null, colour: [255, 0, 0] as const, opacity: 0.5 };
    paint(out, rect, { scale: 1, x: 0, y: 0 }, { ...shown, look: "overlay" });
    expect([...out.subarray((10 * 20 + 10) * 4, (10 * 20 + 10) * 4 + 4)]).toEqual([255, 0, 0, 128]);
    expect(out[3]).toBe(0);
    paint(out, rect, { scale: 1, x: 0, y: 0 }, { ...shown, look: "outline" });
    expect(out[(10 * 20 + 10) * 4 + 3]).toBe(0);
    expect(out[(10 * 20 + 5) * 4]).toBe(255);
    paint(out, rect, { scale: 1, x: 0, y: 0 }, { ...shown, look: "mask" });
    expect([...out.subarray(0, 4)]).toEqual([0, 0, 0, 255]);
  });
});
