import { expect, it } from "vitest";
import type { Workflow } from "../doc/types";
import { promoted, promotedName, renamed } from "./promote";

const link = (node: string, output: string) => ({ node, output });

/** A file that uses one graph twice by name, and holds one that uses it once more. */
function file(): Workflow {
  const round = {
    format: 1,
    inputs: { picture: "blur.image", soft: "blur.radius" },
    outputs: { picture: "blur.image" },
    nodes: { blur: { type: "toy.blur", inputs: { radius: 2 } } },
  };
  const held = {
    format: 1,
    inputs: { picture: "deep.picture", amount: "deep.soft" },
    outputs: { picture: "deep.picture" },
    nodes: { deep: { type: "graph.call", graph: "#round" as never, inputs: { soft: 7 } } },
  };
  return {
    format: 1,
    inputs: { strength: "one.soft" },
    graphs: { round },
    nodes: {
      one: { type: "graph.call", graph: "#round" as never, inputs: { soft: 3 } },
      loop: {
        type: "graph.repeat",
        graph: "#round" as never,
        until: "picture",
        carry: { picture: "picture" },
        inputs: { picture: link("one", "picture") },
      },
      held: { type: "graph.call", graph: held as never, inputs: { picture: link("loop", "picture"), amount: 1 } },
    },
  };
}

// biome-ignore lint/suspicious/noExplicitAny: a file is looked into from all sides here
const loose = (flow: Workflow) => flow as any;

it("promotes an inner value once, under a free name", () => {
  const next = promoted(file(), ["one"], "inputs", "blur.picture");
  expect(loose(next).graphs.round.inputs.picture2).toBe("blur.picture");
  expect(promotedName(loose(next).graphs.round, "inputs", "blur.picture")).toBe("picture2");
  const flow = file();
  expect(promoted(flow, ["one"], "inputs", "blur.radius")).toBe(flow);
  expect(promoted(flow, ["nobody"], "inputs", "blur.radius")).toBe(flow);
});

it("a new name of an input is followed wherever the graph is used", () => {
  const next = loose(renamed(file(), ["loop"], "inputs", "picture", "image"));
  expect(Object.keys(next.graphs.round.inputs)).toEqual(["image", "soft"]);
  expect(next.nodes.loop.inputs).toEqual({ image: link("one", "picture") });
  expect(next.nodes.loop.carry).toEqual({ picture: "image" });
  expect(next.nodes.held.graph.inputs.picture).toBe("deep.image");
  expect(next.nodes.held.inputs.picture).toEqual(link("loop", "picture"));
  const again = loose(renamed(file(), ["one"], "inputs", "soft", "radius"));
  expect(again.inputs).toEqual({ strength: "one.radius" });
  expect(again.nodes.one.inputs).toEqual({ radius: 3 });
});

it("a new name of an output is followed by links and loops", () => {
  const next = loose(renamed(file(), ["one"], "outputs", "picture", "result"));
  expect(next.graphs.round.outputs).toEqual({ result: "blur.image" });
  expect(next.nodes.loop).toMatchObject({ until: "result", carry: { result: "picture" } });
  expect(next.nodes.loop.inputs.picture).toEqual(link("one", "result"));
  expect(next.nodes.held.inputs.picture).toEqual(link("loop", "result"));
  expect(next.nodes.held.graph.outputs).toEqual({ picture: "deep.result" });
});

it("what is taken back is gone everywhere, and its value stands inside", () => {
  const next = loose(renamed(file(), ["held"], "inputs", "amount", null));
  expect(next.nodes.held.graph.inputs).toEqual({ picture: "deep.picture" });
  expect(next.nodes.held.graph.nodes.deep.inputs).toEqual({ soft: 1 });
  expect(next.nodes.held.inputs).toEqual({ picture: link("loop", "picture") });
  const all = loose(renamed(file(), ["one"], "inputs", "soft", null));
  expect(all.inputs).toEqual({});
  expect(all.nodes.held.graph.inputs).toEqual({ picture: "deep.picture" });
  expect(all.nodes.held.inputs).toEqual({ picture: link("loop", "picture") });
  expect(loose(renamed(file(), ["one"], "outputs", "picture", null)).nodes.loop.inputs).toEqual({});
});

it.each(["", "soft"])("the name %j is refused", (to) => {
  const flow = file();
  expect(renamed(flow, ["one"], "inputs", "picture", to)).toBe(flow);
});
