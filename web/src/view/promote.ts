/**
 * What a graph takes and gives under names of its own, when it is used as a node: an inner value is promoted to the node that holds its graph, given another
 * name there, or taken back. A name is followed by all that uses it, in this file. Pure: the answer is the whole file after it.
 */

import { freeId } from "../doc/edits";
import { isLink, type Node, type Value, type Workflow } from "../doc/types";
import { savedName } from "./neighbours";
import { graphOf, lastDot, tablesOf } from "./schemas";

export type Side = "inputs" | "outputs";
type Table = Record<string, string>;

const tableOf = (graph: Workflow, side: Side): Table => (graph[side] as Table | undefined) ?? {};

/** The name under which a graph takes or gives what belongs to "node.socket"; null where it does not. */
export function promotedName(graph: Workflow, side: Side, place: string): string | null {
  return Object.entries(tableOf(graph, side)).find(([, target]) => target === place)?.[0] ?? null;
}

/** The file with a name more in the graph that the nodes of `path` hold, one within the other. */
export function promoted(file: Workflow, path: string[], side: Side, place: string): Workflow {
  const next = structuredClone(file);
  const graph = graphAt(next, path);
  if (!graph || promotedName(graph, side, place) !== null) return file;
  const table = tableOf(graph, side);
  graph[side] = { ...table, [freeId(table, lastDot(place)[1])]: place };
  return next;
}

/** The file with another name in place of `from`; null: with none, and a value that was given under it put back inside. */
export function renamed(file: Workflow, path: string[], side: Side, from: string, to: string | null): Workflow {
  const next = structuredClone(file);
  const first = graphAt(next, path);
  if (!first || tableOf(first, side)[from] === undefined || to === from) return file;
  if (to !== null && (!to.trim() || tableOf(first, side)[to] !== undefined)) return file;
  const todo = [{ graph: first, from, to }];
  for (let now = todo.pop(); now; now = todo.pop()) {
    const { graph, from, to } = now;
    const place = tableOf(graph, side)[from] ?? "";
    graph[side] = rekeyed(tableOf(graph, side), from, to);
    for (const { around, id, node } of usersOf(next, graph)) {
      const given = side === "inputs" ? giveInput(node, from, to) : undefined;
      if (to === null && given !== undefined) putBack(graph, place, given);
      if (side === "outputs") followOutput(around, id, node, from, to);
      const outer = promotedName(around, side, `${id}.${from}`);
      if (outer === null) continue;
      if (to === null) todo.push({ graph: around, from: outer, to: null });
      else around[side] = { ...tableOf(around, side), [outer]: `${id}.${to}` };
    }
  }
  return next;
}

/** The graph that the nodes of a path hold, one within the other; the file itself for none. */
export function graphAt(file: Workflow, path: string[]): Workflow | null {
  let graph: Workflow | null = file;
  for (const id of path) {
    const node: Node | undefined = graph?.nodes[id];
    graph = node && savedName(node) === null ? graphOf(node, tablesOf(file)) : null; // saved ones are changed where they are saved
  }
  return graph;
}

type User = { around: Workflow; id: string; node: Node };

/** Every node of a file that stands for one of its graphs. */
function usersOf(file: Workflow, graph: Workflow): User[] {
  const tables = tablesOf(file);
  const todo = [file, ...Object.values(tables)];
  const found: User[] = [];
  for (let around = todo.pop(); around; around = todo.pop()) {
    for (const [id, node] of Object.entries(around.nodes)) {
      if (typeof node.graph === "object" && node.graph !== null) todo.push(node.graph);
      if (graphOf(node, tables) === graph) found.push({ around, id, node });
    }
  }
  return found;
}

/** A node's input under another name, or none; its value when it has none any more. */
function giveInput(node: Node, from: string, to: string | null): Value | undefined {
  const value = node.inputs?.[from];
  if (value !== undefined) node.inputs = rekeyed(node.inputs ?? {}, from, to);
  const carry = node.carry as Table | undefined;
  if (carry) {
    const rows = Object.entries(carry).filter(([, socket]) => socket !== from || to !== null);
    node.carry = Object.fromEntries(rows.map(([output, socket]) => [output, socket === from ? to : socket])) as Table;
  }
  return value;
}

/** A value that was given from outside stands inside again; a link can't. */
function putBack(graph: Workflow, place: string, value: Value): void {
  const [id, socket] = lastDot(place);
  const node = graph.nodes[id];
  if (node && !isLink(value)) node.inputs = { ...node.inputs, [socket]: value };
}

/** Links from an output, and what a loop does with it, under its other name. */
function followOutput(around: Workflow, id: string, node: Node, from: string, to: string | null): void {
  for (const other of Object.values(around.nodes)) {
    for (const [socket, value] of Object.entries(other.inputs ?? {})) {
      if (!isLink(value) || value.node !== id || value.output !== from) continue;
      other.inputs =
        to === null
          ? rekeyed(other.inputs ?? {}, socket, null)
          : { ...other.inputs, [socket]: { node: id, output: to } };
    }
  }
  if (node.until === from) node.until = to ?? "";
  const carry = node.carry as Table | undefined;
  if (carry && carry[from] !== undefined) node.carry = rekeyed(carry, from, to);
}

/** A table with one key called otherwise, in its place, or left out. */
function rekeyed<T>(table: Record<string, T>, from: string, to: string | null): Record<string, T> {
  const rows = Object.entries(table).filter(([key]) => key !== from || to !== null);
  return Object.fromEntries(rows.map(([key, value]) => [key === from && to !== null ? to : key, value]));
}
