/** What the side panel shows. Whether it is open, how wide, and which of its pages, the browser keeps. */

import { createStore } from "zustand/vanilla";

export type Page = "queue" | "history" | "results";
export type PanelState = {
  open: boolean;
  width: number;
  page: Page;
  /** The job of the history whose details are shown. */
  job: string | null;
  /** Pictures chosen for comparing, by key, oldest choice first. */
  chosen: string[];
  /** Key of the picture that is shown large. */
  viewed: string | null;
  /** How it is shown: alone, beside what its job began with, or beside the other chosen one. */
  looking: "picture" | "before" | "pair";
  /** Whose pictures are the results. */
  scope: "tab" | "all";
  /** "all", "star" or "tag <word>". */
  filter: string;
};

const KEY = "graft.panels";
export const [NARROWEST, WIDEST] = [260, 900];

function kept(): Partial<PanelState> {
  try {
    const { open, width, page } = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return {
      ...(typeof open === "boolean" ? { open } : {}),
      ...(typeof width === "number" ? { width: Math.min(WIDEST, Math.max(NARROWEST, width)) } : {}),
      ...(["queue", "history", "results"].includes(page) ? { page } : {}),
    };
  } catch {
    return {};
  }
}

export const panel = createStore<PanelState>(() => ({
  open: true,
  width: 340,
  page: "results",
  job: null,
  chosen: [],
  viewed: null,
  looking: "picture",
  scope: "tab",
  filter: "all",
  ...kept(),
}));

panel.subscribe(({ open, width, page }, was) => {
  if (open === was.open && width === was.width && page === was.page) return;
  try {
    localStorage.setItem(KEY, JSON.stringify({ open, width, page }));
  } catch {
    // A full or forbidden storage: then it is not kept.
  }
});

export function showPage(page: Page): void {
  panel.setState({ open: true, page });
}

/** Show a job's details in the history. */
export function showJob(id: string): void {
  panel.setState({ open: true, page: "history", job: id });
}
