/**
 * What is seen of one open graph: what is selected, where things are while they are dragged, what is wrong with it, and which of the editor's helpers
 * is open. Never saved and never undone.
 */

import type { XYPosition } from "@xyflow/react";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { Guesses, Problem } from "../server/api";
import type { Drawn } from "./build";

/** One end of a link that is looked for. */
export type End = { node: string; socket: string; side: "input" | "output" };

export type ViewState = {
  drawn: Drawn;
  problems: Record<string, Problem[]>;
  guesses: Guesses;
  /** Where the pointer is in the graph: new nodes go there. Changed in place, for nobody watches it. */
  cursor: XYPosition;
  palette: { at: XYPosition; end?: End } | null;
  commands: boolean;
  shortcuts: boolean;
  find: boolean;
  connect: End | { node: string } | null;
  files: { node: string; socket: string; of: string } | null;
  /** The input for which a mask is painted. */
  painting: { node: string; socket: string } | null;
  /** What a graph takes or gives, that is to be called otherwise; path: the nodes that hold that graph. */
  naming: { path: string[]; side: "inputs" | "outputs"; name: string } | null;
  /** The input whose values are to be compared. */
  comparing: { node: string; socket: string } | null;
  hint: { text: string; x: number; y: number } | null;
  /** A link that a dragged node would be put on. */
  target: string | null;
  /** A note or group whose text is being written. */
  writing: string | null;
};

export type View = StoreApi<ViewState>;

export function createView(): View {
  return createStore<ViewState>(() => ({
    drawn: { nodes: [], edges: [] },
    problems: {},
    guesses: {},
    cursor: { x: 0, y: 0 },
    palette: null,
    commands: false,
    shortcuts: false,
    find: false,
    connect: null,
    files: null,
    painting: null,
    naming: null,
    comparing: null,
    hint: null,
    target: null,
    writing: null,
  }));
}

/** A word near a place of the screen, for a moment. */
export function hint(view: View, text: string, x: number, y: number): void {
  const mine = { text, x, y };
  view.setState({ hint: mine });
  setTimeout(() => view.getState().hint === mine && view.setState({ hint: null }), 4000);
}

export function selectedNodes(view: View): string[] {
  return view
    .getState()
    .drawn.nodes.filter((node) => node.selected)
    .map((node) => node.id);
}

export function select(view: View, ids: Iterable<string>): void {
  const wanted = new Set(ids);
  view.setState(({ drawn }) => ({
    drawn: {
      nodes: drawn.nodes.map((node) =>
        (node.selected ?? false) === wanted.has(node.id) ? node : { ...node, selected: wanted.has(node.id) },
      ),
      edges: drawn.edges.map((edge) => (edge.selected ? { ...edge, selected: false } : edge)),
    },
  }));
}
