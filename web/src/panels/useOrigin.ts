/** The graph that a job ran, and the picture that it began with. Fetched when somebody looks, and once. */

import { useEffect, useMemo } from "react";
import { useStore } from "zustand/react";
import { createStore } from "zustand/vanilla";
import type { Schemas } from "../doc/schema";
import { isLink, type Workflow } from "../doc/types";
import { run } from "../run/store";
import { type Job, server } from "../server/api";
import { workspace } from "../ui/workspace";
import { inputPicture } from "./pictures";

const KEPT = 100; // graphs
const graphs = createStore<Record<string, Workflow>>(() => ({}));
const asked = new Set<string>();

export type Origin = { job: Job | undefined; flow: Workflow | undefined; before: string | null };

export function useOrigin(id: string): Origin {
  const job = useStore(run, (state) => state.jobs[id]);
  const flow = useStore(graphs, (state) => state[id]);
  const schemas = useStore(workspace, (state) => state.schemas);
  useEffect(() => void fetchGraph(id), [id]);
  const before = useMemo(() => (flow ? inputPicture(flow, job?.values ?? {}, schemas) : null), [flow, job, schemas]);
  return { job, flow, before };
}

async function fetchGraph(id: string): Promise<void> {
  if (!id || asked.has(id)) return;
  asked.add(id);
  try {
    const flow = JSON.parse(await server.jobWorkflow(id)) as Workflow;
    const all = Object.entries({ ...graphs.getState(), [id]: flow });
    for (const [old] of all.slice(0, -KEPT)) asked.delete(old);
    graphs.setState(Object.fromEntries(all.slice(-KEPT)), true);
  } catch {
    asked.delete(id);
  }
}

/** The seeds that a job ran with, each with its "node.input". Pure. */
export function seedsOf(flow: Workflow, values: Record<string, unknown>, schemas: Schemas): [string, unknown][] {
  return Object.entries(flow.nodes).flatMap(([id, { type, inputs }]) =>
    Object.entries(schemas[type]?.inputs ?? {}).flatMap(([socket, schema]): [string, unknown][] => {
      if (schema.widget?.kind !== "seed" || isLink(inputs?.[socket])) return [];
      const target = `${id}.${socket}`;
      return [[target, values[target] ?? inputs?.[socket] ?? schema.default]];
    }),
  );
}
