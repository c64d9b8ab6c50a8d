import { describe, expect, it } from "vitest";
import type { InputSchema, Schemas } from "../doc/schema";
import type { Workflow } from "../doc/types";
import {
  asEntered,
  asPosted,
  formValue,
  humane,
  newSeed,
  onlyChanged,
  parameterOf,
  parametersOf,
  seedOf,
} from "./params";

function type(inputs: Record<string, Partial<InputSchema>>, writes = false): Schemas[string] {
  const whole = Object.entries(inputs).map(([name, input]) => [name, { type: "text", help: "", ...input }]);
  return {
    type: "",
    title: "",
    family: "",
    summary: "",
    help: "",
    tags: [],
    version: 1,
    heavy: false,
    writes,
    inputs: Object.fromEntries(whole),
    outputs: {},
  };
}

const SCHEMAS: Schemas = {
  load: type({ path: { widget: { kind: "file", of: "image" } } }),
  parse: type({
    sentence: { widget: { kind: "text", multiline: true } },
    model: { widget: { kind: "model", of: "chat" } },
  }),
  find: type({ words: {} }),
  paint: type({ seed: { type: "integer", default: 0, widget: { kind: "seed" } } }),
  save: type({ name: { default: "picture" } }, true),
};
const FLOW: Workflow = {
  format: 1,
  inputs: {
    picture: "photo.path",
    say: "parse.sentence",
    model: "parse.model",
    seed: "paint.seed",
    name: "save.name",
    old: "gone.x",
  },
  nodes: {
    photo: { type: "load", inputs: { path: "examples/a.png" } },
    parse: { type: "parse", inputs: { sentence: "go" } },
    find: { type: "find", inputs: { words: { node: "parse", output: "target" } } },
    paint: { type: "paint" },
    save: { type: "save" },
  },
};
const PARAMETERS = parametersOf(FLOW, SCHEMAS);

describe("parameters", () => {
  it("have their place by what they take", () => {
    expect(PARAMETERS.map((entry) => [entry.name, entry.place])).toEqual([
      ["picture", "picture"],
      ["say", "main"],
      ["model", "more"],
      ["seed", "more"],
      ["name", "more"],
      ["old", "more"],
    ]);
    expect(seedOf(PARAMETERS)?.name).toBe("seed");
  });
  it("show what was entered, else what the graph says, else the default", () => {
    const [picture, say, , seed] = PARAMETERS;
    if (!picture || !say || !seed) throw new Error("parameters are missing");
    expect(formValue(FLOW, say, { say: "" })).toBe("");
    expect(formValue(FLOW, picture, {})).toBe("examples/a.png");
    expect(formValue(FLOW, seed, {})).toBe(0);
  });
  it("go to the server by node and input, and come back", () => {
    const posted = asPosted(PARAMETERS, { say: "x", seed: 3, stranger: 1 });
    expect(posted).toEqual({ "parse.sentence": "x", "paint.seed": 3 });
    expect(asEntered(PARAMETERS, { ...posted, "photo.path": "files/b.png" })).toEqual({
      picture: "files/b.png",
      say: "x",
      seed: 3,
    });
  });
  it("count as changed only where they differ", () => {
    expect(onlyChanged(FLOW, PARAMETERS, { say: "go", seed: 4 })).toEqual({ seed: 4 });
  });
});

describe("a problem", () => {
  it.each([
    ["of a field", { node: "photo", socket: "path" }, "picture"],
    ["of an input that a field feeds over a link", { node: "find", socket: "words" }, "say"],
    ["of a node alone", { node: "paint", socket: "" }, undefined],
    ["of no node", {}, undefined],
  ])("%s", (_, problem, name) => {
    expect(parameterOf(FLOW, PARAMETERS, problem)).toBe(name);
  });
});

it("names and seeds are what a person can read", () => {
  expect(humane("max_size")).toBe("Max size");
  expect(newSeed(() => 0.5)).toBe(500_000);
});
