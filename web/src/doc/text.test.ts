import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { apply } from "./edits";
import { differences, NotAWorkflow, parse, same, textOf } from "./text";

const FOLDER = new URL("../../../workflows/", import.meta.url);
const SHIPPED = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));

test.each(SHIPPED)("%s is saved byte for byte as it was loaded", (name) => {
  const text = readFileSync(new URL(name, FOLDER), "utf-8");
  const flow = parse(text);
  expect(textOf(flow, text, flow)).toBe(text);
  const type = Object.keys(flow.nodes)[0] as string;
  const moved = apply(flow, { do: "move", at: { [type]: [12, 34] } });
  const back = apply(moved, { do: "move", at: { [type]: flow.nodes[type]?.at ?? [0, 0] } });
  expect(textOf(back, text, flow)).toBe(text);
});

test("only the changed place is written anew", () => {
  const text = '{"format":1,\n  "nodes": {"a": {"type":"x", "inputs": {"one": 1.0,   "two": 2}}}, "later": [1,2]}\n';
  const flow = parse(text);
  const next = apply(flow, { do: "set", node: "a", socket: "two", value: 3 });
  expect(textOf(next, text, flow)).toBe(text.replace('"two": 2', '"two": 3'));
  const gone = textOf(apply(flow, { do: "clear", node: "a", socket: "two" }), text, flow);
  expect(gone).toContain('"one": 1.0');
  expect(parse(gone).nodes.a?.inputs).toEqual({ one: 1 });
});

test("many changes and odd texts are written whole, and mean the same", () => {
  const nodes = Object.fromEntries(
    Array.from({ length: 900 }, (_, n) => [`n${n}`, { type: "t", at: [n, 0] as [number, number] }]),
  );
  const text = JSON.stringify({ format: 1, nodes });
  const flow = parse(text);
  const moved = apply(flow, {
    do: "move",
    at: Object.fromEntries(Object.keys(nodes).map((id) => [id, [5, 5] as [number, number]])),
  });
  expect(parse(textOf(moved, text, flow))).toEqual(moved);
  const twice = '{"nodes": {"a": {"type": "x", "type": "y"}}}';
  const odd = parse(twice);
  const changed = apply(odd, { do: "fields", node: "a", fields: { title: "T" } });
  expect(parse(textOf(changed, twice, odd))).toEqual(changed);
});

test.each([
  ["no JSON", "{"],
  ["a list", "[]"],
  ["nothing", "null"],
  ["no nodes", "{}"],
  ["nodes as a list", '{"nodes": []}'],
  ["a node without type", '{"nodes": {"a": {}}}'],
  ["a node that is none", '{"nodes": {"a": null}}'],
])("%s is no workflow", (_, text) => {
  expect(() => parse(text)).toThrow(NotAWorkflow);
});

test("differences are the smallest places", () => {
  expect(differences({ a: { b: 1, c: [1] }, d: 1 }, { a: { b: 2, c: [1] }, e: 1 })).toEqual(
    expect.arrayContaining([
      { path: ["a", "b"], value: 2 },
      { path: ["d"], value: undefined },
      { path: ["e"], value: 1 },
    ]),
  );
  expect(same({ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1 })).toBe(true);
  expect(same([1], [1, 2])).toBe(false);
});
