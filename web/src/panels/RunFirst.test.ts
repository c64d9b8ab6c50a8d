import { expect, test } from "vitest";
import type { Schemas } from "../doc/schema";
import type { Workflow } from "../doc/types";
import { unsaved } from "./RunFirst";

const schema = (type: string, output: string, writes = false) => ({
  type,
  writes,
  inputs: {},
  outputs: { [output]: { type: output === "path" ? "text" : "image" } },
});
const SCHEMAS = {
  "image.load": schema("image.load", "image"),
  "image.blur": schema("image.blur", "image"),
  "image.save": schema("image.save", "path", true),
} as unknown as Schemas;
const flow = (nodes: Workflow["nodes"]): Workflow => ({ format: 1, nodes });
const load = { type: "image.load" };
const blur = { type: "image.blur", inputs: { image: { node: "load", output: "image" } } };

test("a picture that nothing takes is found at the end of the graph", () => {
  expect(unsaved(flow({ load, blur }), SCHEMAS)).toEqual({ node: "blur", output: "image" });
});

test("a graph that saves, an empty one, and one with a node that nobody knows are left alone", () => {
  const save = { type: "image.save", inputs: { image: { node: "blur", output: "image" } } };
  expect(unsaved(flow({ load, blur, save }), SCHEMAS)).toBeNull();
  expect(unsaved(flow({}), SCHEMAS)).toBeNull();
  expect(unsaved(flow({ load, strange: { type: "pack.write" } }), SCHEMAS)).toBeNull();
});
