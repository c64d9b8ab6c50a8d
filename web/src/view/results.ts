/**
 * What nodes made last, also where the newest run took it from the cache or had no need of it: a picture stays on its node until there is another.
 */

import { createStore } from "zustand/vanilla";
import { type JobRun, type Made, run } from "../run/store";
import { ask, thumbnail } from "../server/api";
import { workspace } from "../ui/workspace";

type Results = Record<string, Record<string, Made>>;

/** By tab and node: "tab node" → what each output gave. */
export const results = createStore<Results>(() => ({}));

export const resultKey = (tabId: string, node: string) => `${tabId} ${node}`;

const PICTURE = /\.(png|jpe?g|webp|gif|bmp|tiff?|avif)$/i;
const seen = new Map<string, JobRun>();

/** The results of a run, for those nodes of which it says something new. Pure. */
export function gathered(now: Results, tabId: string, of: JobRun): Results {
  let next = now;
  const put = (node: string, made: Record<string, Made>) => {
    const key = resultKey(tabId, node);
    if (next[key] !== made) next = { ...next, [key]: made };
  };
  for (const [node, { made }] of Object.entries(of.nodes)) if (made) put(node, made);
  for (const { node, url } of of.wrote) {
    if (!url || !PICTURE.test(url)) continue;
    const key = resultKey(tabId, node);
    const small = thumbnail(url);
    if (next[key]?.[WROTE]?.thumbnail !== small) put(node, { ...next[key], [WROTE]: { thumbnail: small } });
  }
  return next;
}

const WROTE = " wrote";

function take(): void {
  const { runs } = run.getState();
  for (const { id, job } of workspace.getState().tabs) {
    const of = job ? runs[job] : undefined;
    if (!of || seen.get(id) === of) continue;
    seen.set(id, of);
    results.setState((now) => gathered(now, id, of), true);
  }
}

/** Fetch what the newest job of a tab made, where the page was opened anew since. */
export async function restore(tabId: string): Promise<void> {
  const job = workspace.getState().tabs.find((tab) => tab.id === tabId)?.job;
  if (!job || Object.keys(results.getState()).some((key) => key.startsWith(`${tabId} `))) return;
  try {
    const { made } = (await (await ask(`api/jobs/${job}/made`)).json()) as { made: Row[] };
    const rows = Object.fromEntries(made.map(({ node, outputs }) => [resultKey(tabId, node), outputs]));
    results.setState((now) => ({ ...rows, ...now }), true);
  } catch {
    // The job is forgotten, or the server can't be reached: there is nothing to show then.
  }
}

type Row = { node: string; outputs: Record<string, Made> };

run.subscribe(take);
workspace.subscribe(take);
