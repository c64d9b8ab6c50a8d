import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ServerError } from "../server/api";
import { answer, graphFor, pathOf } from "./ask";

const BASE = "http://host/studio/";

describe("pathOf", () => {
  it.each([
    ["api/files/examples/a.png", "examples/a.png"],
    ["/api/files/files/a%20b.png?v=1", "files/a b.png"],
    ["http://host/studio/api/files/outputs/deep/x.png", "outputs/deep/x.png"],
    ["http://other/api/files/outputs/x.png", null],
    ["api/thumbnails/outputs/x.png", null],
    ["blob:http://host/1234", null],
    ["api/files/files/%E0%A4%A", null],
  ])("%s", (url, path) => expect(pathOf(url, BASE)).toBe(path));
});

describe("graphFor", () => {
  it("asks by words", () => {
    const { nodes } = graphFor("examples/a.png", { kind: "words", words: "car", threshold: 0.3 }, "masks/x");
    expect(nodes.find?.inputs).toMatchObject({ words: "car", threshold: 0.3 });
    expect(nodes.load?.inputs).toEqual({ path: "examples/a.png" });
    expect(nodes.save?.inputs).toMatchObject({ name: "masks/x", overwrite: true, keep_workflow: false });
  });

  it.each([
    ["sam", "segment.points"],
    ["grab", "segment.grab"],
  ] as const)("asks by a box and points with %s", (method, type) => {
    const dots = [
      { x: 2.04, y: 3, add: true },
      { x: 3, y: 5.26, add: false },
    ];
    const marks = { box: { x: 1, y: 2, w: 3, h: 4 }, dots };
    const { nodes } = graphFor("a.png", { kind: "thing", marks, method }, "masks/x");
    expect(nodes.find?.type).toBe(type);
    expect(nodes.find?.inputs).toEqual({
      image: { node: "load", output: "image" },
      box: [[1, 2, 4, 6]],
      points: [
        [2, 3, 1],
        [3, 5.3, 0],
      ],
    });
  });

  it("leaves out what was not said", () => {
    const marks = { box: null, dots: [{ x: 1, y: 1, add: true }] };
    const { nodes } = graphFor("a.png", { kind: "thing", marks, method: "grab" }, "masks/x");
    expect(Object.keys(nodes.find?.inputs ?? {})).toEqual(["image", "points"]);
  });
});

describe("answer", () => {
  const wish = { kind: "words", words: "car", threshold: 0.4 } as const;
  const asked: string[] = [];
  let answers: Record<string, () => unknown> = {};

  beforeEach(() => {
    asked.length = 0;
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    vi.stubGlobal("fetch", async (path: string, init?: RequestInit) => {
      const line = `${init?.method ?? "GET"} ${path}`;
      asked.push(line);
      const found = answers[line]?.();
      if (found instanceof Response) return found;
      if (found === undefined) throw new TypeError("no network");
      return Response.json(found);
    });
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const begin = (signal = new AbortController().signal) => {
    const promise = answer("a.png", wish, { name: "masks/x", title: "", signal, told: () => {} });
    promise.catch(() => {});
    return promise;
  };
  const job = (status: string, more = {}) => ({ id: "j", status, outputs: [], error: null, position: null, ...more });

  it("waits for the end and fetches the mask", async () => {
    let rounds = 0;
    answers = {
      "POST api/jobs": () => ({ jobs: [job("pending")] }),
      "GET api/jobs/j": () =>
        ++rounds < 3 ? job("running") : job("done", { outputs: [{ node: "save", url: "/api/files/outputs/x.png" }] }),
      "GET api/files/outputs/x.png": () => new Response("mask"),
    };
    const promise = begin();
    await vi.advanceTimersByTimeAsync(5000);
    expect(await (await promise).text()).toBe("mask");
  });

  it("asks without priority where nobody may push in", async () => {
    let posts = 0;
    answers = {
      "POST api/jobs": () =>
        ++posts === 1
          ? Response.json({ error: { what: "no" } }, { status: 403 })
          : { jobs: [job("failed", { error: { what: "w", cure: "c" } })] },
    };
    await expect(begin()).rejects.toMatchObject({ what: "w", cure: "c" });
    expect(posts).toBe(2);
  });

  it("cancels the job when it is aborted", async () => {
    answers = { "POST api/jobs": () => ({ jobs: [job("running")] }), "POST api/jobs/j/cancel": () => job("cancelled") };
    const stop = new AbortController();
    const promise = begin(stop.signal);
    await vi.advanceTimersByTimeAsync(10);
    stop.abort();
    await expect(promise).rejects.toBeDefined();
    expect(asked).toContain("POST api/jobs/j/cancel");
  });

  it("bears a server that is gone for a moment, not for long", async () => {
    answers = { "POST api/jobs": () => ({ jobs: [job("running")] }) };
    vi.useRealTimers();
    vi.useFakeTimers();
    const promise = begin();
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked.length).toBeGreaterThan(5);
    await vi.advanceTimersByTimeAsync(8000);
    await expect(promise).rejects.not.toBeInstanceOf(ServerError);
  });
});
