/** A batch as a table: the values that differ between its jobs become rows and columns. */

import type { Job } from "../server/api";

export type Axis = { target: string; values: unknown[] };

/** The values in which the jobs differ, those with the most first; each with its values in the order of the jobs. */
export function axesOf(jobs: Job[]): Axis[] {
  const found = new Map<string, Map<string, unknown>>();
  for (const job of jobs.toSorted((a, b) => a.number - b.number)) {
    for (const [target, value] of Object.entries(job.values ?? {})) {
      const values = found.get(target) ?? new Map();
      found.set(target, values.set(JSON.stringify(value), value));
    }
  }
  return [...found]
    .filter(([, values]) => values.size > 1)
    .map(([target, values]) => ({ target, values: [...values.values()] }))
    .sort((a, b) => b.values.length - a.values.length);
}

/** Whether the jobs fill a table of these axes: no two in one cell. */
export function isTable(jobs: Job[], axes: Axis[]): boolean {
  if (axes.length < 1 || axes.length > 2) return false;
  const cells = new Set(jobs.map((job) => JSON.stringify(axes.map((axis) => job.values?.[axis.target]))));
  return cells.size === jobs.length;
}

/** The job of one cell. */
export function jobAt(jobs: Job[], cell: [Axis, unknown][]): Job | undefined {
  return jobs.find((job) =>
    cell.every(([axis, value]) => JSON.stringify(job.values?.[axis.target]) === JSON.stringify(value)),
  );
}

/** A value as one short line. */
export function shortly(value: unknown): string {
  const text = typeof value === "string" ? value.slice(value.lastIndexOf("/") + 1) : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

const known = new Map<string, string[]>();

/** The targets in which the jobs of a batch differ. Found once for each batch: all its jobs come together, and their values never change. */
export function varied(batch: string, jobs: () => Job[]): string[] {
  const before = known.get(batch);
  if (before) return before;
  const mine = jobs().filter((job) => job.batch === batch && job.values);
  const targets = axesOf(mine).map((axis) => axis.target);
  if (mine.length > 1) known.set(batch, targets);
  return targets;
}
