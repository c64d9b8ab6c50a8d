/** Which node type the node browser shows, how nodes get from it into a graph, and what the examples show (web/make-examples.py). */

import { createStore } from "zustand/vanilla";
import type { Link, Node } from "../../doc/types";
import { ask } from "../../server/api";

type Browsing = {
  open: boolean;
  /** The node type that is shown; null: the first of the list. */
  type: string | null;
  /** Puts a node into the graph on the canvas, linked to an output where one is given; null where none is shown. */
  add: ((type: string, from?: Link) => void) | null;
};

export const browser = createStore<Browsing>(() => ({ open: false, type: null, add: null }));

/** Open the node browser, at a node type. */
export function browse(type: string | null = null): void {
  browser.setState({ open: true, type });
}

/** What went into or came out of one socket. `size`: of the small picture; `pixels`: of the true one. */
export type Shown = {
  name: string;
  type: string;
  text?: string;
  picture?: string;
  size?: [number, number];
  pixels?: [number, number];
};
export type Example = { nodes: Record<string, Node>; in: Shown[]; out: Shown[] };

/** By node type; null until they have come. */
export const examples = createStore<{ rows: Record<string, Example> | null }>(() => ({ rows: null }));

let asked: Promise<void> | null = null;

/** Fetch the examples, once. Without them the browser still tells what each node does. */
export function loadExamples(): Promise<void> {
  asked ??= ask("nodes/examples.json")
    .then(async (answer) => examples.setState({ rows: (await answer.json()) as Record<string, Example> }))
    .catch(() => {
      asked = null;
    });
  return asked;
}

/** The value of a default or of a choice, as text. Pure. */
export function plain(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
