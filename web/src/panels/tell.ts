/** What a person must be told although they look elsewhere: a job that ended badly, an order that the server refused. */

import { createStore } from "zustand/vanilla";
import { run } from "../run/store";
import { type Job, type Problem, ServerError } from "../server/api";
import { t } from "../texts";
import { NotSent } from "../ui/uploads";
import { isOfOpenTab } from "./ofTab";

export type Notice = {
  id: number;
  title: string;
  problems: Partial<Problem>[];
  /** The job that it is about. */
  job?: string;
};

const MOST = 4;
let count = 0;

export const notices = createStore<{ list: Notice[] }>(() => ({ list: [] }));

export function tell(notice: Omit<Notice, "id">): void {
  notices.setState(({ list }) => ({ list: [...list, { ...notice, id: count++ }].slice(-MOST) }));
}

export function dismiss(id: number): void {
  notices.setState(({ list }) => ({ list: list.filter((notice) => notice.id !== id) }));
}

/** Tell of an error in the server's own words. */
export function tellError(title: string, error: unknown): void {
  if (error instanceof ServerError) {
    const problems = error.problems.length ? error.problems : [{ what: error.what, cure: error.cure }];
    tell({ title, problems });
  } else if (error instanceof NotSent) {
    tell({ title, problems: [{ what: error.what, cure: error.cure }] });
  } else {
    const what = error instanceof Error ? error.message : String(error);
    tell({ title, problems: [{ what, cure: t("panels.tryAgain") }] });
  }
}

/** Run an order; what goes wrong is told. Returns undefined then. */
export async function orTell<T>(title: string, order: () => Promise<T>): Promise<T | undefined> {
  try {
    return await order();
  } catch (error) {
    if (!(error instanceof NotSent && error.stopped)) tellError(title, error);
    return undefined;
  }
}

/** What kept a job from its end, each with its cure; nothing for one that was not kept. */
export function problemsOf(job: Job): Partial<Problem>[] {
  if (job.error?.problems?.length) return job.error.problems;
  if (job.error) return [job.error];
  return job.status === "interrupted" ? [{ what: t("panels.interrupted"), cure: t("panels.interruptedCure") }] : [];
}

let watching = false;

/**
 * Tell of each job of an open graph that waited or ran when last heard of, and has ended badly now: also of what happened while the server was
 * gone. What other pages and tools run, they tell of themselves.
 */
export function watchJobs(): void {
  if (watching) return;
  watching = true;
  run.subscribe((now, before) => {
    if (now.jobs === before.jobs) return;
    for (const id in now.jobs) {
      const job = now.jobs[id];
      if (!job || job === before.jobs[id]) continue;
      const was = before.jobs[id]?.status;
      if (job.status === was || (was !== "pending" && was !== "running")) continue;
      if ((job.status !== "failed" && job.status !== "interrupted") || !isOfOpenTab(job)) continue;
      const title = t(job.status === "failed" ? "panels.jobFailed" : "panels.jobInterrupted", {
        title: job.title || t("panels.untitled"),
      });
      tell({ title, problems: problemsOf(job), job: id });
    }
  });
}
