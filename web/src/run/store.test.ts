import { expect, test } from "vitest";
import { heard, type RunState, run } from "./store";

const start = run.getInitialState();
const after = (...events: Parameters<typeof heard>[1][]): RunState => events.reduce(heard, start);
const job = (status: string) => ({ type: "job", job: "j", status, number: 1 });

test("a node's life", () => {
  const state = after(
    job("running"),
    { type: "started", job: "j", nodes: ["a"] },
    { type: "progress", job: "j", node: "a", done: 3, total: 20, left: 4.5, note: "step" },
    { type: "preview", job: "j", node: "a", data: "data:image/jpeg;base64,QUJD" },
    { type: "cached", job: "j", nodes: ["b"] },
  );
  const { a, b } = state.runs.j?.nodes ?? {};
  expect(a).toMatchObject({ state: "running", done: 3, total: 20, left: 4.5, preview: "data:image/jpeg;base64,QUJD" });
  expect(b?.state).toBe("cached");
  const ended = heard(state, { type: "finished", job: "j", nodes: [["a", 1.5]] });
  expect(ended.runs.j?.nodes.a).toMatchObject({ state: "done", seconds: 1.5 });
  expect(ended.runs.j?.nodes.a?.preview).toBeUndefined();
});

test("errors, drops and files are kept with their job", () => {
  const state = after(
    job("running"),
    { type: "failed", job: "j", node: "a", socket: "words", what: "no", cure: "yes" },
    { type: "dropped", job: "j", node: "gate", item: 3, reason: "blurred", failed: false },
    { type: "wrote", job: "j", node: "save", path: "outputs/a.png", url: "/api/files/outputs/a.png" },
    { type: "said", job: "j", node: "a", text: "starter" },
    { type: "made", job: "j", node: "p", outputs: { text: { value: "car" } } },
    { type: "started", job: "j", nodes: ["a"] },
    job("failed"),
  );
  const of = state.runs.j;
  expect(of?.nodes.a).toMatchObject({
    state: "failed",
    error: { what: "no", cure: "yes", socket: "words" },
    said: ["starter"],
  });
  expect(of?.nodes.gate?.dropped).toBe(1);
  expect(of?.reasons).toEqual([{ node: "gate", item: 3, reason: "blurred", failed: false }]);
  expect(of?.wrote).toHaveLength(1);
  expect(of?.nodes.p?.made).toEqual({ text: { value: "car" } });
  expect(state.jobs.j?.status).toBe("failed");
});

test("a retried job begins empty, an unknown event changes nothing", () => {
  const state = after(job("running"), { type: "started", job: "j", nodes: ["a"] }, job("pending"), job("running"));
  expect(state.runs.j?.nodes).toEqual({});
  expect(heard(state, { type: "news" })).toBe(state);
});

test("what a gate left out is told with the key by which it can be taken back", () => {
  const dropped = { type: "dropped", job: "j", node: "gate", item: 0, reason: "dark", failed: false };
  const state = after(job("running"), { ...dropped, key: "ab", path: "files/a.png", url: "/api/files/files/a.png" });
  expect(state.runs.j?.reasons).toEqual([
    {
      node: "gate",
      item: 0,
      reason: "dark",
      failed: false,
      key: "ab",
      path: "files/a.png",
      url: "/api/files/files/a.png",
    },
  ]);
});

test("a job that is forgotten is gone", () => {
  const state = after(job("done"), { type: "removed", jobs: ["j", "stranger"] });
  expect(state.jobs).toEqual({});
});
