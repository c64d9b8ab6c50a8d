import { expect, it } from "vitest";
import type { Job } from "../server/api";
import { boxFrom, boxOf } from "./box";
import { moved } from "./Compare";
import { inOrder } from "./gallery";
import type { Parameter } from "./params";
import { progressOf } from "./progress";
import { earlier, newest, picturesOf, usualSeconds, wholeAddress } from "./results";
import { grouped } from "./said";

it.each([
  ["ArrowLeft", 48],
  ["ArrowRight", 52],
  ["PageUp", 60],
  ["Home", 0],
  ["End", 100],
  ["a", null],
])("the line of a comparison: %s", (key, to) => expect(moved(50, key)).toBe(to));

it("progress is what the node at work says", () => {
  const nodes = { a: { state: "done" as const }, b: { state: "running" as const, done: 5, total: 20, left: 9 } };
  expect(progressOf(nodes, 3, null)).toEqual({ node: "b", note: "", share: 0.25, left: 9 });
});

it("progress is by the clock where the form ran before", () => {
  expect(progressOf({ b: { state: "running" } }, 5, 20)).toEqual({ node: "b", note: "", share: 0.25, left: 15 });
  expect(progressOf({}, 30, 20)).toEqual({ node: null, note: "", share: null, left: null });
});

const job = (number: number, more: Partial<Job>) =>
  ({
    id: String(number),
    number,
    status: "done",
    title: "T",
    outputs: [],
    ran: 5,
    cached: 0,
    seconds: number,
    ...more,
  }) as Job;
const made = [
  { node: "s", path: "outputs/a.png", url: "/api/files/outputs/a.png" },
  { node: "s", output: "path", value: "/out/a.png" },
  { node: "t", path: "outputs/a.json", url: "/api/files/outputs/a.json" },
];

it("results are the pictures that were written", () => {
  expect(picturesOf({ outputs: made })).toEqual([{ address: "api/files/outputs/a.png", path: "outputs/a.png" }]);
  expect(wholeAddress("files/a.tiff")).toBe("api/thumbnails/files/a.tiff?size=1024");
});

it("earlier results are those of the same title, the newest first", () => {
  const jobs = [
    job(1, { outputs: made }),
    job(2, {}),
    job(3, { outputs: made }),
    job(4, { outputs: made, title: "U" }),
  ];
  const list = earlier(Object.fromEntries(jobs.map((entry) => [entry.id, entry])), "T");
  expect(list.map((entry) => entry.number)).toEqual([3, 1]);
  expect(usualSeconds(list)).toBe(3);
});

it("recent results are pictures for somebody", () => {
  const mask = [{ node: "s", path: "outputs/masks/a.png", url: "/api/files/outputs/masks/a.png" }];
  const jobs = [job(1, { outputs: made }), job(2, { outputs: mask }), job(3, { outputs: made, status: "failed" })];
  const known = Object.fromEntries(jobs.map((entry) => [entry.id, entry]));
  expect(newest(known, 9).map((entry) => entry.number)).toEqual([1]);
});

it("what several nodes say alike is said once", () => {
  expect(grouped(["small; take a", "small; take b", "other"])).toEqual([
    { head: "Small", rest: ["Take a", "Take b"] },
    { head: "Other", rest: [] },
  ]);
});

it("templates stand as the gallery has them, then other shipped graphs, then the own", () => {
  const entry = (name: string, shipped: boolean, saved: number) => ({ name, shipped, saved, bytes: 1 });
  const list = [
    entry("mine", false, 1),
    entry("newer", false, 9),
    entry("zzz", true, 5),
    entry("replace_object", true, 0),
  ];
  expect(inOrder(list).map((one) => one.name)).toEqual(["replace_object", "zzz", "newer", "mine"]);
});

it("a box is drawn between two corners in any order, and stays in the picture", () => {
  expect(boxFrom([30, 40], [10.4, 20], [100, 100])).toEqual({ x: 10, y: 20, width: 20, height: 20 });
  expect(boxFrom([50, 50], [200, -5], [100, 80])).toEqual({ x: 50, y: 0, width: 50, height: 50 });
  expect(boxFrom([100, 80], [100, 80], [100, 80])).toEqual({ x: 96, y: 76, width: 4, height: 4 });
});

it("four numbers of one node are a box", () => {
  const of = (node: string, socket: string) =>
    ({ name: socket, node, socket, target: "", place: "more", schema: { type: "integer", help: "" } }) as Parameter;
  const sides = ["x", "y", "width", "height"].map((socket) => of("a", socket));
  expect(boxOf(sides)?.width.socket).toBe("width");
  expect(boxOf([...sides.slice(1), of("b", "x")])).toBeNull();
});
