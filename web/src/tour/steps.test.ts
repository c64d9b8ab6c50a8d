import { expect, test } from "vitest";
import english from "../texts/en.json";
import { type Facts, STEPS } from "./steps";

const START: Facts = {
  sentence: '"Replace the car with a bicycle"',
  seed: "5",
  writing: false,
  job: null,
  status: null,
  ran: 0,
  cached: 0,
  running: null,
  viewed: false,
  looked: false,
  saved: false,
};
const step = (id: string) => {
  const found = [...STEPS.graph, ...STEPS.form].find((entry) => entry.id === id);
  if (!found) throw new Error(`no step ${id}`);
  return found;
};
const isDone = (id: string, now: Partial<Facts>, before: Partial<Facts> = {}) =>
  step(id).done?.({ ...START, ...now }, { ...START, ...before });

test("no step is done before anything was", () => {
  for (const entry of [...STEPS.graph, ...STEPS.form])
    expect([entry.id, entry.done?.(START, START) ?? false]).toEqual([entry.id, false]);
});

test("a sentence counts once its field is left", () => {
  expect(isDone("sentence", { sentence: '"Remove it"', writing: true })).toBe(false);
  expect(isDone("sentence", { sentence: '"Remove it"' })).toBe(true);
});

test("a run is watched to its end, and one that fails is told", () => {
  expect(isDone("run", { job: "a" })).toBe(true);
  expect(isDone("watch", { job: "a", status: "running" })).toBe(false);
  expect(isDone("watch", { job: "a", status: "done" })).toBe(true);
  expect(isDone("watch", { job: "a", status: "failed" })).toBe(false);
  expect(step("watch").trouble?.({ ...START, status: "failed" })).toBe(true);
  expect(step("watch").trouble?.({ ...START, status: "running" })).toBe(false);
  expect(step("watch").at({ ...START, running: "paint" })).toContain("paint");
});

test("a result was looked at when it has been opened and closed", () => {
  expect(isDone("result", { viewed: true, looked: true })).toBe(false);
  expect(isDone("result", { viewed: false, looked: true })).toBe(true);
});

test("the second run is another job than the first", () => {
  expect(isDone("again", { job: "a" }, { job: "a" })).toBe(false);
  expect(isDone("again", { job: "b" }, { job: "a" })).toBe(true);
});

test("every step has its texts", () => {
  const texts = english.tour as Record<string, string>;
  for (const entry of [...STEPS.graph, ...STEPS.form]) {
    const wanted = [
      entry.id,
      `${entry.id}Title`,
      ...(entry.trouble ? [`${entry.id}Trouble`] : []),
      ...(entry.waits ? [`${entry.id}Done`] : []),
    ];
    expect(wanted.filter((key) => !texts[key])).toEqual([]);
  }
});
