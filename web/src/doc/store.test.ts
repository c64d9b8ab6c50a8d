import { expect, test, vi } from "vitest";
import { createDoc } from "./store";
import type { Workflow } from "./types";

const flow: Workflow = { format: 1, nodes: { a: { type: "value.text", inputs: { text: "" } } } };
const typed = (text: string) => ({ do: "set", node: "a", socket: "text", value: text }) as const;

test("everything can be undone, and done again", () => {
  const doc = createDoc(flow, null);
  for (let step = 1; step <= 300; step++) doc.getState().edit(typed(String(step)));
  for (let step = 0; step < 300; step++) doc.getState().undo();
  expect(doc.getState().flow).toBe(flow);
  doc.getState().undo();
  for (let step = 0; step < 300; step++) doc.getState().redo();
  expect(doc.getState().flow.nodes.a?.inputs?.text).toBe("300");
  doc.getState().undo();
  doc.getState().edit(typed("other"));
  expect(doc.getState().future).toEqual([]);
});

test("typing is one step, until it is settled or a while has passed", () => {
  vi.useFakeTimers();
  const doc = createDoc(flow, null);
  for (const text of ["c", "ca", "car"]) doc.getState().edit(typed(text), "a.text");
  expect(doc.getState().past).toHaveLength(1);
  doc.getState().settle();
  doc.getState().edit(typed("cars"), "a.text");
  expect(doc.getState().past).toHaveLength(2);
  vi.advanceTimersByTime(1500);
  doc.getState().edit(typed("carts"), "a.text");
  expect(doc.getState().past).toHaveLength(3);
  doc.getState().undo();
  expect(doc.getState().flow.nodes.a?.inputs?.text).toBe("cars");
  vi.useRealTimers();
});

test("what is saved is known by the graph itself", () => {
  const doc = createDoc(flow, "{}");
  doc.getState().edit(typed("x"));
  expect(doc.getState().flow).not.toBe(doc.getState().saved);
  doc.getState().undo();
  expect(doc.getState().flow).toBe(doc.getState().saved);
});
