/** Asks the page to save a graph under another name: wherever that is wished for, the one dialog of the head opens. */

import { createStore } from "zustand/vanilla";

export const saving = createStore<{ asked: string | null }>(() => ({ asked: null }));

export function askName(tabId: string): void {
  saving.setState({ asked: tabId });
}
