/** Reads off the stores how things stand for the graph of the tour. */

import { type FormState, forms } from "../form/state";
import { panel } from "../panels/state";
import { run } from "../run/store";
import { type Tab, workspace } from "../ui/workspace";
import type { Kind } from "./state";
import type { Facts } from "./steps";

/** looked: whether a result has been shown large since the step began. */
export function factsOf(kind: Kind, tab: Tab, looked: boolean): Facts {
  const form = kind === "form" ? forms.getState()[tab.id] : undefined;
  const job = form ? (form.jobs.at(-1) ?? null) : tab.job;
  const { jobs, runs } = run.getState();
  const nodes = job ? (runs[job]?.nodes ?? {}) : {};
  const viewed = panel.getState().viewed !== null;
  return {
    sentence: sentenceOf(tab, form),
    seed: JSON.stringify(tab.doc.getState().flow.nodes.paint?.inputs?.seed ?? null),
    writing: isWriting(),
    job,
    status: job ? (jobs[job]?.status ?? null) : null,
    ran: job ? (jobs[job]?.ran ?? 0) : 0,
    cached: job ? (jobs[job]?.cached ?? 0) : 0,
    running: Object.entries(nodes).find(([, node]) => node.state === "running")?.[0] ?? null,
    viewed,
    looked: looked || viewed,
    saved: tab.name !== null,
  };
}

function sentenceOf(tab: Tab, form: FormState | undefined): string {
  const own = tab.doc.getState().flow.nodes.parse?.inputs?.sentence;
  return JSON.stringify(form?.values.instruction ?? own ?? "");
}

function isWriting(): boolean {
  const at = document.activeElement;
  return at instanceof HTMLElement && !at.closest(".tour-card") && at.matches("textarea, input:not([type=range])");
}

/** Calls `told` whenever something may have changed that a step goes by. Returns the way to stop. */
export function watch(told: () => void): () => void {
  let doc = () => {};
  let seen: unknown = null;
  const follow = () => {
    const { tabs } = workspace.getState();
    if (tabs === seen) return;
    seen = tabs;
    doc();
    const stops = tabs.map((tab) => tab.doc.subscribe(told));
    doc = () => {
      for (const stop of stops) stop();
    };
  };
  follow();
  const soon = () => queueMicrotask(told); // the focus is on its way when it leaves a field
  const stops = [workspace, run, panel, forms].map((store) =>
    (store as { subscribe: (listener: () => void) => () => void }).subscribe(() => {
      follow();
      told();
    }),
  );
  addEventListener("focusin", soon);
  addEventListener("focusout", soon);
  return () => {
    doc();
    for (const stop of stops) stop();
    removeEventListener("focusin", soon);
    removeEventListener("focusout", soon);
  };
}
