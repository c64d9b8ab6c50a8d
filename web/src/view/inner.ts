/** A graph within a graph, as if it were a file of its own: what is done to it is done to the file that holds it, so that undo and saving know of it. */

import { apply } from "../doc/edits";
import type { Doc, DocState } from "../doc/store";
import type { Workflow } from "../doc/types";
import { graphOf, tablesOf } from "./schemas";

const NOTHING: Workflow = { format: 1, nodes: {} };

/** The graph that the node `id` of `parent` holds. root: the whole file, which keeps the table of named graphs. */
export function innerDoc(root: Doc, parent: Doc, id: string): Doc {
  const read = () => {
    const node = parent.getState().flow.nodes[id];
    return (node && graphOf(node, tablesOf(root.getState().flow))) ?? null;
  };
  const write = (after: Workflow, merge?: string) => {
    const name = parent.getState().flow.nodes[id]?.graph as unknown;
    if (typeof name === "string" && name.startsWith("#")) {
      const graphs = { ...tablesOf(root.getState().flow), [name.slice(1)]: after };
      root.getState().edit({ do: "head", fields: { graphs } }, merge);
    } else parent.getState().edit({ do: "fields", node: id, fields: { graph: after } }, merge);
  };
  let last: { from: DocState; state: DocState } | null = null;
  const state = (): DocState => {
    const from = root.getState();
    if (last?.from === from) return last.state;
    const flow = read() ?? NOTHING;
    const edit: DocState["edit"] = (change, merge) => {
      const before = read();
      if (before) write(apply(before, change), merge && `${merge} in ${id}`);
    };
    last = { from, state: { ...from, flow, edit } };
    return last.state;
  };
  return {
    getState: state,
    getInitialState: state,
    setState: () => {},
    subscribe: (listener) => {
      let before = state();
      return root.subscribe(() => {
        const now = state();
        listener(now, before);
        before = now;
      });
    },
  };
}

/** Whether the node still holds a graph that can be entered. */
export function canEnter(root: Doc, parent: Doc, id: string): boolean {
  const node = parent.getState().flow.nodes[id];
  return !!node && graphOf(node, tablesOf(root.getState().flow)) !== null;
}
