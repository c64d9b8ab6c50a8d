/** What can be done with a job. The page shows each order as done at once; the server's answer, or its refusal, follows. */

import { isLink, type Workflow } from "../doc/types";
import { run } from "../run/store";
import { ask, type Job, server } from "../server/api";
import { t } from "../texts";
import { addressOf, go } from "../ui/App";
import { hasEnded, refresh, takeJobs } from "../ui/live";
import { openFlow } from "../ui/workspace";
import { inOrder, type Move, placed } from "./grouping";
import { orTell } from "./tell";

const AT_ONCE = 6; // orders that are under way together

function lay(id: string, fields: Partial<Job>): void {
  run.setState(({ jobs }) => (jobs[id] ? { jobs: { ...jobs, [id]: { ...jobs[id], ...fields } as Job } } : {}));
}

export function isStopping(job: Job): boolean {
  return job.status === "running" && job.cancelling === true;
}

export async function cancel(job: Job): Promise<void> {
  lay(job.id, job.status === "pending" ? { status: "cancelled", ended: Date.now() / 1000 } : { cancelling: true });
  const answer = await orTell(t("panels.notCancelled"), () => server.cancel(job.id));
  if (answer) takeJobs([answer]);
  else void refresh();
}

export async function cancelAll(jobs: Job[]): Promise<void> {
  const gone = Object.fromEntries(
    jobs.map((job) => [job.id, { ...job, status: "cancelled", ended: Date.now() / 1000 }]),
  );
  run.setState((state) => ({ jobs: { ...state.jobs, ...(gone as Record<string, Job>) } }));
  const done = await orTell(t("panels.notCancelled"), () => each(jobs, (job) => server.cancel(job.id)));
  if (!done) void refresh();
}

async function each<T>(items: T[], order: (item: T) => Promise<unknown>): Promise<true> {
  const todo = items.toReversed();
  const lane = async () => {
    for (let item = todo.pop(); item !== undefined; item = todo.pop()) await order(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return true;
}

export async function move(id: string, change: Move): Promise<void> {
  lay(id, placed(inOrder(Object.values(run.getState().jobs)), id, change));
  const answer = await orTell(t("panels.notMoved"), () => server.move(id, change));
  if (!answer) void refresh();
}

export async function prioritise(jobs: Job[], by: number): Promise<void> {
  for (const job of jobs) lay(job.id, { priority: job.priority + by });
  await orTell(t("panels.notMoved"), () => each(jobs, (job) => server.move(job.id, { priority: job.priority + by })));
  void refresh();
}

export async function pause(paused: boolean): Promise<void> {
  run.setState({ queue: { paused } });
  const answer = await orTell(t("panels.notPaused"), () => server.pause(paused));
  if (answer) run.setState({ queue: { paused: answer.paused } });
  else void refresh();
}

export async function retry(job: Job): Promise<void> {
  const answer = await orTell(t("panels.notRun"), () => server.retry(job.id));
  if (answer) takeJobs([answer]);
}

/** Queue what a job ran once more, whatever became of it. */
export async function runAgain(job: Job): Promise<void> {
  await orTell(t("panels.notRun"), async () => {
    const workflow = JSON.parse(await server.jobWorkflow(job.id)) as Workflow;
    takeJobs(
      await server.post({
        workflow,
        title: job.title,
        ...(job.values ? { values: job.values } : {}),
        ...(job.targets ? { targets: job.targets } : {}),
        ...(job.on_error ? { on_error: job.on_error } : {}),
      }),
    );
  });
}

/** Open a job's graph, with the values that this job ran with, in a new tab. */
export async function openGraph(job: Job): Promise<void> {
  const text = await orTell(t("panels.notOpened"), () => server.jobWorkflow(job.id));
  if (text === undefined) return;
  const flow = withValues(JSON.parse(text) as Workflow, job.values ?? {});
  go(addressOf("graph", openFlow(flow, { text: null })));
}

/** A graph with values ("node.input") laid over it. The whole path of a file that the graph names by a shorter one is the same file. Pure. */
export function withValues(flow: Workflow, values: Record<string, unknown>): Workflow {
  const nodes = { ...flow.nodes };
  for (const [target, value] of Object.entries(values)) {
    const dot = target.lastIndexOf(".");
    const [id, socket] = [target.slice(0, dot), target.slice(dot + 1)];
    const node = nodes[id];
    const own = node?.inputs?.[socket];
    if (!node || isLink(own) || (typeof own === "string" && typeof value === "string" && value.endsWith(`/${own}`)))
      continue;
    nodes[id] = { ...node, inputs: { ...node.inputs, [socket]: value as never } };
  }
  return { ...flow, nodes };
}

/** Forget one ended job. Its files stay. */
export async function forget(job: Job): Promise<void> {
  const done = await orTell(t("panels.notCleared"), () => server.remove(job.id));
  if (!done) return;
  run.setState(({ jobs: { [job.id]: _, ...jobs } }) => ({ jobs }));
}

/** Forget ended jobs: all, or those older than some seconds. Their files stay. */
export async function clearHistory(olderThan: number | null): Promise<void> {
  const query = olderThan === null ? "keep=0" : `older_than=${olderThan}`;
  const done = await orTell(t("panels.notCleared"), () => ask(`api/jobs?${query}`, { method: "DELETE" }));
  if (!done) return;
  const limit = olderThan === null ? Number.POSITIVE_INFINITY : Date.now() / 1000 - olderThan;
  run.setState(({ jobs }) => ({
    jobs: Object.fromEntries(
      Object.entries(jobs).filter(([, job]) => !hasEnded(job.status) || (job.ended ?? limit) >= limit),
    ),
  }));
}
