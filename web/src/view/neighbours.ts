/**
 * Saved graphs that nodes of an open one stand for ("graph": "sharpen.json"). They are fetched once, and again when they are saved here; the server puts
 * the same ones into a graph before it runs (api/inner.py).
 */

import { createStore } from "zustand/vanilla";
import type { Doc } from "../doc/store";
import { parse } from "../doc/text";
import type { Node, Workflow } from "../doc/types";
import { server } from "../server/api";
import { workspace } from "../ui/workspace";

/** By name; null for what could not be fetched. */
export const neighbours = createStore<Record<string, Workflow | null>>(() => ({}));

/** The name of the saved graph that a node stands for, null where it holds its graph itself or has none. */
export function savedName(node: Node | undefined): string | null {
  const name = node?.graph as unknown;
  return typeof name === "string" && name && !name.startsWith("#") ? name.replace(/\.json$/, "") : null;
}

const asked = new Map<string, Promise<Workflow | null>>();

/** Fetch a saved graph, or wait for it where it is being fetched; null where there is none. */
export function fetchGraph(name: string): Promise<Workflow | null> {
  const known = asked.get(name);
  if (known) return known;
  const coming = server
    .open(name)
    .then(({ text }) => parse(text))
    .catch(() => null);
  asked.set(name, coming);
  void coming.then((graph) => asked.get(name) === coming && neighbours.setState({ [name]: graph }));
  return coming;
}

/** Fetch what a graph needs of others, now and after each edit, and again what is saved under such a name. Returns what ends this. */
export function follow(doc: Doc): () => void {
  const look = () => {
    for (const node of Object.values(doc.getState().flow.nodes)) {
      const name = savedName(node);
      if (name !== null) void fetchGraph(name);
    }
  };
  for (const name of Object.keys(neighbours.getState())) asked.delete(name); // it may have been saved elsewhere meanwhile
  look();
  const stops = [
    doc.subscribe((now, before) => now.flow !== before.flow && look()),
    workspace.subscribe((now, before) => {
      for (const tab of now.tabs) {
        const was = before.tabs.find((entry) => entry.id === tab.id);
        if (tab.name !== null && was && was.etag !== tab.etag && asked.delete(tab.name)) look();
      }
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
