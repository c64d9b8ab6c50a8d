import { describe, expect, it } from "vitest";
import { changesBetween } from "./diff";
import { apply } from "./edits";
import type { Workflow } from "./types";

const FLOW: Workflow = {
  format: 1,
  title: "Street",
  inputs: { picture: "photo.path" },
  nodes: {
    photo: { type: "image.load", at: [0, 0], inputs: { path: "a.png" } },
    blur: { type: "image.blur", title: "Soft", inputs: { image: { node: "photo", output: "image" }, radius: 2 } },
    save: { type: "image.save", inputs: { image: { node: "blur", output: "image" } } },
  },
};

describe("two graphs", () => {
  it("that are the same differ in nothing", () => {
    expect(changesBetween(FLOW, FLOW)).toEqual([]);
    expect(changesBetween(FLOW, JSON.parse(JSON.stringify(FLOW)))).toEqual([]);
  });
  it("differ in nodes, links and values", () => {
    const after = apply(FLOW, {
      do: "many",
      edits: [
        { do: "add", nodes: { grey: { type: "image.grey" } } },
        { do: "link", from: { node: "grey", output: "image" }, to: { node: "save", socket: "image" } },
        { do: "set", node: "blur", socket: "radius", value: 5 },
        { do: "set", node: "save", socket: "name", value: "x" },
        { do: "link", from: { node: "photo", output: "image" }, to: { node: "grey", socket: "image" } },
        { do: "clear", node: "blur", socket: "image" },
      ],
    });
    expect(changesBetween(FLOW, after)).toEqual([
      { part: "node", how: "added", node: "grey", title: "grey" },
      { part: "link", how: "removed", node: "blur", title: "Soft", socket: "image", from: "photo.image" },
      { part: "value", node: "blur", title: "Soft", socket: "radius", before: 2, after: 5 },
      { part: "link", how: "changed", node: "save", title: "save", socket: "image", from: "grey.image" },
      { part: "value", node: "save", title: "save", socket: "name", before: null, after: "x" },
    ]);
    expect(changesBetween(after, FLOW)[0]).toEqual({ part: "node", how: "removed", node: "grey", title: "grey" });
  });
  it("differ in what stands on the canvas by one line only", () => {
    const moved = apply(FLOW, { do: "move", at: { photo: [9, 9], save: [1, 1] } });
    expect(changesBetween(FLOW, moved)).toEqual([{ part: "moved", count: 2 }]);
    const noted = apply(FLOW, {
      do: "editor",
      part: "notes",
      id: "n",
      value: { text: "hi", at: [0, 0], size: [1, 1] },
    });
    expect(changesBetween(FLOW, noted)).toEqual([{ part: "moved", count: 0 }]);
  });
  it("differ in modes, types, parameters and the graph's own fields", () => {
    const after: Workflow = {
      ...FLOW,
      title: "Lane",
      inputs: { photo: "photo.path" },
      nodes: { ...FLOW.nodes, blur: { ...FLOW.nodes.blur, type: "image.sharpen", mode: "mute" } },
      graphs: { inner: { format: 1, nodes: {} } },
      keep: { gate: { abc: "a.png", def: "b.png" } },
    };
    expect(changesBetween(FLOW, after)).toEqual([
      { part: "type", node: "blur", title: "Soft", before: "image.blur", after: "image.sharpen" },
      { part: "field", node: "blur", title: "Soft", field: "mode", before: null, after: "mute" },
      { part: "parameter", how: "removed", name: "picture" },
      { part: "parameter", how: "added", name: "photo" },
      { part: "head", field: "title", before: "Street", after: "Lane" },
      { part: "inner", name: "inner" },
      { part: "kept", count: 2 },
    ]);
  });
});
