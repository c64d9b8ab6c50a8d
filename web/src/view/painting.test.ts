import { expect, test } from "vitest";
import { apply } from "../doc/edits";
import type { Schemas } from "../doc/schema";
import type { Workflow } from "../doc/types";
import { maskOf, pictureUnder, putMask } from "./painting";

const file = { path: { type: "text", help: "", widget: { kind: "file", of: "image" } } };
const schemas = {
  "image.load": { inputs: file },
  "image.load_mask": { inputs: file },
  "paint.heal": { inputs: { image: { type: "image", help: "" }, mask: { type: "mask", help: "" } } },
} as unknown as Schemas;
const flow: Workflow = {
  format: 1,
  nodes: {
    photo: { type: "image.load", inputs: { path: "examples/a b.png" } },
    blur: { type: "image.blur", inputs: { image: { node: "photo", output: "image" } } },
    heal: { type: "paint.heal", inputs: { image: { node: "blur", output: "image" } }, at: [500, 40] },
    alone: { type: "paint.heal" },
  },
};

test("the picture is found through what lies between, also in a circle", () => {
  expect(pictureUnder(flow, schemas, "heal")).toBe("api/files/examples/a%20b.png");
  expect(pictureUnder(flow, schemas, "alone")).toBeNull();
  const round = apply(flow, {
    do: "link",
    from: { node: "heal", output: "image" },
    to: { node: "alone", socket: "image" },
  });
  const circle = apply(round, {
    do: "link",
    from: { node: "alone", output: "image" },
    to: { node: "heal", socket: "image" },
  });
  expect(pictureUnder(circle, schemas, "alone")).toBeNull();
});

test("a painted mask becomes a node, and the next one takes its place", () => {
  const first = apply(flow, putMask(flow, "heal", "mask", "files/m.png"));
  expect(first.nodes.painted).toEqual({ type: "image.load_mask", inputs: { path: "files/m.png" }, at: [200, 40] });
  expect(first.nodes.heal?.inputs?.mask).toEqual({ node: "painted", output: "mask" });
  expect(maskOf(first, "heal", "mask")).toBe("api/files/files/m.png");
  expect(pictureUnder(first, schemas, "heal")).toBe("api/files/examples/a%20b.png");
  const second = apply(first, putMask(first, "heal", "mask", "files/n.png"));
  expect(Object.keys(second.nodes)).toEqual(Object.keys(first.nodes));
  expect(maskOf(second, "heal", "mask")).toBe("api/files/files/n.png");
});
