/**
 * One open graph: what it is now, what it was before, and whether it is saved. Typing and dragging are one step each: edits with the same
 * `merge` key become one until `settle` is called or a second has passed.
 */

import { createStore, type StoreApi } from "zustand/vanilla";
import { apply, type Edit } from "./edits";
import type { Workflow } from "./types";

const TOGETHER = 1000; // milliseconds in which edits of one merge key are one step
const HELD = "drag "; // a merge key that begins so goes on until `settle`, however long the pointer rests

export type DocState = {
  flow: Workflow;
  /** The graph as it was last saved or loaded; `flow !== saved` means there are unsaved changes. */
  saved: Workflow;
  /** The text that `saved` came from or went to, for byte-stable saving; null for a new graph. */
  text: string | null;
  past: Workflow[];
  future: Workflow[];
  edit: (edit: Edit, merge?: string) => void;
  /** The next edit is a step of its own. */
  settle: () => void;
  undo: () => void;
  redo: () => void;
  /** Note that this graph was saved as this text. */
  markSaved: (flow: Workflow, text: string) => void;
};

export type Doc = StoreApi<DocState>;

/** `kept`: history and unsaved state of before a reload. */
export function createDoc(
  flow: Workflow,
  text: string | null,
  kept?: Partial<Pick<DocState, "past" | "future" | "saved">>,
): Doc {
  let merging: { key: string; at: number } | null = null;
  return createStore<DocState>((set, get) => ({
    flow,
    saved: kept?.saved ?? flow,
    text,
    past: kept?.past ?? [],
    future: kept?.future ?? [],
    edit: (edit, merge) => {
      const { flow: before, past } = get();
      const after = apply(before, edit);
      if (after === before) return;
      const now = Date.now();
      const soon = merging !== null && (merge?.startsWith(HELD) || now - merging.at < TOGETHER);
      const same = merge !== undefined && merging?.key === merge && soon && past.length > 0;
      merging = merge === undefined ? null : { key: merge, at: now };
      set({ flow: after, past: same ? past : [...past, before], future: [] });
    },
    settle: () => {
      merging = null;
    },
    undo: () => {
      const { flow: now, past, future } = get();
      const before = past.at(-1);
      merging = null;
      if (before) set({ flow: before, past: past.slice(0, -1), future: [...future, now] });
    },
    redo: () => {
      const { flow: now, past, future } = get();
      const after = future.at(-1);
      merging = null;
      if (after) set({ flow: after, past: [...past, now], future: future.slice(0, -1) });
    },
    markSaved: (saved, text) => set({ saved, text }),
  }));
}
