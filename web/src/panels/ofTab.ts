/**
 * Which jobs are those of an open graph: those started from its tab, and those that carry its title, so that they are found again after a reload
 * or on another computer.
 */

import { useMemo } from "react";
import { useStore } from "zustand/react";
import { createStore } from "zustand/vanilla";
import type { Schemas } from "../doc/schema";
import type { Doc } from "../doc/store";
import { createDoc } from "../doc/store";
import type { Workflow } from "../doc/types";
import type { Job } from "../server/api";
import { newFlow, type Tab, workspace } from "../ui/workspace";
import { listOf, useJobs } from "./jobs";

const started = createStore<Record<string, string[]>>(() => ({}));
const NOTHING: Doc = createDoc(newFlow(""), null);

let following = false;

/** Remember what each tab starts. */
export function followTabs(): void {
  if (following) return;
  following = true;
  const look = () => {
    for (const tab of workspace.getState().tabs) {
      const mine = started.getState()[tab.id] ?? [];
      if (tab.job && !mine.includes(tab.job)) started.setState({ [tab.id]: [...mine, tab.job] });
    }
  };
  look();
  workspace.subscribe(look);
}

export function useTab(tabId: string): Tab | undefined {
  return useStore(workspace, (state) => state.tabs.find((tab) => tab.id === tabId));
}

export function useDoc(tabId: string): Doc {
  return useTab(tabId)?.doc ?? NOTHING;
}

/** Jobs among all that belong to a tab, in no order. Pure. */
export function belonging(jobs: Job[], title: string, mine: readonly string[]): Job[] {
  const own = new Set(mine);
  const batches = new Set(jobs.flatMap((job) => (job.batch && own.has(job.id) ? [job.batch] : [])));
  return jobs.filter(
    (job) => own.has(job.id) || (job.batch && batches.has(job.batch)) || (title !== "" && job.title === title),
  );
}

const NONE: string[] = [];

/** Whether a job belongs to one of the open graphs. */
export function isOfOpenTab(job: Job): boolean {
  return workspace.getState().tabs.some(({ id, doc }) => {
    const title = doc.getState().flow.title ?? "";
    return belonging([job], title, started.getState()[id] ?? NONE).length > 0;
  });
}

/** The jobs of a tab, newest first. */
export function useTabJobs(tabId: string): Job[] {
  const jobs = useJobs();
  const mine = useStore(started, (state) => state[tabId] ?? NONE);
  const title = useStore(useDoc(tabId), (doc) => doc.flow.title ?? "");
  return useMemo(() => belonging(listOf(jobs), title, mine).sort((a, b) => b.number - a.number), [jobs, mine, title]);
}

/** Names of a graph's nodes, as it calls them. */
export function nodeNames(flow: Workflow, schemas: Schemas): (id: string) => string {
  return (id) => {
    const node = flow.nodes[id];
    return node?.title || schemas[node?.type ?? ""]?.title || id;
  };
}

/** Names of "node.input": the graph's own parameter where it is one. */
export function targetNames(flow: Workflow): (target: string) => string {
  const names = new Map(Object.entries(flow.inputs ?? {}).map(([name, target]) => [target, name]));
  return (target) => names.get(target) ?? target.replace(".", " · ");
}

/** The same, for components: of the graph that a job ran where it is known, else of the open one. */
export function useNodeName(tabId: string, ran?: Workflow): (id: string) => string {
  const flow = useStore(useDoc(tabId), (doc) => doc.flow);
  const schemas = useStore(workspace, (state) => state.schemas);
  return useMemo(() => nodeNames(ran ?? flow, schemas), [ran, flow, schemas]);
}

export function useTargetName(tabId: string, ran?: Workflow): (target: string) => string {
  const flow = useStore(useDoc(tabId), (doc) => doc.flow);
  return useMemo(() => targetNames(ran ?? flow), [ran, flow]);
}
