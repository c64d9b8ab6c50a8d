/**
 * Ties the server's events to the run store. Events come by the dozen a second and are taken in once per frame of the screen; what no event
 * tells whole (new jobs, what was missed while the server was gone) is fetched.
 */

import { hear, run } from "../run/store";
import { type Download, type Job, type JobStatus, server } from "../server/api";
import { connect, type Event } from "../server/events";
import { takeDownload } from "../widgets/models/shelf";
import { loadSchemas } from "./workspace";

const PAGE = 200; // jobs that are fetched first; more only as long as some still wait among the older ones
const LARGE_PAGE = 1000;
const MOST_PAGES = 20;
const FEW = 5; // new jobs that are fetched one by one
const HIDDEN_PAUSE = 500; // milliseconds between two lots of events while nobody looks: no frames are drawn then
const SOON = 150; // milliseconds in which several wishes for fresh jobs become one

let begun = false;

/** Connect, once for the whole page. */
export function startLive(): void {
  if (begun) return;
  begun = true;
  connect(queueUp, (state) => {
    if (state === "down") return run.setState({ connection: "down" });
    if (state === "up") run.setState({ connection: "up" });
    void refresh();
    void loadSchemas().catch(() => {});
  });
  run.subscribe((now, before) => {
    if (now.packs !== before.packs) void loadSchemas().catch(() => {});
  });
}

let waiting: Event[] = [];
let planned = false;

function queueUp(events: Event[]): void {
  waiting.push(...events);
  if (planned) return;
  planned = true;
  if (document.hidden) setTimeout(takeIn, HIDDEN_PAUSE);
  else requestAnimationFrame(takeIn);
}

function takeIn(): void {
  const events = newest(waiting);
  [waiting, planned] = [[], false];
  const known = run.getState().jobs;
  hear(events);
  for (const event of events) {
    if (event.type === "download") takeDownload(event as unknown as Download);
    else if (event.type === "added") void fetchAdded(event.jobs as string[], event.batch as string | null);
    else if (event.type !== "job" || !event.job) continue;
    else if (!known[event.job]) void fetchAdded([event.job], null);
    else if (event.status === "pending") refreshSoon(); // it was moved, and the event doesn't say where to
  }
}

/** The events without the progress and previews that a later one of the same lot has overtaken. Pure. */
export function newest(events: Event[]): Event[] {
  const seen = new Set<string>();
  const kept: Event[] = [];
  for (const event of events.toReversed()) {
    if (event.type === "progress" || event.type === "preview") {
      const key = `${event.type} ${event.job} ${event.node}`;
      if (seen.has(key)) continue;
      seen.add(key);
    }
    kept.push(event);
  }
  return kept.reverse();
}

let timer: ReturnType<typeof setTimeout> | undefined;

function refreshSoon(): void {
  clearTimeout(timer);
  timer = setTimeout(() => void refresh(), SOON);
}

async function fetchAdded(ids: string[], batch: string | null): Promise<void> {
  const missing = ids.filter((id) => run.getState().jobs[id]?.values === undefined);
  try {
    if (missing.length === 0) return;
    if (missing.length <= FEW) takeJobs(await Promise.all(missing.map((id) => server.job(id))));
    else if (batch) takeJobs(await pages({ batch }, (found) => found.length >= ids.length));
    else refreshSoon();
  } catch {
    // Gone meanwhile, or the server is away: then "up" fetches all.
  }
}

async function pages(query: { batch?: string }, enough: (found: Job[]) => boolean): Promise<Job[]> {
  const found: Job[] = [];
  for (let page = 0; page < MOST_PAGES; page++) {
    const limit = page === 0 && !query.batch ? PAGE : LARGE_PAGE;
    const before = found.at(-1)?.number;
    const jobs = await server.jobs({ ...query, limit, ...(before === undefined ? {} : { before }) });
    found.push(...jobs);
    if (jobs.length < limit || enough(found)) break;
  }
  return found;
}

/** Fetch the queue and the newest jobs anew. What still waits here but not on the server has been forgotten there. */
export async function refresh(): Promise<void> {
  try {
    const { paused, counts } = await server.queue();
    const live = counts.pending + counts.running;
    const jobs = await pages({}, (found) => found.filter((job) => !hasEnded(job.status)).length >= live);
    const oldest = jobs.at(-1)?.number ?? 0;
    run.setState((state) => {
      const fresh = new Set(jobs.map((job) => job.id));
      const kept = Object.values(state.jobs).filter(
        (job) => fresh.has(job.id) || (hasEnded(job.status) && job.number < oldest),
      );
      const known = Object.fromEntries(kept.map((job) => [job.id, job]));
      return { queue: { paused }, jobs: joined(known, jobs) };
    });
  } catch {
    // The server is away; it is asked again when it is back.
  }
}

/** Note jobs as the server told them. */
export function takeJobs(jobs: Job[]): void {
  run.setState((state) => ({ jobs: joined(state.jobs, jobs) }));
}

export function hasEnded(status: JobStatus): boolean {
  return status !== "pending" && status !== "running";
}

const rank = (status: JobStatus) => (status === "pending" ? 0 : status === "running" ? 1 : 2);

/** Jobs with others laid over them. An answer may be older than the events that overtook it: a job never goes back. Pure. */
export function joined(known: Record<string, Job>, jobs: Job[]): Record<string, Job> {
  const next = { ...known };
  for (const job of jobs) {
    const before = next[job.id];
    next[job.id] = before && rank(before.status) > rank(job.status) ? { ...job, ...before } : { ...before, ...job };
  }
  return next;
}
