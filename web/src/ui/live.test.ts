import { expect, it } from "vitest";
import type { Job } from "../server/api";
import { joined, newest } from "./live";

const job = (fields: Partial<Job>) => ({ id: "a", number: 1, ...fields }) as Job;

it("keeps only the newest progress and preview of a node, and the order of all else", () => {
  const progress = (node: string, done: number) => ({ type: "progress", job: "a", node, done });
  const said = { type: "said", job: "a", node: "x" };
  expect(newest([progress("x", 1), said, progress("y", 1), progress("x", 2), said])).toEqual([
    said,
    progress("y", 1),
    progress("x", 2),
    said,
  ]);
});

it("lets no late answer take a job back", () => {
  const now = joined({ a: job({ status: "running", started: 5 }) }, [
    job({ status: "pending", started: null, values: { x: 1 } }),
  ]);
  expect(now.a).toMatchObject({ status: "running", started: 5, values: { x: 1 } });
  expect(joined(now, [job({ status: "done" })]).a).toMatchObject({ status: "done", values: { x: 1 } });
});
