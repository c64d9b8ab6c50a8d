/** What the parts of a form look at, each no more than it shows. */

import { useEffect, useMemo, useState } from "react";
import { useStore } from "zustand/react";
import type { Workflow } from "../doc/types";
import { run } from "../run/store";
import type { Job } from "../server/api";
import { t } from "../texts";
import { type Tab, workspace } from "../ui/workspace";
import { humane, type Parameter, parameterOf, parametersOf, type Values } from "./params";
import { type FormState, formOf, forms, type Trouble } from "./state";

export function useForm<T>(id: string, look: (state: FormState) => T): T {
  return useStore(forms, (state) => look(state[id] ?? formOf(id)));
}

export function useFlow(tab: Tab): Workflow {
  return useStore(tab.doc, (doc) => doc.flow);
}

export function useParameters(tab: Tab): Parameter[] {
  const flow = useFlow(tab);
  const schemas = useStore(workspace, (state) => state.schemas);
  return useMemo(() => parametersOf(flow, schemas), [flow, schemas]);
}

export function useValues(tab: Tab): Values {
  return useForm(tab.id, (state) => state.values);
}

/** The jobs that the form has started last, as far as they are known. */
export function useStarted(id: string): Job[] {
  const ids = useForm(id, (state) => state.jobs);
  const jobs = useStore(run, (state) => state.jobs);
  return useMemo(() => ids.flatMap((job) => jobs[job] ?? []), [ids, jobs]);
}

/** What keeps the form from its result: refused when it was sent, or failed on the way. */
export function useTrouble(id: string): Trouble | null {
  const sent = useForm(id, (state) => state.trouble);
  const failed = useStarted(id).find((job) => job.status === "failed");
  return useMemo(() => {
    if (sent) return sent;
    if (!failed?.error) return null;
    const { what = "", cure = "", problems } = failed.error;
    return { what, cure, problems: problems ?? [failed.error] };
  }, [sent, failed]);
}

/** The troubles by the parameter beside which they are shown; under "" those that belong to none. */
export function useTroubles(tab: Tab): Record<string, { what: string; cure: string }[]> {
  const flow = useFlow(tab);
  const parameters = useParameters(tab);
  const trouble = useTrouble(tab.id);
  return useMemo(() => {
    const found: Record<string, { what: string; cure: string }[]> = {};
    if (!trouble) return found;
    for (const problem of trouble.problems) {
      const name = parameterOf(flow, parameters, problem) ?? "";
      found[name] = [...(found[name] ?? []), { what: problem.what ?? "", cure: problem.cure ?? "" }];
    }
    if (trouble.problems.length === 0) found[""] = [{ what: trouble.what, cure: trouble.cure }];
    return found;
  }, [flow, parameters, trouble]);
}

/** Seconds since a moment (seconds of the clock), told anew every half second; 0 without a moment. */
export function useElapsed(since: number | null): number {
  const [now, setNow] = useState(() => Date.now() / 1000);
  useEffect(() => {
    if (since === null) return;
    setNow(Date.now() / 1000);
    const timer = setInterval(() => setNow(Date.now() / 1000), 500);
    return () => clearInterval(timer);
  }, [since]);
  return since === null ? 0 : Math.max(0, now - since);
}

/** A parameter's name as a person reads it: in the page's language where it is a usual one. */
export function labelOf(name: string): string {
  const address = `form.name_${name}`;
  const text = t(address);
  return text === address ? humane(name) : text;
}
