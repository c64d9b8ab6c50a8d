/**
 * Masks by words, boxes and points: a small graph, run by the server before what waits there, whose answer comes back as a picture. No list shows such a
 * job, and it is deleted with its file once the answer is here.
 */

import type { Workflow } from "../doc/types";
import { run } from "../run/store";
import { ask, type Job, ServerError, server, Unreachable } from "../server/api";
import type { Marks } from "./core/marks";

/** Who finds a thing by points: Segment Anything where its weights are, else GrabCut, which needs none. */
export type Method = "sam" | "grab";
export type Wish =
  | { kind: "words"; words: string; threshold: number }
  | { kind: "thing"; marks: Marks; method: Method };
/** done, total: of the step that runs now. position: null when it waits no more. */
export type Stand = {
  job: string | null;
  position: number | null;
  paused?: boolean;
  done?: number;
  total?: number;
  left?: number | null;
};

const PRIORITY = 100;
const TRIES = 10; // to delete a job that has not ended
const OFTEN = 400; // milliseconds between questions when no events come
const SELDOM = 2000; // and when they do
const PATIENCE = 10_000; // milliseconds for which a server may be gone while it works

/** How a graph names the file behind an address of the server ("files/a b.png"); null when the address is not of one. */
export function pathOf(url: string, base: string): string | null {
  const whole = new URL(url, base);
  if (whole.origin !== new URL(base).origin) return null;
  const found = /\/api\/files\/([^?#]+)$/.exec(whole.pathname);
  try {
    return found ? decodeURIComponent(found[1] as string) : null;
  } catch {
    return null;
  }
}

/** The graph that answers a wish. name: of the file, without its ending. */
export function graphFor(path: string, wish: Wish, name: string): Workflow {
  const image = { node: "load", output: "image" };
  const nodes: Workflow["nodes"] = { load: { type: "image.load", inputs: { path } } };
  if (wish.kind === "words") {
    const { words, threshold } = wish;
    nodes.find = { type: "segment.mask_from_words", inputs: { image, words, threshold } };
  } else {
    const { box, dots } = wish.marks;
    const points = dots.map(({ x, y, add }) => [Math.round(x * 10) / 10, Math.round(y * 10) / 10, add ? 1 : 0]);
    const inputs = {
      image,
      ...(box ? { box: [[box.x, box.y, box.x + box.w, box.y + box.h]] } : {}),
      ...(points.length ? { points } : {}),
    };
    nodes.find = { type: wish.method === "sam" ? "segment.points" : "segment.grab", inputs };
  }
  nodes.picture = { type: "mask.to_image", inputs: { mask: { node: "find", output: "mask" } } };
  const picture = { node: "picture", output: "image" };
  nodes.save = { type: "image.save", inputs: { image: picture, name, overwrite: true, keep_workflow: false } };
  return { format: 1, title: wish.kind === "words" ? wish.words : "", nodes };
}

/** The mask that answers a wish, as a grey picture. Aborting cancels the job. Throws ServerError with what is wrong and how it is mended. */
export async function answer(
  path: string,
  wish: Wish,
  more: { name: string; title: string; signal: AbortSignal; told: (stand: Stand) => void },
): Promise<Blob> {
  const { signal, told } = more;
  told({ job: null, position: null });
  const posted = await post({ ...graphFor(path, wish, more.name), title: more.title });
  const cancel = () => void server.cancel(posted.id).catch(() => {});
  if (signal.aborted) cancel();
  else signal.addEventListener("abort", cancel);
  try {
    signal.throwIfAborted();
    const ended = await endOf(posted, signal, told);
    const file = ended.outputs.find((output) => output.url)?.url;
    if (ended.status !== "done" || !file) throw failure(ended);
    const response = await ask(file.replace(/^\//, ""), { cache: "no-store", signal });
    return await response.blob();
  } finally {
    signal.removeEventListener("abort", cancel);
    void tidy(posted.id);
  }
}

/** Delete a job and its file; one that was cancelled needs a moment to end. What can't be deleted stays out of all lists. */
async function tidy(id: string): Promise<void> {
  for (let round = 0; round < TRIES; round++) {
    const gone = await server.remove(id).then(
      () => true,
      (error: unknown) => !(error instanceof ServerError && error.status === 409),
    );
    if (gone) return;
    await new Promise((resolve) => setTimeout(resolve, SELDOM));
  }
}

/** Where users have names nobody may push in before others; then it waits like any job. */
async function post(workflow: Workflow): Promise<Job> {
  const title = workflow.title ?? "";
  const jobs = await server.post({ workflow, title, priority: PRIORITY, quiet: true }).catch((error: unknown) => {
    if (error instanceof ServerError && error.status === 403) return server.post({ workflow, title, quiet: true });
    throw error;
  });
  const [job] = jobs;
  if (!job) throw new ServerError(500, "the server queued no job", "");
  return job;
}

function failure(job: Job): ServerError {
  const error = job.error ?? {};
  const problem = error.problems?.[0];
  return new ServerError(422, error.what ?? problem?.what ?? "", error.cure ?? problem?.cure ?? "");
}

const LIVE = new Set(["pending", "running"]);

async function endOf(posted: Job, signal: AbortSignal, told: (stand: Stand) => void): Promise<Job> {
  let gone = 0;
  for (let job = posted; ; ) {
    if (!LIVE.has(job.status)) return job;
    told(standOf(job));
    await pause(run.getState().connection === "up" ? SELDOM : OFTEN, signal, job.id, () => told(standOf(job)));
    try {
      job = await server.job(job.id);
      gone = 0;
    } catch (error) {
      gone ||= Date.now();
      if (!(error instanceof Unreachable) || Date.now() - gone > PATIENCE) throw error;
    }
  }
}

function standOf(job: Job): Stand {
  const { runs, queue } = run.getState();
  const nodes = runs[job.id]?.nodes ?? {};
  const { done, total, left } = Object.values(nodes).find((node) => node.state === "running" && node.total) ?? {};
  return {
    job: job.id,
    position: job.status === "pending" ? job.position : null,
    paused: job.status === "pending" && queue.paused,
    ...(done === undefined || total === undefined ? {} : { done, total }),
    ...(left === undefined ? {} : { left }),
  };
}

/** Until the time is over or the events tell that the job has ended. */
function pause(time: number, signal: AbortSignal, id: string, told: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (end: () => void) => {
      clearTimeout(timer);
      stop();
      signal.removeEventListener("abort", aborted);
      end();
    };
    const aborted = () => finish(() => reject(signal.reason));
    const timer = setTimeout(() => finish(resolve), time);
    const stop = run.subscribe((state) => {
      const status = state.jobs[id]?.status;
      if (status && !LIVE.has(status)) finish(resolve);
      else told();
    });
    signal.addEventListener("abort", aborted);
  });
}
