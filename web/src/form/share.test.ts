import { expect, it } from "vitest";
import type { Parameter } from "./params";
import { queryOf, valuesFrom } from "./share";

function parameter(name: string, schema: Parameter["schema"]): Parameter {
  return { name, target: `n.${name}`, node: "n", socket: name, schema, place: "main" };
}

const PARAMETERS = [
  parameter("picture", { type: "text", help: "", widget: { kind: "file", of: "image" } }),
  parameter("say", { type: "text", help: "" }),
  parameter("seed", { type: "integer", help: "" }),
  parameter("big", { type: "switch", help: "" }),
  parameter("boxes", { type: "boxes", help: "", widget: { kind: "boxes", on: "image" } }),
  parameter("steps", { type: "list of step", help: "", widget: { kind: "records", of: [] } }),
  parameter("shape", { type: "choice", help: "", choices: ["round", "square"] }),
];

it("a link brings back what was entered", () => {
  const values = {
    picture: "examples/a.png",
    say: "50 % & <b>",
    seed: 7,
    big: true,
    boxes: [[1, 2, 3.5, 4]],
    shape: "round",
  };
  expect(valuesFrom(PARAMETERS, queryOf(PARAMETERS, values))).toEqual(values);
});

it("own pictures stay at home", () => {
  expect(queryOf(PARAMETERS, { picture: "files/secret.png", seed: 1 })).toBe("seed=1");
  expect(queryOf(PARAMETERS, { steps: [{ do: "stick", picture: "files/secret.png" }], seed: 1 })).toBe("seed=1");
});

it("what does not fit is left out", () => {
  expect(valuesFrom(PARAMETERS, "seed=1.5&big=maybe&shape=star&boxes=3&steps=[{&say=ok&other=1")).toEqual({
    say: "ok",
  });
});
