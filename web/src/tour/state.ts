/** Whether a guided tour is on, and where it is. Begun only when somebody asks for it; offered once, to who is here for the first time. */

import { createStore } from "zustand/vanilla";

/** graph: on the canvas; form: on the plain form, where the page is as narrow as a phone. */
export type Kind = "graph" | "form";

export type TourState = {
  kind: Kind | null;
  step: number;
  /** Whether the step was gone back to. */
  back?: boolean;
  /** The graph that it is about. */
  tabId: string;
};

const SEEN = "graft.visited";
const KEPT = "graft.tour";

const NONE: TourState = { kind: null, step: 0, back: false, tabId: "" };

export const tour = createStore<TourState>(kept);

tour.subscribe((state) => {
  try {
    if (state.kind) sessionStorage.setItem(KEPT, JSON.stringify(state));
    else sessionStorage.removeItem(KEPT);
  } catch {
    // Without storage the tour ends when the page is loaded anew.
  }
});

/** The tour that was on before the page was loaded anew. */
function kept(): TourState {
  try {
    const { kind, step, tabId } = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
    return (kind === "graph" || kind === "form") && Number.isInteger(step) ? { kind, step, tabId } : NONE;
  } catch {
    return NONE;
  }
}

/** Whether the tour was begun or put aside here before. */
export function wasOffered(): boolean {
  try {
    return localStorage.getItem(SEEN) !== null;
  } catch {
    return false;
  }
}

export function setOffered(): void {
  try {
    localStorage.setItem(SEEN, "1");
  } catch {
    // Without storage it is offered again next time.
  }
}

/** Open the graph of the tour and begin. */
export async function beginTour(): Promise<void> {
  setOffered();
  const { begin } = await import("./begin");
  await begin();
}

/** Go to the next step, or back to the one before. */
export function turn(by: 1 | -1): void {
  tour.setState(({ step }) => ({ step: step + by, back: by < 0 }));
}

export function endTour(): void {
  tour.setState(NONE);
}
