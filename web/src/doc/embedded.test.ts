import { expect, it } from "vitest";
import { graphIn, graphInFile } from "./embedded";
import { PICTURES } from "./embedded.pictures";

const bytes = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

it.each(["png", "jpeg", "webp"] as const)("the graph in a %s", (kind) => {
  const flow = JSON.parse(graphIn(bytes(PICTURES[kind])) ?? "null");
  expect(flow.title).toBe("Käse");
  expect(flow.nodes.a.type).toBe("image.load");
});

it("nothing in a picture without a graph", () => {
  expect(graphIn(bytes(PICTURES.plain))).toBeNull();
  expect(graphIn(new Uint8Array())).toBeNull();
});

it("nothing, and no trouble, in a picture that is cut off or damaged anywhere", () => {
  for (const kind of ["png", "jpeg", "webp"] as const) {
    const whole = bytes(PICTURES[kind]);
    for (let at = 0; at < whole.length; at++) {
      expect(() => graphIn(whole.subarray(0, at))).not.toThrow();
      const damaged = whole.slice();
      damaged[at] = 255;
      expect(() => graphIn(damaged)).not.toThrow();
    }
  }
});

it("a file that is a graph itself", async () => {
  expect(await graphInFile(new Blob([' {"nodes": {}}']))).toBe(' {"nodes": {}}');
  expect(await graphInFile(new Blob(["hello"]))).toBeNull();
});
