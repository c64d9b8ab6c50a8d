/** Making a graph within the graph of some nodes, and laying one out again where it was used. Pure: both answer with the whole graph after it. */

import { freeId, splitTarget } from "../doc/edits";
import { isLink, type Link, type Node, type Point, type Value, type Workflow } from "../doc/types";
import { CALL, graphOf, lastDot, linkedOutputs, outputsOf } from "./schemas";

export type Made = { nodes: Workflow["nodes"]; inputs: Record<string, string>; graph: Workflow; id: string };

/** Put these nodes into a graph of their own, and a node that holds it in their place. outputs: of nodes that nothing is linked to. */
export function makeGraph(flow: Workflow, ids: string[], title: string, outputs: (id: string) => string[]): Made {
  const inside = new Set(ids);
  const id = freeId(new Set(Object.keys(flow.nodes).filter((name) => !inside.has(name))), "graph");
  const graph: Workflow & { inputs: Record<string, string>; outputs: Record<string, string> } = {
    format: 1,
    title,
    inputs: {},
    outputs: {},
    nodes: {},
  };
  const given: Record<string, Value> = {};
  for (const name of ids) graph.nodes[name] = inner(flow.nodes[name] as Node, name, inside, graph.inputs, given);
  const results = resultsOf(flow, ids, inside, outputs);
  for (const { node, output } of results) graph.outputs[freeId(graph.outputs, output)] = `${node}.${output}`;
  const nodes = outer(flow, inside, graph.outputs, id);
  nodes[id] = { type: CALL, graph: graph as never, at: corner(flow, ids), inputs: given };
  return { nodes, inputs: parameters(flow, inside, graph.inputs, id), graph, id };
}

/** A node as it stands inside: what came from outside is an input of the graph. */
function inner(
  node: Node,
  name: string,
  inside: Set<string>,
  inputs: Record<string, string>,
  given: Record<string, Value>,
): Node {
  if (!node.inputs) return node;
  const kept: Record<string, Value> = {};
  for (const [socket, value] of Object.entries(node.inputs)) {
    if (!isLink(value) || inside.has(value.node)) {
      kept[socket] = value;
      continue;
    }
    const parameter = freeId(inputs, socket);
    inputs[parameter] = `${name}.${socket}`;
    given[parameter] = value;
  }
  return { ...node, inputs: kept };
}

/** What the graph gives: what is used outside, and where nothing is, what nothing inside uses. */
function resultsOf(flow: Workflow, ids: string[], inside: Set<string>, outputs: (id: string) => string[]): Link[] {
  const found = new Map<string, Link>();
  for (const [id, node] of Object.entries(flow.nodes)) {
    if (inside.has(id)) continue;
    for (const value of Object.values(node.inputs ?? {})) {
      if (isLink(value) && inside.has(value.node)) found.set(`${value.node}.${value.output}`, value);
    }
  }
  if (found.size) return [...found.values()];
  const used = linkedOutputs(flow);
  return ids.flatMap((node) =>
    outputs(node)
      .filter((output) => !used.get(node)?.has(output))
      .map((output) => ({ node, output })),
  );
}

/** The nodes that stay outside, linked to the node that holds the others. */
function outer(flow: Workflow, inside: Set<string>, outputs: Record<string, string>, id: string): Record<string, Node> {
  const names = new Map(Object.entries(outputs).map(([name, place]) => [place, name]));
  const nodes: Record<string, Node> = {};
  for (const [name, node] of Object.entries(flow.nodes)) {
    if (!inside.has(name)) {
      nodes[name] = relinked(node, (link) =>
        inside.has(link.node) ? { node: id, output: names.get(`${link.node}.${link.output}`) ?? link.output } : link,
      );
    }
  }
  return nodes;
}

function parameters(
  flow: Workflow,
  inside: Set<string>,
  inputs: Record<string, string>,
  id: string,
): Record<string, string> {
  const own: Record<string, string> = {};
  for (const [name, target] of Object.entries(flow.inputs ?? {})) {
    const [node, socket] = splitTarget(target);
    if (!inside.has(node)) {
      own[name] = target;
      continue;
    }
    const known = Object.entries(inputs).find(([, place]) => place === target)?.[0];
    const parameter = known ?? freeId(inputs, inputs[name] === undefined ? name : socket);
    inputs[parameter] = target;
    own[name] = `${id}.${parameter}`;
  }
  return own;
}

/** The nodes of a graph laid out where it was used; null where the node holds none that can be. */
export function unpacked(
  flow: Workflow,
  id: string,
  tables: Record<string, Workflow>,
): { nodes: Workflow["nodes"]; inputs: Record<string, string>; ids: string[] } | null {
  const holder = flow.nodes[id];
  const graph = holder && graphOf(holder, tables);
  if (!holder || !graph || holder.type !== CALL) return null;
  const names = new Map<string, string>();
  const taken = new Set(Object.keys(flow.nodes).filter((name) => name !== id));
  for (const name of Object.keys(graph.nodes)) {
    names.set(name, freeId(taken, name));
    taken.add(names.get(name) as string);
  }
  const from = corner(graph, Object.keys(graph.nodes));
  const [x, y] = holder.at ?? [0, 0];
  const nodes: Record<string, Node> = {};
  const results = outputsOf(graph);
  for (const [name, node] of Object.entries(flow.nodes)) {
    if (name !== id) nodes[name] = relinked(node, (link) => (link.node === id ? resultOf(results, names, link) : link));
  }
  for (const [name, node] of Object.entries(graph.nodes)) {
    const at: Point = [(node.at?.[0] ?? 0) - from[0] + x, (node.at?.[1] ?? 0) - from[1] + y];
    const own = relinked(node, (link) => ({ ...link, node: names.get(link.node) ?? link.node }));
    nodes[names.get(name) as string] = { ...own, at };
  }
  for (const [parameter, value] of Object.entries(holder.inputs ?? {})) {
    const [name, socket] = splitTarget(graph.inputs?.[parameter] ?? "");
    const node = nodes[names.get(name) ?? ""];
    if (node) nodes[names.get(name) as string] = { ...node, inputs: { ...node.inputs, [socket]: value } };
  }
  const inputs: Record<string, string> = {};
  for (const [name, target] of Object.entries(flow.inputs ?? {})) {
    const [node, socket] = splitTarget(target);
    const [owner, place] = splitTarget(node === id ? (graph.inputs?.[socket] ?? "") : target);
    if (node !== id) inputs[name] = target;
    else if (names.has(owner)) inputs[name] = `${names.get(owner)}.${place}`;
  }
  return { nodes, inputs, ids: [...names.values()] };
}

function resultOf(results: Record<string, string>, names: Map<string, string>, link: Link): Link {
  const [node, output] = lastDot(results[link.output] ?? "");
  return { node: names.get(node) ?? node, output };
}

function relinked(node: Node, change: (link: Link) => Link): Node {
  const inputs = Object.entries(node.inputs ?? {});
  if (!inputs.some(([, value]) => isLink(value) && change(value) !== value)) return node;
  return {
    ...node,
    inputs: Object.fromEntries(inputs.map(([socket, value]) => [socket, isLink(value) ? change(value) : value])),
  };
}

function corner(flow: Workflow, ids: string[]): Point {
  const places = ids.map((id) => flow.nodes[id]?.at ?? [0, 0]);
  return [Math.min(...places.map(([x = 0]) => x)), Math.min(...places.map(([, y = 0]) => y))];
}
