import { describe, expect, it } from "vitest";
import { apply } from "../doc/edits";
import type { Schemas } from "../doc/schema";
import type { Workflow } from "../doc/types";
import type { Job } from "../server/api";
import { withValues } from "./actions";
import { axesOf, isTable, jobAt } from "./axes";
import { canTakeBack, countOf, decided, isKept, joined as joinedKeep, keepOf } from "./decisions";
import { inOrder, moved, movedTo, placed, rowsOf } from "./grouping";
import { marked, tagsIn } from "./marks";
import { belonging } from "./ofTab";
import { inputPicture, isPicture, newestFirst, picturesOf } from "./pictures";
import { type Place, placesOf, put } from "./places";
import { paceOf } from "./times";
import { seedsOf } from "./useOrigin";
import { columnsIn, inSight } from "./windowing";
import { fitted, within, zoomed } from "./zoom";

let count = 0;
function job(fields: Partial<Job>): Job {
  const number = fields.number ?? count++;
  const base = { id: `j${number}`, number, status: "pending", title: "t", batch: null, priority: 0, position: number };
  return { ...base, values: {}, outputs: [], ran: 1, seconds: 1, ...fields } as Job;
}
const ids = (jobs: Job[]) => jobs.map(({ id }) => id).join(" ");

describe("windowing", () => {
  it("draws what is in sight, and a few beside it", () => {
    expect(inSight({ top: 1000, height: 100 }, { count: 10_000, height: 10 }, 2)).toEqual({ first: 98, after: 112 });
    expect(inSight({ top: 0, height: 100 }, { count: 3, height: 10 })).toEqual({ first: 0, after: 3 });
    expect(inSight({ top: 5000, height: 100 }, { count: 0, height: 10 })).toEqual({ first: 0, after: 0 });
  });
  it("counts the columns that fit", () => {
    expect(columnsIn(316, 120, 8)).toBe(2);
    expect(columnsIn(10, 120, 8)).toBe(1);
  });
});

describe("queue", () => {
  const four = () => [
    job({ number: 1, position: 4 }),
    job({ number: 2, position: 1 }),
    job({ number: 3, priority: 5, position: 9 }),
    job({ number: 4, position: 2, batch: "b" }),
    job({ number: 5, position: 3, batch: "b" }),
    job({ number: 6, status: "done", batch: "b" }),
  ];
  it("runs the highest priority first, then by position", () => {
    expect(ids(inOrder(four()))).toBe("j3 j2 j4 j5 j1");
  });
  it("puts a batch behind one line", () => {
    const rows = rowsOf(four(), new Set());
    expect(rows.map((row) => (row.kind === "batch" ? row.batch : row.job.id))).toEqual(["j3", "j2", "b", "j1"]);
    expect(rows[2]).toMatchObject({ done: 1, total: 3 });
    expect(rowsOf(four(), new Set(["b"]))[3]).toMatchObject({ kind: "job", place: 3, inBatch: true });
  });
  it.each([
    ["j2", "down", "j3 j4 j2 j5 j1"],
    ["j5", "up", "j3 j2 j5 j4 j1"],
    ["j1", "up", "j3 j2 j4 j1 j5"],
    ["j2", "last", "j3 j4 j5 j1 j2"],
    ["j3", "last", "j2 j4 j5 j1 j3"],
    ["j3", "down", "j2 j3 j4 j5 j1"],
    ["j5", "first", "j5 j3 j2 j4 j1"],
    ["j2", "up", "j2 j3 j4 j5 j1"],
  ] as const)("moves %s %s", (id, way, after) => {
    const jobs = four();
    const order = inOrder(jobs);
    const change = moved(order, id, way);
    expect(change).not.toBeNull();
    const now = jobs.map((one) => (one.id === id && change ? { ...one, ...placed(order, id, change) } : one));
    expect(ids(inOrder(now))).toBe(after);
  });
  it("leaves a job where it is", () => {
    const order = inOrder(four());
    expect(moved(order, "j3", "up")).toBeNull();
    expect(moved(order, "j1", "down")).toBeNull();
    expect(movedTo(order, "j4", 2)).toBeNull();
    expect(moved(order, "nobody", "up")).toBeNull();
  });
  it("lists ten thousand within a moment", () => {
    const many = Array.from({ length: 10_000 }, (_, number) => job({ number, batch: number % 2 ? "b" : null }));
    const start = performance.now();
    expect(rowsOf(many, new Set(["b"]))).toHaveLength(10_001);
    expect(performance.now() - start).toBeLessThan(500);
  });
});

describe("pictures", () => {
  const output = (url: string) => ({ node: "save", url, path: url.replace("/api/files/", "") });
  it("knows what is a picture of the server", () => {
    expect(isPicture("/api/files/outputs/a.PNG")).toBe(true);
    expect(isPicture("/api/files/outputs/a.csv")).toBe(false);
    expect(isPicture("https://elsewhere/api/files/a.png")).toBe(false);
    expect(isPicture(null)).toBe(false);
  });
  it("takes what was written while a job runs, and once", () => {
    const one = job({ number: 7, outputs: [output("/api/files/outputs/a.png")] });
    const made = {
      nodes: {},
      reasons: [],
      wrote: [output("/api/files/outputs/a.png"), output("/api/files/outputs/b.png")],
    };
    expect(picturesOf(one, made).map(({ path }) => path)).toEqual(["outputs/a.png", "outputs/b.png"]);
    const two = job({ number: 8, outputs: [output("/api/files/outputs/c.png")] });
    expect(newestFirst([one, two], { j7: made }).map(({ path }) => path)).toEqual([
      "outputs/c.png",
      "outputs/b.png",
      "outputs/a.png",
    ]);
  });
  const input = (kind: "file" | "seed") => ({
    type: "text",
    help: "",
    widget: kind === "file" ? { kind, of: "image" } : { kind },
  });
  const schemas = {
    load: { inputs: { path: input("file") } },
    paint: { inputs: { seed: { ...input("seed"), default: 0 } } },
  } as unknown as Schemas;
  const flow: Workflow = {
    format: 1,
    nodes: { a: { type: "load", inputs: { path: "examples/x y.png" } }, p: { type: "paint" } },
  };
  it("finds what a job began with", () => {
    expect(inputPicture(flow, {}, schemas)).toBe("api/files/examples/x%20y.png");
    expect(inputPicture(flow, { "a.path": "files/z #1.png" }, schemas)).toBe("api/files/files/z%20%231.png");
    expect(inputPicture(flow, { "a.path": "/elsewhere/z.png" }, schemas)).toBeNull();
  });
  it("tells the seeds that were used", () => {
    expect(seedsOf(flow, { "p.seed": 9 }, schemas)).toEqual([["p.seed", 9]]);
    expect(seedsOf(flow, {}, schemas)).toEqual([["p.seed", 0]]);
  });
  it("lays a job's values over its graph, but not the longer names of the same files", () => {
    const now = withValues(flow, { "a.path": "files/examples/x y.png", "p.seed": 4, "gone.x": 1 });
    expect(now.nodes.a?.inputs?.path).toBe("examples/x y.png");
    expect(now.nodes.p?.inputs?.seed).toBe(4);
    expect(flow.nodes.p?.inputs).toBeUndefined();
  });
});

describe("a batch as a table", () => {
  const jobs = [1, 2].flatMap((x) => ["a", "b", "c"].map((y) => job({ values: { "n.x": x, "m.y": y, same: 0 } })));
  it("finds the values that differ", () => {
    const axes = axesOf(jobs);
    expect(axes).toEqual([
      { target: "m.y", values: ["a", "b", "c"] },
      { target: "n.x", values: [1, 2] },
    ]);
    expect(isTable(jobs, axes)).toBe(true);
    expect(isTable([...jobs, job({ values: jobs[0]?.values ?? {} })], axes)).toBe(false);
    const [down, across] = axes;
    if (down && across)
      expect(
        jobAt(jobs, [
          [down, "b"],
          [across, 2],
        ])?.values,
      ).toMatchObject({ "n.x": 2, "m.y": "b" });
  });
});

describe("zoom", () => {
  const frame = { width: 400, height: 300 };
  it("fits, and never enlarges", () => {
    expect(fitted({ width: 800, height: 300 }, frame)).toEqual({ scale: 0.5, x: 0, y: 75 });
    expect(fitted({ width: 100, height: 100 }, frame).scale).toBe(1);
  });
  it("keeps what is under the pointer", () => {
    const now = zoomed({ scale: 1, x: 10, y: 20 }, 2, { x: 110, y: 120 });
    expect((110 - now.x) / now.scale).toBe(100);
    expect((120 - now.y) / now.scale).toBe(100);
  });
  it("loses no picture", () => {
    expect(within({ scale: 1, x: 9999, y: -9999 }, { width: 800, height: 600 }, frame)).toEqual({
      scale: 1,
      x: 0,
      y: -300,
    });
  });
});

describe("a running job", () => {
  const running = job({ status: "running", started: 100 });
  it("is guessed from those that took longer than it has", () => {
    expect(paceOf(running, undefined, [2, 40, 60], 110)).toEqual({ left: 50, part: 10 / 60 });
    expect(paceOf(running, undefined, [2], 110)).toEqual({ left: null, part: null });
  });
  it("believes the server's own estimate", () => {
    const run = { nodes: { a: { state: "running" as const, left: 30, done: 1, total: 4 } }, wrote: [], reasons: [] };
    expect(paceOf(running, run, [], 110)).toEqual({ left: 30, part: 0.25 });
  });
});

it("finds the jobs of a graph", () => {
  const jobs = [
    job({ id: "a", batch: "b", title: "" }),
    job({ id: "c", batch: "b", title: "" }),
    job({ id: "d", title: "x" }),
    job({ id: "e", title: "" }),
  ];
  expect(ids(belonging(jobs, "x", ["a"]))).toBe("a c d");
  expect(ids(belonging(jobs, "", []))).toBe("");
});

it("stars and tags", () => {
  expect(marked({ a: { star: true } }, "b", { tags: ["x"] })).toEqual({ a: { star: true }, b: { tags: ["x"] } });
  expect(marked({ a: { star: true } }, "a", {})).toEqual({});
  expect(tagsIn(" red, car,,red")).toEqual(["red", "car"]);
});

describe("where a picture can be put", () => {
  const image = { type: "image", help: "" };
  const file = { type: "text", help: "", widget: { kind: "file", of: "image" } };
  const schemas = {
    "image.load": { type: "image.load", inputs: { path: file }, outputs: { image: { type: "image" } } },
    blur: { type: "blur", inputs: { image, mask: { type: "mask", help: "" } }, outputs: { image: { type: "image" } } },
  } as unknown as Schemas;
  const flow: Workflow = {
    format: 1,
    inputs: { photo: "b.path" },
    nodes: {
      a: { type: "image.load" },
      b: { type: "image.load" },
      soft: { type: "blur", at: [400, 10] },
      more: { type: "blur", inputs: { image: { node: "soft", output: "image" } } },
    },
  };
  it("are the inputs that name a file, then those that take a picture and have none", () => {
    expect(placesOf(flow, schemas)).toEqual([
      { node: "b", socket: "path", name: "photo", kind: "file" },
      { node: "a", socket: "path", name: null, kind: "file" },
      { node: "soft", socket: "image", name: null, kind: "link" },
    ]);
  });
  it("is one step", () => {
    const [named, , free] = placesOf(flow, schemas) as [Place, Place, Place];
    expect(apply(flow, put(flow, schemas, named, "outputs/x.png")).nodes.b?.inputs?.path).toBe("outputs/x.png");
    const after = apply(flow, put(flow, schemas, free, "outputs/x.png"));
    expect(after.nodes.picture).toEqual({ type: "image.load", at: [80, 10], inputs: { path: "outputs/x.png" } });
    expect(after.nodes.soft?.inputs?.image).toEqual({ node: "picture", output: "image" });
  });
});

describe("what is taken back", () => {
  it("is noted by gate and item, and given up again", () => {
    const one = decided({}, "gate", "k1", "a.png");
    const two = decided(one, "gate", "k2", "b.png");
    expect(two).toEqual({ gate: { k1: "a.png", k2: "b.png" } });
    expect(countOf(two)).toBe(2);
    expect(isKept(two, "gate", "k2")).toBe(true);
    expect(isKept(two, "other", "k2")).toBe(false);
    expect(decided(decided(two, "gate", "k1", null), "gate", "k2", null)).toEqual({});
    expect(keepOf({ format: 1, nodes: {}, keep: [] as never })).toEqual({});
    expect(joinedKeep(one, { gate: { k3: "c" }, more: { x: "y" } })).toEqual({
      gate: { k1: "a.png", k3: "c" },
      more: { x: "y" },
    });
  });
  it("is only what a gate left out, and what it can let pass", () => {
    const reason = { node: "g", item: 2, reason: "dark", failed: false };
    expect(canTakeBack(reason)).toBe(false);
    expect(canTakeBack({ ...reason, key: "k" })).toBe(true);
    expect(canTakeBack({ ...reason, key: "k", failed: true })).toBe(false);
  });
});
