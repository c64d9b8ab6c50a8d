import { expect, it } from "vitest";
import { apply } from "../doc/edits";
import type { InputSchema } from "../doc/schema";
import type { Json, Workflow } from "../doc/types";
import type { Candidate } from "../panels/batch";
import { readColumn } from "../panels/values";
import { comparison, doubled, firstText, isInStream, picturesFrom, type SchemaOf } from "./comparing";

const number: InputSchema = { type: "integer", help: "", default: 20 };
const text: InputSchema = { type: "text", help: "", widget: { kind: "text", multiline: true } };
const image: InputSchema = { type: "image", help: "" };
const SCHEMAS: Record<string, ReturnType<SchemaOf>> = {
  paint: { inputs: { steps: number, prompt: text }, outputs: { image: { type: "image" } } },
  soften: { inputs: { image, radius: number }, outputs: { image: { type: "image" } } },
  "image.save": { inputs: { image }, outputs: { path: { type: "text" } } },
  folder: { inputs: {}, outputs: { path: { type: "text" } }, source: true },
  sheet: { inputs: { images: { ...image, collects: true } }, outputs: { image: { type: "image" } } },
};
const link = (node: string, output = "image") => ({ node, output });

const flow = (): Workflow => ({
  format: 1,
  inputs: { steps: "paint.steps" },
  nodes: {
    paint: { type: "paint", at: [0, 0], inputs: { steps: 20, prompt: "a car" } },
    soft: { type: "soften", at: [340, 0], inputs: { image: link("paint"), radius: 2 } },
    save: { type: "image.save", at: [680, 0], inputs: { image: link("soft") } },
    other: { type: "paint", inputs: {} },
  },
});
const schemaOf =
  (now: Workflow): SchemaOf =>
  (id) =>
    SCHEMAS[now.nodes[id]?.type ?? ""] ?? { inputs: {}, outputs: {} };

function filled(target: string, typed: string, schema: InputSchema, parameter: string | null = null) {
  const [node = "", socket = ""] = target.split(".");
  const candidate: Candidate = { target, parameter, node, socket, title: node, schema, now: undefined };
  return { target, text: typed, candidate, ...readColumn(typed, schema) };
}

it("finds the pictures that an input has a part in, what is saved first", () => {
  const now = flow();
  expect(picturesFrom(now, schemaOf(now), ["paint"])).toEqual([link("soft"), link("paint")]);
  expect(picturesFrom(now, schemaOf(now), ["paint", "soft"])).toEqual([link("soft")]);
  expect(picturesFrom(now, schemaOf(now), ["other"])).toEqual([link("other")]);
  expect(picturesFrom(now, schemaOf(now), ["other", "soft"])).toEqual([]);
  const sheet = apply(now, { do: "add", nodes: { sheet: { type: "sheet", inputs: { images: link("soft") } } } });
  expect(picturesFrom(sheet, schemaOf(sheet), ["soft"])).toEqual([link("soft")]);
});

it("knows what stands behind a stream", () => {
  const now = flow();
  expect(isInStream(now, schemaOf(now), ["soft"])).toBe(false);
  const more = apply(now, { do: "add", nodes: { files: { type: "folder" } } });
  expect(isInStream(more, schemaOf(more), ["soft"])).toBe(false);
  const linked = apply(more, {
    do: "link",
    from: link("files", "path"),
    to: { node: "paint", socket: "prompt" },
  });
  expect(isInStream(linked, schemaOf(linked), ["soft"])).toBe(true);
});

it("makes one axis: values, links, a table that is saved, in one edit that leaves the rest alone", () => {
  const across = filled("soft.radius", "10, 20, 30", number);
  const { edit, ids, save } = comparison(flow(), [], { across, down: null, pictures: link("soft"), side: 512 });
  const after = apply(flow(), edit);
  expect(ids.toSorted()).toEqual(["compared", "radius", "table"]);
  expect(save).toBe("compared");
  expect(after.nodes.radius).toMatchObject({
    type: "stream.values",
    inputs: { values: "10, 20, 30", kind: "numbers" },
  });
  expect(after.nodes.soft?.inputs?.radius).toEqual(link("radius", "value"));
  expect(after.nodes.table?.inputs).toEqual({
    images: link("soft"),
    across: link("radius", "value"),
    across_name: "radius",
    side: 512,
  });
  expect(after.nodes.compared?.inputs?.image).toEqual(link("table"));
  expect(after.nodes.paint).toEqual(flow().nodes.paint);
  expect(after.inputs).toEqual({ steps: "paint.steps" });
});

it("makes two axes: each with each, and the graph's own input gives the list", () => {
  const across = filled("paint.steps", "1-5:2", number, "steps");
  const down = filled("paint.prompt", "a car\ntwo\\nlines", text);
  const { edit } = comparison(flow(), [], { across, down, pictures: link("soft"), side: 0 });
  const after = apply(flow(), edit);
  expect(after.nodes.steps?.inputs?.values).toBe("1, 3, 5");
  expect(after.nodes.prompt?.inputs).toEqual({ values: "a car\ntwo\\nlines", kind: "texts" });
  expect(after.nodes.both?.inputs).toEqual({ left: link("prompt", "value"), right: link("steps", "value") });
  expect(after.nodes.paint?.inputs).toEqual({ steps: link("both", "right"), prompt: link("both", "left") });
  expect(after.nodes.table?.inputs).toEqual({
    images: link("soft"),
    across: link("both", "right"),
    down: link("both", "left"),
    across_name: "steps",
    down_name: "prompt",
  });
  expect(after.inputs).toEqual({ steps: "steps.values" });
});

it("stands beside what is there, not on it", () => {
  const boxes = Object.entries(flow().nodes).map(([id, { at: [x, y] = [0, 300] }]) => ({
    id,
    x,
    y,
    width: 264,
    height: 220,
  }));
  const across = filled("paint.steps", "1, 2", number);
  const down = filled("paint.prompt", "a\nb", text);
  const { edit, ids } = comparison(flow(), boxes, { across, down, pictures: link("soft"), side: 0 });
  const after = apply(flow(), edit);
  const own = ids.map((id) => after.nodes[id]?.at as [number, number]);
  const all = [...boxes.map(({ x, y }) => [x, y] as [number, number]), ...own];
  for (const [x, y] of own)
    expect(all.filter(([left, top]) => Math.abs(left - x) < 264 && Math.abs(top - y) < 220)).toHaveLength(1);
});

it.each<[string, InputSchema, Json, string]>([
  ["a number", number, 20, "20"],
  ["a seed", { ...number, widget: { kind: "seed" } }, 7, "7..10"],
  ["choices", { type: "choice", help: "", choices: ["a", "b"] }, "a", "a\nb"],
  ["a switch", { type: "switch", help: "" }, true, "on\noff"],
  ["lines", text, "one\ntwo", "one\\ntwo"],
])("begins with what is likely: %s", (_, schema, now, wanted) => {
  const candidate = { target: "a.b", parameter: null, node: "a", socket: "b", title: "", schema, now };
  expect(firstText(candidate)).toBe(wanted);
  expect(readColumn(wanted, schema).complaints).toEqual([]);
});

it("finds what stands twice", () => {
  expect(doubled([1, 2, 1])).toBe(1);
  expect(doubled(["a", "b"])).toBeUndefined();
});
