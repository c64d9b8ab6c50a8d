import { describe, expect, it } from "vitest";
import type { InputSchema } from "../doc/schema";
import { batchOf, candidatesOf, draftsOf, filled } from "./batch";
import { columnsOf, readTable } from "./csv";
import { firstRows, MOST, readColumn, rowCount } from "./values";

const schema = (fields: Partial<InputSchema>): InputSchema => ({ type: "text", help: "", ...fields });
const integer = schema({ type: "integer", widget: { kind: "slider", low: 0, high: 100, step: 1 } });
const number = schema({ type: "number" });
const read = (text: string, of: InputSchema) => readColumn(text, of).values;
const wrong = (text: string, of: InputSchema) =>
  readColumn(text, of).complaints.map(({ line, why }) => `${line} ${why}`);

describe("values", () => {
  it.each([
    ["1\n2\n3", integer, [1, 2, 3]],
    ["1, 2, 3", integer, [1, 2, 3]],
    ["1..4", integer, [1, 2, 3, 4]],
    ["4..1", integer, [4, 3, 2, 1]],
    ["0..10 step 5", integer, [0, 5, 10]],
    ["1-9:2", integer, [1, 3, 5, 7, 9]],
    ["0.1 - 0.3 : 0.1", number, [0.1, 0.2, 0.3]],
    ["-3--1", number, [-3, -2, -1]],
    ["0.2..0.8 step 0.2", number, [0.2, 0.4, 0.6, 0.8]],
    ["-1..1", number, [-1, 0, 1]],
    ["1e-3", number, [0.001]],
    ["yes\nOFF", schema({ type: "switch" }), [true, false]],
    ["PNG", schema({ type: "choice", choices: ["png", "jpeg"] }), ["png"]],
    ["#AABBCC", schema({ type: "color" }), ["#aabbcc"]],
    ["a dog\na cat\n\n", schema({}), ["a dog", "a cat"]],
    ["C:\\new", schema({}), ["C:\\new"]],
    ["two\\nlines", schema({ widget: { kind: "text", multiline: true } }), ["two\nlines"]],
    ["[1, 2]\nword", schema({ type: "anything" }), [[1, 2], "word"]],
    ["", schema({}), []],
  ])("reads %j", (text, of, values) => {
    expect(readColumn(text, of)).toEqual({ values, complaints: [] });
  });
  it.each([
    ["x", integer, ["1 notNumber"]],
    ["1\n\n2", integer, ["2 emptyLine"]],
    ["1.5", integer, ["1 notInteger"]],
    ["99\n101", integer, ["2 outside"]],
    ["0.1..0.9", number, ["1 noStep"]],
    ["0..1 step 0", number, ["1 badStep"]],
    ["1..9999999", schema({ type: "integer" }), ["1 tooMany"]],
    ["1e999", number, ["1 notNumber"]],
    ["maybe", schema({ type: "switch" }), ["1 notSwitch"]],
    ["gif", schema({ type: "choice", choices: ["png"] }), ["1 notChoice"]],
    ["red", schema({ type: "color" }), ["1 notColor"]],
    ["a b", schema({ type: "list of text" }), ["1 notJson"]],
  ])("complains of %j", (text, of, complaints) => {
    expect(wrong(text, of)).toEqual(complaints);
  });
  it("takes no endless column", () => {
    const column = readColumn(`${"1..9000\n".repeat(3)}`, schema({ type: "integer" }));
    expect(column.values).toHaveLength(MOST);
    expect(column.complaints[0]).toMatchObject({ line: 2, why: "tooMany" });
  });
  it("counts jobs, and shows the first", () => {
    const columns = [
      [1, 2],
      ["a", "b", "c"],
    ];
    expect(rowCount(columns, "product")).toBe(6);
    expect(rowCount(columns, "zip")).toBeNull();
    expect(rowCount([], "product")).toBe(0);
    expect(firstRows(columns, "product", 4)).toEqual([
      [1, "a"],
      [1, "b"],
      [1, "c"],
      [2, "a"],
    ]);
    expect(
      firstRows(
        [
          [1, 2],
          [3, 4],
        ],
        "zip",
        9,
      ),
    ).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });
  it("is not led astray by what looks like a range", () => {
    expect(read("1..10", schema({}))).toEqual(["1..10"]);
  });
});

describe("tables", () => {
  it.each([
    [
      "a,b\n1,2\n",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "\uFEFFa;b\r\n1;2,5\r\n\r\n",
      [
        ["a", "b"],
        ["1", "2,5"],
      ],
    ],
    [
      "a\tb\n1\t",
      [
        ["a", "b"],
        ["1", ""],
      ],
    ],
    [
      'a,b\n"x, ""y""\nz",2',
      [
        ["a", "b"],
        ['x, "y"\nz', "2"],
      ],
    ],
    ["", []],
    ['"never closed', [["never closed"]]],
  ])("reads %j", (text, rows) => {
    expect(readTable(text)).toEqual(rows);
  });
  it("gives short rows empty cells", () => {
    expect(columnsOf([["a", "b"], ["1"]])).toEqual([
      { name: "a", cells: ["1"] },
      { name: "b", cells: [""] },
    ]);
  });
});

describe("the batch of a graph", () => {
  const inputs = { words: schema({}), steps: integer, image: schema({ type: "image" }) };
  const node = { type: "n", title: "Node", inputs } as never;
  const flow = {
    format: 1,
    inputs: { prompt: "b.words" },
    nodes: {
      a: { type: "n", inputs: { words: { node: "b", output: "o" }, steps: 3 } },
      b: { type: "n" },
      c: { type: "strange" },
    },
  };
  const candidates = candidatesOf(flow, { n: node });
  it("offers parameters first, and nothing that is linked", () => {
    expect(candidates.map(({ target }) => target)).toEqual(["b.words", "a.steps", "b.steps"]);
    expect(candidates[1]).toMatchObject({ now: 3, title: "Node" });
  });
  it("takes a table by the names in its first line", () => {
    const { drafts, strange } = draftsOf(readTable("Prompt,a.steps,nobody\na dog,1\na cat,2"), candidates);
    expect(strange).toEqual(["nobody"]);
    expect(batchOf(filled(drafts, candidates), "zip")).toEqual({
      zip: { "b.words": ["a dog", "a cat"], "a.steps": [1, 2] },
    });
  });
});
