import { describe, expect, it } from "vitest";
import { apply } from "../doc/edits";
import type { NodeSchema, Schemas } from "../doc/schema";
import { createDoc } from "../doc/store";
import type { Workflow } from "../doc/types";
import { align, columns, distribute, freePlace, layOut } from "./arrange";
import { build } from "./build";
import { copied, pasted, readClip } from "./clip";
import { lineThrough } from "./hit";
import { innerDoc } from "./inner";
import { HEADER, layoutOf, ROW, rowsOf, widgetKind } from "./layout";
import { gathered } from "./results";
import { schemaOf, tablesOf } from "./schemas";
import { makeGraph, unpacked } from "./subgraph";
import { heldGuesses, heldRun, innerRun, many } from "./within";

const node = (type: string, inputs: NodeSchema["inputs"], outputs: NodeSchema["outputs"]): NodeSchema => ({
  type,
  title: type,
  family: type.split(".")[0] ?? "",
  summary: "",
  help: "",
  tags: [],
  version: 1,
  heavy: false,
  writes: false,
  inputs,
  outputs,
});
const image = { type: "image", help: "" };
const number = (name: number) => ({ type: "number", help: "", default: name });
const schemas: Schemas = {
  "toy.load": node("toy.load", { path: { type: "text", help: "" } }, { image: { type: "image" } }),
  "toy.blur": node("toy.blur", { image, radius: number(4) }, { image: { type: "image" } }),
  "toy.save": node("toy.save", { image }, {}),
};
const link = (from: string, output = "image") => ({ node: from, output });
const flow: Workflow = {
  format: 1,
  inputs: { picture: "load.path", strength: "blur.radius" },
  nodes: {
    load: { type: "toy.load", at: [0, 0], inputs: { path: "a.png" } },
    blur: { type: "toy.blur", at: [300, 0], inputs: { image: link("load"), radius: 2 } },
    save: { type: "toy.save", at: [600, 0], inputs: { image: link("blur") } },
  },
};
const outputs = (id: string) => Object.keys(schemaOf(flow, id, schemas, {}).outputs);

describe("a graph within a graph", () => {
  const made = makeGraph(flow, ["blur"], "Soft", outputs);

  it("takes its links and parameters with it", () => {
    expect(made.graph.inputs).toEqual({ image: "blur.image", strength: "blur.radius" });
    expect(made.graph.outputs).toEqual({ image: "blur.image" });
    expect(made.nodes.graph?.inputs).toEqual({ image: link("load") });
    expect(made.nodes.save?.inputs).toEqual({ image: link("graph") });
    expect(made.inputs).toEqual({ picture: "load.path", strength: "graph.strength" });
  });

  it("has the sockets of what is in it", () => {
    const whole = { ...flow, nodes: made.nodes };
    const schema = schemaOf(whole, "graph", schemas, {});
    expect(Object.keys(schema.inputs)).toEqual(["image", "strength"]);
    expect(schema.outputs.image?.type).toBe("image");
    expect(schema.inputs.strength?.default).toBe(2);
  });

  it("is laid out again as it was", () => {
    const back = unpacked({ ...flow, nodes: made.nodes, inputs: made.inputs }, "graph", {});
    expect(back?.nodes.blur?.inputs).toEqual({ radius: 2, image: link("load") });
    expect(back?.nodes.save?.inputs).toEqual({ image: link("blur") });
    expect(back?.inputs).toEqual(flow.inputs);
  });

  it("is edited through the file that holds it", () => {
    const doc = createDoc({ ...flow, nodes: made.nodes, graphs: { one: made.graph } }, null);
    doc.getState().edit({ do: "fields", node: "graph", fields: { graph: "#one" as never } });
    const inner = innerDoc(doc, doc, "graph");
    inner.getState().edit({ do: "set", node: "blur", socket: "radius", value: 9 });
    expect(tablesOf(doc.getState().flow).one?.nodes.blur?.inputs?.radius).toBe(9);
    expect(inner.getState().flow.nodes.blur?.inputs?.radius).toBe(9);
    doc.getState().undo();
    expect(inner.getState().flow.nodes.blur?.inputs?.radius).toBe(2);
  });
});

describe("copies", () => {
  it("keep links among themselves and get names of their own", () => {
    const clip = readClip(JSON.stringify(copied(flow, ["blur", "save"]))) as Workflow;
    const { edit, ids } = pasted(flow, clip, [0, 500], false);
    const after = apply(flow, edit);
    expect(ids).toEqual(["blur2", "save2"]);
    expect(after.nodes.save2?.inputs).toEqual({ image: link("blur2") });
    expect(after.nodes.blur2?.inputs).toEqual({ radius: 2 });
    expect(after.nodes.blur2?.at).toEqual([0, 500]);
  });

  it("keep links from outside when asked to", () => {
    const after = apply(flow, pasted(flow, copied(flow, ["blur"]), [0, 0], true).edit);
    expect(after.nodes.blur2?.inputs?.image).toEqual(link("load"));
  });

  it("are not made of junk", () => {
    for (const junk of ["", "hello", "{", "[]", '{"nodes": 3}', '{"nodes": {"a": {}}}'])
      expect(readClip(junk)).toBeNull();
  });
});

describe("layout", () => {
  it("gives sockets and outputs one row where they fit", () => {
    const rows = rowsOf({ type: "toy.blur" }, schemas["toy.blur"] as NodeSchema);
    expect(rows[0]).toEqual({ kind: "pair", input: "image", output: "image" });
    expect(rows[1]).toMatchObject({ kind: "input", input: "radius" });
  });

  it("knows where links end, also of a collapsed node", () => {
    const at = layoutOf({ type: "toy.blur" }, schemas["toy.blur"] as NodeSchema, false);
    expect(at.inputs.radius).toBe((at.inputs.image ?? 0) + ROW);
    const small = layoutOf({ type: "toy.blur", collapsed: true }, schemas["toy.blur"] as NodeSchema, false);
    expect(small.height).toBe(HEADER);
    expect(small.inputs).toEqual({ image: HEADER / 2, radius: HEADER / 2 });
  });

  it("folds away settings that are many and at their defaults", () => {
    const many = node("toy.many", Object.fromEntries([..."abcdefg"].map((name) => [name, number(0)])), {});
    const rows = rowsOf({ type: "toy.many", inputs: { f: 3 } }, many);
    expect(rows.map((row) => (row.kind === "input" ? row.input : row.kind))).toEqual(["a", "b", "c", "f", "more"]);
    expect(rowsOf({ type: "toy.many", more: true }, many)).toHaveLength(8);
  });

  it("finds a widget by the schema alone", () => {
    expect(widgetKind({ type: "image", help: "" })).toBeNull();
    expect(widgetKind({ type: "choice", help: "", choices: ["a"] })).toBe("choice");
    expect(widgetKind({ type: "text", help: "", widget: { kind: "file", of: "folder" } })).toBe("folder");
    expect(widgetKind({ type: "list of list of number", help: "" })).toBe("json");
  });
});

describe("drawing", () => {
  const from = { flow, schemas, tables: {}, pictures: new Set<string>(), places: {} };
  const first = build(from, { nodes: [], edges: [] });

  it("keeps what did not change", () => {
    const next = build({ ...from, flow: apply(flow, { do: "move", at: { save: [700, 0] } }) }, first);
    expect(next.nodes[0]).toBe(first.nodes[0]);
    expect(next.nodes[2]).not.toBe(first.nodes[2]);
    expect(next.edges[0]).toBe(first.edges[0]);
    expect(next.edges).toBe(first.edges);
    expect(build(from, first)).toBe(first);
  });

  it("keeps the sockets and links of unknown nodes", () => {
    const odd: Workflow = {
      ...flow,
      nodes: { ...flow.nodes, blur: { ...flow.nodes.blur, type: "pack.gone" } as never },
    };
    expect(schemaOf(odd, "blur", schemas, {})).toMatchObject({ missing: true, type: "pack.gone" });
    expect(build({ ...from, flow: odd }, first).edges.map((edge) => edge.id)).toEqual(["blur.image", "save.image"]);
  });

  it("leaves out links to nodes that are not there", () => {
    const odd = { ...flow, nodes: { save: flow.nodes.save as never } };
    expect(build({ ...from, flow: odd }, first).edges).toEqual([]);
  });
});

describe("arranging", () => {
  const boxes = [
    { id: "a", x: 0, y: 10, width: 10, height: 10 },
    { id: "b", x: 50, y: 0, width: 30, height: 20 },
    { id: "c", x: 100, y: 5, width: 10, height: 10 },
  ];
  it("lines up", () => {
    expect(align(boxes, "right")).toEqual({ a: [100, 10], b: [80, 0], c: [100, 5] });
    expect(align(boxes.slice(1), "top")).toEqual({ b: [50, 0], c: [100, 0] });
  });
  it("spreads with equal gaps", () => expect(distribute(boxes, "x").b).toEqual([40, 0]));
  it("lays out from left to right", () => {
    for (const way of [layOut, columns]) {
      const at = way(boxes, [
        ["c", "b"],
        ["b", "a"],
      ]);
      expect(at.c?.[0]).toBeLessThan(at.b?.[0] ?? 0);
      expect(at.b?.[0]).toBeLessThan(at.a?.[0] ?? 0);
    }
  });
  it("finds the link under a node", () => {
    const lines = [
      { id: "far", from: [0, 500] as [number, number], to: [100, 500] as [number, number] },
      { id: "near", from: [0, 0] as [number, number], to: [100, 40] as [number, number] },
    ];
    expect(lineThrough({ x: 30, y: 0, width: 40, height: 40 }, lines)).toBe("near");
    expect(lineThrough({ x: 30, y: 100, width: 40, height: 40 }, lines)).toBeNull();
  });
});

describe("runs", () => {
  const runs = {
    "mend/1/a": { state: "done", seconds: 1 },
    "mend/2/a": { state: "running" },
    "mend/until/x": { state: "waiting" },
  } as never;
  it("tell of nodes in graphs", () => {
    expect(innerRun(runs, "mend/a")?.state).toBe("running");
    expect(heldRun(runs, "mend")?.state).toBe("running");
    expect(heldRun(runs, "other")).toBeUndefined();
  });
  it("leave what nodes made last", () => {
    const first = gathered({}, "t", {
      nodes: { a: { state: "done", made: { image: { thumbnail: "x" } } } },
      wrote: [],
      reasons: [],
    });
    const next = gathered(first, "t", { nodes: { a: { state: "cached" } }, wrote: [], reasons: [] });
    expect(next["t a"]?.image?.thumbnail).toBe("x");
  });
});

it("a new node lies on no other", () => {
  const boxes = [
    { id: "a", x: 0, y: 0, width: 264, height: 300 },
    { id: "b", x: 320, y: 100, width: 264, height: 300 },
  ];
  expect(freePlace([10, 10], [264, 220], boxes)).toEqual([632, 10]);
  expect(freePlace([0, 500], [264, 220], boxes)).toEqual([0, 500]);
});

describe("a copy from anywhere", () => {
  it("is put in order before it is used", () => {
    const odd = {
      nodes: {
        "a.b": { type: "toy.blur", at: [1, null], inputs: 3, mode: "mute" },
        c: { type: "toy.load", at: [4, 5] },
      },
      editor: {
        groups: { g: { title: "G", at: [0, 0], size: [1] } },
        notes: 7,
        reroutes: { "c.image": [[1, 2], "x"] },
      },
    };
    expect(readClip(JSON.stringify(odd))).toEqual({
      nodes: { a_b: { type: "toy.blur", mode: "mute" }, c: { type: "toy.load", at: [4, 5] } },
    });
  });
});

describe("the width of a node", () => {
  it("is what the file says, within bounds, and moves its outputs", () => {
    const schema = schemas["toy.blur"] as NodeSchema;
    const widths = [undefined, 400, 3, 9999, "wide", Number.NaN].map(
      (width) => layoutOf({ type: "toy.blur", width } as never, schema, false).width,
    );
    expect(widths).toEqual([264, 400, 160, 1200, 264, 264]);
    const nodes = { a: { type: "toy.blur", at: [0, 0], width: 400 } };
    const drawn = build(
      { flow: { format: 1, nodes } as never, schemas, tables: {}, pictures: new Set(), places: {} },
      { nodes: [], edges: [] },
    );
    expect(drawn.nodes[0]).toMatchObject({ width: 400, measured: { width: 400 } });
    expect(drawn.nodes[0]?.handles?.find((handle) => handle.type === "source")?.x).toBe(400 - 7);
  });
});

describe("what is known before a run", () => {
  it("is told at the node that holds others", () => {
    const guess = (count: number | null) => ({ sizes: {}, count });
    const all = heldGuesses({ load: guess(1), "scene/sky": guess(12), "scene/sea": guess(3) });
    expect(many(all.scene)).toBe(12);
    expect([many(all.load), many(undefined), many(guess(null))]).toEqual([false, false, null]);
  });
});
