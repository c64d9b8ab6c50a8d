/** What the parts around the canvas know of it: what is selected in the graph that is shown, and how to bring a node into sight. */

import { createStore } from "zustand/vanilla";

type Current = { selected: string[]; show: ((node: string) => void) | null };

export const current = createStore<Current>(() => ({ selected: [], show: null }));
