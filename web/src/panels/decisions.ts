/**
 * What a gate has left out and a person takes back. The decision is part of the graph (its field `keep`), so that the next run and a run without the
 * editor obey it; where the job's graph is not open, it waits here for the next run of that job.
 */

import { createStore } from "zustand/vanilla";
import type { Keep, Workflow } from "../doc/types";
import { type Job, type Reason, server } from "../server/api";
import { t } from "../texts";
import { takeJobs } from "../ui/live";
import { change, type Tab } from "../ui/workspace";
import { orTell } from "./tell";

/** By job: decisions about graphs that are not open. */
export const pending = createStore<Record<string, Keep>>(() => ({}));

/** Whether an item can be taken back at all. */
export function canTakeBack(reason: Reason): reason is Reason & { key: string } {
  return !reason.failed && typeof reason.key === "string" && reason.key !== "";
}

/** A word on an item for people: its file, or its number. */
export function itemName(reason: Pick<Reason, "item" | "path">): string {
  return reason.path ?? t("panels.item", { n: (reason.item ?? 0) + 1 });
}

export function isKept(keep: Keep, node: string, key: string): boolean {
  return keep[node] !== undefined && Object.hasOwn(keep[node], key);
}

/** The decisions with one more, or with one less where `said` is null. Pure. */
export function decided(keep: Keep, node: string, key: string, said: string | null): Keep {
  const { [key]: _, ...others } = keep[node] ?? {};
  const items = said === null ? others : { ...others, [key]: said };
  const { [node]: __, ...rest } = keep;
  return Object.keys(items).length ? { ...rest, [node]: items } : rest;
}

/** Decisions of two places together; those of the second are told of in its words. Pure. */
export function joined(first: Keep, second: Keep): Keep {
  const all = { ...first };
  for (const [node, items] of Object.entries(second)) all[node] = { ...all[node], ...items };
  return all;
}

/** How many items are taken back. */
export function countOf(keep: Keep): number {
  return Object.values(keep).reduce((sum, items) => sum + Object.keys(items).length, 0);
}

/** The decisions in a graph; nothing where the field is not what it should be. Pure. */
export function keepOf(flow: Workflow | undefined): Keep {
  const keep: unknown = flow?.keep;
  return typeof keep === "object" && keep !== null && !Array.isArray(keep) ? (keep as Keep) : {};
}

/** Note a decision: in the open graph as a step that can be undone, else for the next run of the job. */
export function decide(
  job: Job,
  tab: Tab | undefined,
  now: Keep,
  node: string,
  key: string,
  said: string | null,
): void {
  const keep = decided(now, node, key, said);
  if (tab)
    tab.doc.getState().edit({ do: "head", fields: { keep: countOf(keep) ? keep : undefined } as Partial<Workflow> });
  else pending.setState({ [job.id]: keep });
}

/** Run what the job ran once more, under these decisions: what has not changed is taken from the cache. */
export async function runWith(job: Job, tab: Tab | undefined, keep: Keep): Promise<void> {
  await orTell(t("panels.notRun"), async () => {
    const { keep: _, ...flow } = JSON.parse(await server.jobWorkflow(job.id)) as Workflow;
    const jobs = await server.post({
      workflow: countOf(keep) ? { ...flow, keep } : flow,
      title: job.title,
      values: job.values ?? {},
      ...(job.targets ? { targets: job.targets } : {}),
      ...(job.on_error ? { on_error: job.on_error } : {}),
    });
    takeJobs(jobs);
    const last = jobs.at(-1);
    if (tab && last) change(tab.id, { job: last.id });
  });
}
