import { expect, test } from "vitest";
import { apply, EditError, freeId } from "./edits";
import type { Workflow } from "./types";

const flow: Workflow = {
  format: 1,
  inputs: { picture: "photo.path", words: "find.words" },
  nodes: {
    photo: { type: "image.load", inputs: { path: "a.png" }, at: [0, 0] },
    find: { type: "segment.mask_from_words", inputs: { image: { node: "photo", output: "image" }, words: "car" } },
    save: {
      type: "image.save",
      inputs: { image: { node: "photo", output: "image" }, mask: { node: "find", output: "mask" } },
    },
  },
};

test("what is not changed is shared", () => {
  const next = apply(flow, { do: "set", node: "find", socket: "words", value: "tree" });
  expect(next.nodes.photo).toBe(flow.nodes.photo);
  expect(next.nodes.find?.inputs?.words).toBe("tree");
  expect(flow.nodes.find?.inputs?.words).toBe("car");
});

test("a node takes its links and parameters with it", () => {
  const next = apply(flow, { do: "remove", nodes: ["photo"] });
  expect(Object.keys(next.nodes)).toEqual(["find", "save"]);
  expect(next.nodes.find?.inputs).toEqual({ words: "car" });
  expect(next.nodes.save?.inputs).toEqual({ mask: { node: "find", output: "mask" } });
  expect(next.inputs).toEqual({ words: "find.words" });
});

test("a new name is followed by links and parameters, and keeps its place", () => {
  const next = apply(flow, { do: "rename", node: "photo", to: "street" });
  expect(Object.keys(next.nodes)).toEqual(["street", "find", "save"]);
  expect(next.nodes.save?.inputs?.image).toEqual({ node: "street", output: "image" });
  expect(next.inputs?.picture).toBe("street.path");
});

test.each([
  ["a name that is taken", { do: "rename", node: "photo", to: "find" }],
  ["a name with a dot", { do: "rename", node: "photo", to: "a.b" }],
  ["an empty name", { do: "rename", node: "photo", to: "" }],
  ["a node that is not there", { do: "set", node: "nobody", socket: "x", value: 1 }],
  [
    "a link from nowhere",
    { do: "link", from: { node: "nobody", output: "image" }, to: { node: "save", socket: "image" } },
  ],
  ["a node twice", { do: "add", nodes: { photo: { type: "image.load" } } }],
  ["a name of every object", { do: "set", node: "constructor", socket: "x", value: 1 }],
] as const)("%s is refused", (_, edit) => {
  expect(() => apply(flow, edit as Parameters<typeof apply>[1])).toThrow(EditError);
});

test("fields come and go, many edits are one", () => {
  const next = apply(flow, {
    do: "many",
    edits: [
      { do: "fields", node: "find", fields: { mode: "mute", title: "Find" } },
      { do: "clear", node: "find", socket: "words" },
      { do: "move", at: { find: [10, 20], photo: [1, 2] } },
      { do: "parameter", name: "words", target: null },
      { do: "head", fields: { title: "Cars" } },
      { do: "editor", part: "notes", id: "n1", value: { text: "hello", at: [0, 0], size: [10, 10] } },
    ],
  });
  expect(next.nodes.find).toEqual({
    ...flow.nodes.find,
    inputs: { image: flow.nodes.find?.inputs?.image },
    mode: "mute",
    title: "Find",
    at: [10, 20],
  });
  expect(next.inputs).toEqual({ picture: "photo.path" });
  expect(next.title).toBe("Cars");
  expect(next.editor).toEqual({ notes: { n1: { text: "hello", at: [0, 0], size: [10, 10] } } });
  const back = apply(next, {
    do: "many",
    edits: [
      { do: "editor", part: "notes", id: "n1", value: null },
      { do: "fields", node: "find", fields: { mode: undefined } as never },
    ],
  });
  expect(back).not.toHaveProperty("editor");
  expect(back.nodes.find).not.toHaveProperty("mode");
});

test("a free name counts on", () => {
  expect(freeId({}, "mask")).toBe("mask");
  expect(freeId({ mask: 1, mask2: 1 }, "mask")).toBe("mask3");
  expect(freeId({}, "a.b")).toBe("a_b");
});
