/** Which graph the parts of an editor belong to. The value never changes while the editor is shown, so nothing is drawn anew because of it. */

import { createContext, useContext } from "react";
import { useStore } from "zustand/react";
import { useShallow } from "zustand/react/shallow";
import type { Doc } from "../doc/store";
import type { Node } from "../doc/types";
import { type Made, type NodeRun, run } from "../run/store";
import { workspace } from "../ui/workspace";
import { neighbours } from "./neighbours";
import { resultKey, results } from "./results";
import { type Known, schemaOf, tablesOf } from "./schemas";
import type { View, ViewState } from "./store";
import { heldRun, innerRun } from "./within";

export type Editing = {
  tabId: string;
  /** The whole file. */
  root: Doc;
  /** The graph that is shown: the file's own, or one in it. */
  doc: Doc;
  view: View;
  /** What the names of nodes start with in the whole graph: "scene/" within the node "scene". */
  prefix: string;
  /** Show the graph that a node holds. */
  enter: (node: string) => void;
  /** Show the graph again that holds the one which is shown. */
  leave: () => void;
};

export const EditingContext = createContext<Editing | null>(null);

export function useEditing(): Editing {
  const editing = useContext(EditingContext);
  if (!editing) throw new Error("used outside of an editor");
  return editing;
}

export function useView<T>(choose: (state: ViewState) => T): T {
  return useStore(useEditing().view, choose);
}

export function useNode(id: string): Node | undefined {
  return useStore(useEditing().doc, (state) => state.flow.nodes[id]);
}

export function schemaNow({ root, doc }: Editing, id: string): Known {
  return schemaOf(doc.getState().flow, id, workspace.getState().schemas, tablesOf(root.getState().flow));
}

export function useSchema(id: string): Known {
  const editing = useEditing();
  useStore(workspace, () => schemaNow(editing, id));
  useStore(neighbours, () => schemaNow(editing, id));
  return useStore(editing.doc, () => schemaNow(editing, id));
}

export function useJob(): string | null {
  const { tabId } = useEditing();
  return useStore(workspace, (state) => state.tabs.find((tab) => tab.id === tabId)?.job ?? null);
}

/** How a node fares in the newest job of this graph. */
export function useNodeRun(id: string): NodeRun | undefined {
  const { prefix } = useEditing();
  const job = useJob();
  const holds = useSchema(id).graph !== undefined;
  return useStore(
    run,
    useShallow((state) => {
      const runs = job ? state.runs[job]?.nodes : undefined;
      if (!runs) return undefined;
      return holds ? heldRun(runs, prefix + id) : innerRun(runs, prefix + id);
    }),
  );
}

/** What a node made last. */
export function useMade(id: string): Record<string, Made> | undefined {
  const { tabId, prefix } = useEditing();
  return useStore(results, (state) => state[resultKey(tabId, prefix + id)]);
}
