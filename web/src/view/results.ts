/**
 * What nodes made last, also where the newest run took it from the cache or had no need of it: a picture stays on its node until there is another.
 */

import { createStore } from "zustand/vanilla";
import { type JobRun, type Made, run } from "../run/store";
import { thumbnail } from "../server/api";
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

run.subscribe(take);
workspace.subscribe(take);
