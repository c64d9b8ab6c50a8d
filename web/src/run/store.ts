/**
 * What the server does and did: jobs, and of each job how every node fares. Not part of the graph, so never undone or saved. Progress and previews
 * come by the dozen a second: they change one node's entry, and only who watches that node is drawn anew.
 */

import { createStore } from "zustand/vanilla";
import type { Job, Output, Problem, Reason } from "../server/api";
import type { Event } from "../server/events";

export type NodeRun = {
  state: "waiting" | "running" | "done" | "cached" | "failed";
  done?: number;
  total?: number;
  /** Seconds that are left, as the server thinks. */
  left?: number | null;
  note?: string;
  /** Seconds that it took. */
  seconds?: number;
  /** A picture of work in progress, as a data address. */
  preview?: string;
  /** What it made, by output: small values as they are, pictures as the address of a thumbnail. */
  made?: Record<string, Made>;
  said?: string[];
  error?: Partial<Problem>;
  dropped?: number;
};
export type Made = { value?: unknown; thumbnail?: string; width?: number; height?: number };

export type JobRun = { nodes: Record<string, NodeRun>; wrote: Output[]; reasons: Reason[] };

export type RunState = {
  connection: "connecting" | "up" | "down";
  /** Newest last, by id. */
  jobs: Record<string, Job>;
  runs: Record<string, JobRun>;
  queue: { paused: boolean };
  worker: Record<string, unknown>;
  /** Changes when the node types or the jobs must be fetched anew. */
  packs: number;
};

export const run = createStore<RunState>(() => ({
  connection: "connecting",
  jobs: {},
  runs: {},
  queue: { paused: false },
  worker: {},
  packs: 0,
}));

const EMPTY: JobRun = { nodes: {}, wrote: [], reasons: [] };
const KEPT = 200; // jobs whose nodes are remembered
const LISTED = 1000; // reasons that are remembered of a job

/** Take in events, all at once. */
export function hear(events: Event[]): void {
  run.setState((state) => events.reduce(heard, state));
}

/** The state after one event. Pure. */
export function heard(state: RunState, event: Event): RunState {
  const id = event.job;
  switch (event.type) {
    case "job": {
      const { type: _, seq: __, job, ...fields } = event;
      if (!id) return state;
      const before = state.jobs[id];
      const jobs = { ...state.jobs, [id]: { ...before, ...fields, id: job } as unknown as Job };
      const next = { ...state, jobs };
      if (fields.status === "running" && before?.status !== "running")
        next.runs = pruned({ ...state.runs, [id]: EMPTY });
      return next;
    }
    case "started":
      return withNodes(state, id, event.nodes as string[], (node) => ({ ...node, state: going(node) }));
    case "finished":
      return (event.nodes as [string, number][]).reduce(
        (now, [name, seconds]) =>
          withNodes(now, id, [name], ({ preview: _, ...node }) => ({ ...node, state: "done", seconds })),
        state,
      );
    case "cached":
      return withNodes(state, id, event.nodes as string[], (node) => ({ ...node, state: "cached" }));
    case "progress":
      return withNodes(state, id, [event.node as string], (node) => ({
        ...node,
        state: going(node),
        done: event.done as number,
        total: event.total as number,
        left: event.left as number | null,
        note: event.note as string,
      }));
    case "expected":
      return withNodes(state, id, [event.node as string], (node) => ({ ...node, total: event.total as number }));
    case "preview":
      return withNodes(state, id, [event.node as string], (node) => ({
        ...node,
        preview: event.data as string,
      }));
    case "made":
      return withNodes(state, id, [event.node as string], (node) => ({
        ...node,
        made: event.outputs as Record<string, Made>,
      }));
    case "said":
      return withNodes(state, id, [event.node as string], (node) => ({
        ...node,
        said: [...(node.said ?? []), event.text as string],
      }));
    case "failed": {
      const { what, cure, node, socket } = event as unknown as Problem;
      return withNodes(state, id, [node], (entry) => ({
        ...entry,
        state: "failed",
        error: { what, cure, node, socket },
      }));
    }
    case "dropped": {
      const now = withNodes(state, id, [event.node as string], (node) => ({
        ...node,
        dropped: (node.dropped ?? 0) + 1,
      }));
      return withRun(now, id, (of) =>
        of.reasons.length < LISTED
          ? {
              ...of,
              reasons: [
                ...of.reasons,
                {
                  node: event.node as string,
                  item: event.item as number | null,
                  reason: event.reason as string,
                  failed: event.failed as boolean,
                  ...(event.key ? { key: event.key as string } : {}),
                  ...(event.path ? { path: event.path as string, url: event.url as string | null } : {}),
                },
              ],
            }
          : of,
      );
    }
    case "wrote":
      return withRun(state, id, (of) => ({
        ...of,
        wrote: [...of.wrote, { node: event.node as string, path: event.path as string, url: event.url as string }],
      }));
    case "removed": {
      const gone = new Set(event.jobs as string[]);
      const jobs = Object.fromEntries(Object.entries(state.jobs).filter(([name]) => !gone.has(name)));
      return { ...state, jobs };
    }
    case "queue":
      return { ...state, queue: { paused: event.paused as boolean } };
    case "worker":
      return { ...state, worker: event.worker as Record<string, unknown> };
    case "packs":
      return { ...state, packs: state.packs + 1 };
    default:
      return state;
  }
}

/** What a node that is at work is shown as: the last word of one that failed may come after its failure. */
const going = (node: NodeRun) => (node.state === "failed" ? "failed" : "running");

function withRun(state: RunState, id: string | undefined, change: (of: JobRun) => JobRun): RunState {
  if (!id) return state;
  return { ...state, runs: { ...state.runs, [id]: change(state.runs[id] ?? EMPTY) } };
}

function withNodes(
  state: RunState,
  id: string | undefined,
  names: string[],
  change: (node: NodeRun) => NodeRun,
): RunState {
  return withRun(state, id, (of) => {
    const nodes = { ...of.nodes };
    for (const name of names) nodes[name] = change(nodes[name] ?? { state: "waiting" });
    return { ...of, nodes };
  });
}

function pruned(runs: Record<string, JobRun>): Record<string, JobRun> {
  const names = Object.keys(runs);
  return names.length <= KEPT
    ? runs
    : Object.fromEntries(names.slice(-KEPT).map((name) => [name, runs[name] as JobRun]));
}
