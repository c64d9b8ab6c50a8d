/** How far a job is, from what its nodes told: their own count and time left, and how long the same form took before. */

import type { NodeRun } from "../run/store";

export type Progress = {
  /** The node at work. */
  node: string | null;
  note: string;
  /** Between 0 and 1; null when nothing is known. */
  share: number | null;
  /** Seconds; null when nothing is known. */
  left: number | null;
};

const HIGHEST = 0.97; // what is not done never looks done

/** elapsed: seconds since it began. usual: seconds that it took before, where it is known. */
export function progressOf(nodes: Record<string, NodeRun>, elapsed: number, usual: number | null): Progress {
  const active = Object.entries(nodes).filter(([, entry]) => entry.state === "running");
  const [node, at] = active.toSorted(([, a], [, b]) => (b.total ?? 0) - (a.total ?? 0))[0] ?? [null, null];
  const own = at?.total ? Math.min(1, (at.done ?? 0) / at.total) : null;
  const told = at?.left ?? null;
  const guess = usual !== null && usual > elapsed ? usual - elapsed : null;
  const left = guess !== null && (told === null || guess > told) ? guess : told;
  const share = guess !== null ? elapsed / (elapsed + (left ?? guess)) : own;
  return { node, note: at?.note ?? "", share: share === null ? null : Math.min(HIGHEST, share), left };
}
