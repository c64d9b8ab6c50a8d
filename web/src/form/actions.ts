/** What the form's buttons do. Each leaves its outcome in the form's state, errors too: nothing is thrown at the page. */

import { run } from "../run/store";
import { ServerError, server, Unreachable } from "../server/api";
import { t } from "../texts";
import { hasEnded, takeJobs } from "../ui/live";
import { change, type Tab, workspace } from "../ui/workspace";
import { asPosted, formValue, newSeed, onlyChanged, parametersOf, seedOf, type Values } from "./params";
import { formOf, forms, setForm, type Trouble } from "./state";

export const VARIATIONS = 4;
const BETWEEN = new Set([502, 503, 504]); // said by a proxy whose server is away

/** Start the form's graph with what was entered; `count`: that many seeds from the one that is set. */
export async function start(tab: Tab, count = 1): Promise<void> {
  if (formOf(tab.id).sending) return;
  setForm(tab.id, { sending: true, trouble: null });
  if (!(await arrived(tab.id))) return setForm(tab.id, { sending: false }); // the field says why
  const { flow } = tab.doc.getState();
  const parameters = parametersOf(flow, workspace.getState().schemas);
  const { values } = formOf(tab.id);
  const seed = seedOf(parameters);
  const posted = asPosted(parameters, values);
  try {
    const title = titleOf(tab).slice(0, 200);
    const first = seed ? Number(formValue(flow, seed, values)) || 0 : 0;
    const seeds = Array.from({ length: count }, (_, index) => first + index);
    const batch = seed && count > 1 ? { batch: { product: { [seed.target]: seeds } } } : {};
    const jobs = await server.post({ workflow: flow, values: posted, ...(title ? { title } : {}), ...batch });
    takeJobs(jobs);
    setForm(tab.id, { jobs: jobs.map((job) => job.id), shown: null, sending: false });
    const last = jobs.at(-1);
    if (last) change(tab.id, { job: last.id });
  } catch (error) {
    setForm(tab.id, { sending: false, trouble: troubleOf(error) });
  }
}

/** Waits until every picture that is on its way has reached the server; false when one of them did not. */
async function arrived(id: string): Promise<boolean> {
  const underWay = () =>
    Object.entries(formOf(id).uploads).flatMap(([name, upload]) => ("busy" in upload ? [name] : []));
  const waited = underWay();
  if (waited.length) {
    await new Promise<void>((resolve) => {
      const unwatch = forms.subscribe(() => {
        if (underWay().length) return;
        unwatch();
        resolve();
      });
    });
  }
  const { uploads } = formOf(id);
  return waited.every((name) => !uploads[name]);
}

/** The same once more with another seed. */
export async function startAnother(tab: Tab): Promise<void> {
  const seed = seedOf(parametersOf(tab.doc.getState().flow, workspace.getState().schemas));
  if (seed) setForm(tab.id, { values: { ...formOf(tab.id).values, [seed.name]: newSeed() } });
  await start(tab);
}

/** Stop all that the form has started and that has not ended. */
export async function stop(id: string): Promise<void> {
  const open = formOf(id).jobs.filter((job) => !hasEnded(run.getState().jobs[job]?.status ?? "pending"));
  try {
    takeJobs(await Promise.all(open.map((job) => server.cancel(job))));
  } catch (error) {
    setForm(id, { trouble: troubleOf(error) });
  }
}

/** Queue a job that did not come to its end once more. */
export async function again(id: string, job: string): Promise<void> {
  try {
    const next = await server.retry(job);
    takeJobs([next]);
    setForm(id, {
      jobs: formOf(id).jobs.map((entry) => (entry === job ? next.id : entry)),
      shown: null,
      trouble: null,
    });
  } catch (error) {
    setForm(id, { trouble: troubleOf(error) });
  }
}

/** What the form stands at, put into the graph as one step that can be undone. */
export function putIntoGraph(tab: Tab): void {
  const { flow, edit } = tab.doc.getState();
  const parameters = parametersOf(flow, workspace.getState().schemas);
  const changed = onlyChanged(flow, parameters, formOf(tab.id).values);
  const edits = parameters.flatMap(({ name, node, socket }) => {
    const value = changed[name];
    return value === undefined ? [] : [{ do: "set" as const, node, socket, value }];
  });
  if (edits.length) edit({ do: "many", edits });
  setForm(tab.id, { values: {} });
}

/** All fields as the graph was saved. */
export function reset(tab: Tab): void {
  const { flow, saved } = tab.doc.getState();
  const parameters = parametersOf(flow, workspace.getState().schemas);
  const values: Values = {};
  for (const parameter of parameters) {
    const value = formValue(saved, parameter, {});
    if (flow !== saved && value !== null) values[parameter.name] = value;
  }
  setForm(tab.id, { values: onlyChanged(flow, parameters, values), trouble: null });
}

export function titleOf(tab: Tab): string {
  return tab.doc.getState().flow.title || tab.name || "";
}

export function troubleOf(error: unknown): Trouble {
  const gone = error instanceof Unreachable || (error instanceof ServerError && BETWEEN.has(error.status));
  if (gone) return { what: t("form.gone"), cure: t("form.goneCure"), problems: [], gone };
  if (error instanceof ServerError) return { what: error.what, cure: error.cure, problems: error.problems };
  return { what: error instanceof Error ? error.message : String(error), cure: "", problems: [] };
}
