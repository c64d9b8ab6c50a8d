/** What commands do with graphs within a graph: make and unpack them, enter them, and what they take and give by name. Each is one step to undo. */

import { freeId } from "../doc/edits";
import type { Node, Point, Workflow } from "../doc/types";
import { t } from "../texts";
import { schemaNow } from "../view/context";
import { fetchGraph, savedName } from "../view/neighbours";
import { promoted, promotedName, renamed, type Side } from "../view/promote";
import { CALL, outputsOf, tablesOf } from "../view/schemas";
import { type End, select } from "../view/store";
import { makeGraph, unpacked } from "../view/subgraph";
import { addNode, edit, graph, pickedNodes, type Scope, tell } from "./actions";

export function packUp(scope: Scope): void {
  const ids = pickedNodes(scope);
  if (!ids.length) return;
  const { editing } = scope;
  const title = t("canvas.graphTitle");
  const made = makeGraph(graph(scope), ids, title, (id) => Object.keys(schemaNow(editing, id).outputs));
  const holder = made.nodes[made.id] as Node;
  const named: Record<string, unknown> = {};
  if (editing.prefix === "") {
    const tables = tablesOf(graph(scope));
    const name = freeId(tables, "graph");
    named.graphs = { ...tables, [name]: made.graph };
    holder.graph = `#${name}` as never;
  }
  const nodes = { ...made.nodes, [made.id]: holder };
  edit(scope, { do: "head", fields: { nodes, ...inputsField(scope, made.inputs), ...named } });
  select(editing.view, [made.id]);
}

const inputsField = (scope: Scope, inputs: Record<string, string>) => (graph(scope).inputs ? { inputs } : {});

export function unpack(scope: Scope): void {
  const [id] = pickedNodes(scope);
  if (!id) return;
  const laid = unpacked(graph(scope), id, tablesOf(scope.editing.root.getState().flow));
  if (!laid) {
    tell(scope, t("canvas.noGraph"));
    return;
  }
  edit(scope, { do: "head", fields: { nodes: laid.nodes, ...inputsField(scope, laid.inputs) } });
  select(scope.editing.view, laid.ids);
}

export function enter(scope: Scope): void {
  const [id] = pickedNodes(scope);
  const saved = savedName(graph(scope).nodes[id ?? ""]);
  if (id && (saved !== null || schemaNow(scope.editing, id).graph)) scope.editing.enter(id);
  else tell(scope, t("canvas.noGraph"));
}

/** The nodes within each other that hold the graph which is shown. */
export const pathOf = ({ editing }: Scope): string[] => editing.prefix.split("/").filter(Boolean);

/** Make an input or output one that the graph has by name, or no longer one. Within a graph that is: promote it to the node that holds the graph. */
export function expose(scope: Scope, side: Side, node: string, socket: string): void {
  const place = `${node}.${socket}`;
  const file = scope.editing.root.getState().flow;
  const name = promotedName(graph(scope), side, place);
  const next =
    name === null ? promoted(file, pathOf(scope), side, place) : renamed(file, pathOf(scope), side, name, null);
  putFile(scope, file, next);
}

/** Call what a graph takes or gives otherwise. False where the name is taken. */
export function nameAnew(scope: Scope, path: string[], side: Side, from: string, to: string): boolean {
  const file = scope.editing.root.getState().flow;
  const next = renamed(file, path, side, from, to.trim());
  putFile(scope, file, next);
  return next !== file || to.trim() === from;
}

function putFile({ editing }: Scope, before: Workflow, next: Workflow): void {
  if (next === before) return;
  const { nodes, inputs, outputs, graphs } = next;
  editing.root.getState().edit({ do: "head", fields: { nodes, inputs, outputs, graphs } as Partial<Workflow> });
}

/** Use a saved graph as a node. */
export async function addGraph(scope: Scope, name: string, at: Point, end?: End): Promise<void> {
  const found = await fetchGraph(name);
  if (found && Object.keys(outputsOf(found)).length)
    addNode(scope, CALL, at, end, {}, { graph: `${name}.json` as never });
  else tell(scope, t("canvas.givesNothing", { name }));
}
