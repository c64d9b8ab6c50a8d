import { expect, it } from "vitest";
import { apply } from "../doc/edits";
import type { Workflow } from "../doc/types";
import { relinked, unlinked } from "./linking";

const link = (node: string) => ({ node, output: "image" });
const flow: Workflow = {
  format: 1,
  nodes: {
    a: { type: "toy.load" },
    b: { type: "toy.load" },
    c: { type: "toy.save", inputs: { image: link("a"), name: "x" } },
    d: { type: "toy.save" },
  },
  editor: { reroutes: { "c.image": [[1, 2]] } },
};
const at = (node: string) => ({ node, socket: "image" });

it("a link goes with the points that it passed", () => {
  const next = apply(flow, unlinked(flow, "c", "image"));
  expect(next.nodes.c?.inputs).toEqual({ name: "x" });
  expect(next).not.toHaveProperty("editor");
});

it("a link is led elsewhere with its points", () => {
  const edit = relinked(flow, at("c"), { from: link("a"), to: at("d") });
  const next = edit && apply(flow, edit);
  expect(next?.nodes.c?.inputs).toEqual({ name: "x" });
  expect(next?.nodes.d?.inputs).toEqual({ image: link("a") });
  expect(next?.editor).toEqual({ reroutes: { "d.image": [[1, 2]] } });
});

it("a link gets another beginning, or stays", () => {
  const edit = relinked(flow, at("c"), { from: link("b"), to: at("c") });
  expect(edit && apply(flow, edit).nodes.c?.inputs).toEqual({ image: link("b"), name: "x" });
  expect(relinked(flow, at("c"), { from: link("a"), to: at("c") })).toBeNull();
});
