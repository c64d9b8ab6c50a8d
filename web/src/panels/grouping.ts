/** The queue as a person reads it: jobs in the order in which they will run, those of one batch behind one line. */

import type { Job } from "../server/api";

export type BatchRow = {
  kind: "batch";
  batch: string;
  title: string;
  /** Those that still wait. */
  waiting: Job[];
  done: number;
  total: number;
  open: boolean;
};
export type JobRow = { kind: "job"; job: Job; place: number; inBatch: boolean };
export type QueueRow = BatchRow | JobRow;

/** The pending jobs as they will run: highest priority first, then by position. */
export function inOrder(jobs: Job[]): Job[] {
  const place = (job: Job) => job.position ?? Number.POSITIVE_INFINITY;
  return jobs
    .filter((job) => job.status === "pending")
    .sort((a, b) => b.priority - a.priority || compare(place(a), place(b)) || a.number - b.number);
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Rows of the queue. A batch stands where its first waiting job stands; its jobs follow when it is open. */
export function rowsOf(jobs: Job[], open: ReadonlySet<string>, waiting = inOrder(jobs)): QueueRow[] {
  const all = new Map<string, Job[]>();
  for (const job of jobs) if (job.batch) listed(all, job.batch).push(job);
  const ofBatch = new Map<string, { job: Job; place: number }[]>();
  waiting.forEach((job, index) => {
    if (job.batch) listed(ofBatch, job.batch).push({ job, place: index + 1 });
  });
  const rows: QueueRow[] = [];
  const seen = new Set<string>();
  for (const [index, job] of waiting.entries()) {
    if (!job.batch) rows.push({ kind: "job", job, place: index + 1, inBatch: false });
    if (!job.batch || seen.has(job.batch)) continue;
    seen.add(job.batch);
    rows.push(...batchRows(job.batch, ofBatch.get(job.batch) ?? [], all.get(job.batch) ?? [], open.has(job.batch)));
  }
  return rows;
}

function batchRows(batch: string, waiting: { job: Job; place: number }[], all: Job[], open: boolean): QueueRow[] {
  const done = all.filter((job) => job.status !== "pending" && job.status !== "running").length;
  const head: BatchRow = {
    kind: "batch",
    batch,
    title: all[0]?.title ?? "",
    waiting: waiting.map((entry) => entry.job),
    done,
    total: all.length,
    open,
  };
  return open ? [head, ...waiting.map((entry): JobRow => ({ kind: "job", ...entry, inBatch: true }))] : [head];
}

function listed<T>(lists: Map<string, T[]>, key: string): T[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

export type Way = "up" | "down" | "first" | "last";
/** As the server takes it: the job before which it goes (null: last of its priority), and the priority where that changes. */
export type Move = { before: string | null; priority?: number };

/** What to tell the server so that a job goes one place up or down, to the top or the bottom; null when it stands there. */
export function moved(order: Job[], id: string, way: Way): Move | null {
  const at = order.findIndex((job) => job.id === id);
  const to = { up: at - 1, down: at + 2, first: 0, last: order.length }[way];
  return at < 0 ? null : movedTo(order, id, to);
}

/** The same, for putting a job before the one that is at `to` now. */
export function movedTo(order: Job[], id: string, to: number): Move | null {
  const at = order.findIndex((job) => job.id === id);
  const job = order[at];
  if (!job || to < 0 || to > order.length + 1 || to === at || to === at + 1) return null;
  const [last, next] = [order[to - 1], order[to]];
  if (next && (!last || last.priority === next.priority || next.priority === job.priority)) return { before: next.id };
  if (!last || to > order.length) return null;
  return { before: null, ...(last.priority === job.priority ? {} : { priority: last.priority }) };
}

/** Where a job will stand then, for showing it at once. */
export function placed(order: Job[], id: string, move: Move): Partial<Job> {
  const rest = order.filter((job) => job.id !== id);
  const at = rest.findIndex((job) => job.id === move.before);
  const next = rest[at];
  if (!next) {
    const priority = move.priority ?? order.find((job) => job.id === id)?.priority ?? 0;
    const last = rest.findLast((job) => job.priority === priority);
    return { priority, position: (last?.position ?? 0) + 1 };
  }
  const last = rest[at - 1];
  const end = next.position ?? 0;
  const start = last && last.priority === next.priority ? (last.position ?? end - 2) : end - 2;
  return { priority: next.priority, position: (start + end) / 2 };
}
