/**
 * The jobs, for all that lists and sorts them. With thousands of them every sorting is felt, and they change with each event: then the lists follow
 * a few times a second, and each order is found once for all who show it.
 */

import { useStore } from "zustand/react";
import { createStore } from "zustand/vanilla";
import { run } from "../run/store";
import type { Job } from "../server/api";
import { inOrder } from "./grouping";

type Jobs = Record<string, Job>;

const MANY = 500; // jobs from which the lists follow with a pause
const PAUSE = 300; // milliseconds

const calm = createStore<{ jobs: Jobs }>(() => ({ jobs: run.getState().jobs }));
let size = 0;
let last = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

function follow(): void {
  timer = undefined;
  last = performance.now();
  const { jobs } = run.getState();
  size = Object.keys(jobs).length;
  calm.setState({ jobs });
}

run.subscribe((now, before) => {
  if (now.jobs === before.jobs) return;
  const wait = size < MANY ? 0 : last + PAUSE - performance.now();
  if (wait <= 0) follow();
  else if (timer === undefined) timer = setTimeout(follow, wait);
});

export function useJobs(): Jobs {
  return useStore(calm, (state) => state.jobs);
}

function once<T>(find: (jobs: Jobs) => T): (jobs: Jobs) => T {
  const found = new WeakMap<Jobs, { value: T }>();
  return (jobs) => {
    const known = found.get(jobs) ?? { value: find(jobs) };
    found.set(jobs, known);
    return known.value;
  };
}

/** All jobs but the editor's own, in no order. */
export const listOf = once((jobs) => Object.values(jobs).filter((job) => !job.quiet));
/** The pending jobs as they will run. */
export const orderOf = once((jobs) => inOrder(listOf(jobs)));
/** Those that run. */
export const runningOf = once((jobs) => listOf(jobs).filter((job) => job.status === "running"));
/** How many run or wait. */
export const liveOf = once((jobs) => orderOf(jobs).length + runningOf(jobs).length);
