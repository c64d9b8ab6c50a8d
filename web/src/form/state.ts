/**
 * What was entered into each form and what was started from it. It outlives a reload (kept in the browser by the graph's tab), and leaves the graph alone
 * until the graph is opened.
 */

import { createStore } from "zustand/vanilla";
import type { Problem } from "../server/api";
import type { Values } from "./params";

/** gone: the server could not be reached, so that it may work by itself in a while. */
export type Trouble = { what: string; cure: string; problems: Partial<Problem>[]; gone?: boolean };

/** A file on its way to the server, or why it did not get there. */
export type Upload = { busy: string; part: number; stop: () => void } | { what: string; cure: string };

export type FormState = {
  values: Values;
  /** By the parameter's name. */
  uploads: Record<string, Upload>;
  /** The jobs that were started last, together. */
  jobs: string[];
  /** The one of them, or of the earlier ones, whose result is shown. */
  shown: string | null;
  /** Being sent to the server. */
  sending: boolean;
  trouble: Trouble | null;
  /** Whether the further fields are open. */
  more: boolean;
};

const EMPTY: FormState = { values: {}, uploads: {}, jobs: [], shown: null, sending: false, trouble: null, more: false };
const KEY = "graft.form.";
const KEPT = 40; // forms that are remembered

export const forms = createStore<Record<string, FormState>>(() => ({}));

/** A form's state; what was kept of it where it is new. */
export function formOf(id: string): FormState {
  return forms.getState()[id] ?? EMPTY;
}

export function setForm(id: string, fields: Partial<FormState>): void {
  forms.setState((state) => ({ ...state, [id]: { ...(state[id] ?? EMPTY), ...fields } }));
  keep(id);
}

export function setValue(id: string, name: string, value: Values[string]): void {
  const { values, trouble } = formOf(id);
  setForm(id, { values: { ...values, [name]: value }, trouble: trouble && { ...trouble, problems: [] } });
}

export function setUpload(id: string, name: string, upload: Upload | null): void {
  const { [name]: _, ...others } = formOf(id).uploads;
  setForm(id, { uploads: upload ? { ...others, [name]: upload } : others });
}

/** Bring back what was kept of a form. */
export function recall(id: string): void {
  if (forms.getState()[id]) return;
  try {
    const kept = JSON.parse(localStorage.getItem(KEY + id) ?? "null") as Partial<FormState> | null;
    forms.setState((state) => ({ ...state, [id]: { ...EMPTY, ...kept } }));
  } catch {
    forms.setState((state) => ({ ...state, [id]: EMPTY }));
  }
}

function keep(id: string): void {
  const { values, jobs, shown, more } = formOf(id);
  try {
    localStorage.setItem(KEY + id, JSON.stringify({ values, jobs, shown, more }));
    const names = Object.keys(localStorage).filter((name) => name.startsWith(KEY));
    for (const name of names.slice(0, -KEPT)) if (name !== KEY + id) localStorage.removeItem(name);
  } catch {
    // No storage, or none left: the form works without.
  }
}
