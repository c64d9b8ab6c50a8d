/**
 * What a node of this graph is like. Most come from the server's schema; a node that holds a graph takes after that graph, and one of an unknown
 * type after what is linked to it, so that a file with nodes that are not installed here keeps all that it says.
 */

import type { InputSchema, NodeSchema, OutputSchema, Schemas } from "../doc/schema";
import { isLink, type Node, type Workflow } from "../doc/types";
import { neighbours, savedName } from "./neighbours";

export const CALL = "graph.call";
export const REPEAT = "graph.repeat";

export type Known = NodeSchema & { missing?: true; graph?: Workflow };

/** The graph that a node stands for: one that is kept in this file, or a saved one that was fetched. `tables` are those of the file. */
export function graphOf(node: Node, tables: Record<string, Workflow>): Workflow | null {
  const name = node.graph as unknown;
  if (typeof name === "object" && name !== null) return name as Workflow;
  if (typeof name === "string" && name.startsWith("#")) return tables[name.slice(1)] ?? null;
  const saved = savedName(node);
  return saved === null ? null : (neighbours.getState()[saved] ?? null);
}

/** The table of graphs that are kept in a file. */
export function tablesOf(file: Workflow): Record<string, Workflow> {
  const tables = file.graphs;
  return typeof tables === "object" && tables !== null ? (tables as Record<string, Workflow>) : {};
}

/** The schema of a node. Equal answers are one object, so that who draws it can tell that nothing has changed. */
export function schemaOf(flow: Workflow, id: string, schemas: Schemas, tables: Record<string, Workflow>): Known {
  const node = flow.nodes[id];
  if (!node) return missing("", [], []);
  const known = schemas[node.type];
  if (known) return known;
  const graph = graphOf(node, tables);
  if ((node.type === CALL || node.type === REPEAT) && graph) return ofGraph(node, graph, schemas, tables);
  return missing(node.type, Object.keys(node.inputs ?? {}), [...(linkedOutputs(flow).get(id) ?? [])]);
}

const made = new Map<string, Known>();

function once(key: string, make: () => Known): Known {
  let found = made.get(key);
  if (!found) {
    found = make();
    if (made.size > 5000) made.clear();
    made.set(key, found);
  }
  return found;
}

function missing(type: string, inputs: string[], outputs: string[]): Known {
  return once(JSON.stringify([type, inputs, outputs]), () => ({
    ...blank(type),
    inputs: Object.fromEntries(inputs.map((name) => [name, { type: "anything", help: "" }])),
    outputs: Object.fromEntries(outputs.map((name) => [name, { type: "anything" }])),
    missing: true,
  }));
}

function blank(type: string): NodeSchema {
  const [family = "", name = type] = type.split(".");
  return {
    type,
    family,
    title: name.replaceAll("_", " "),
    summary: "",
    help: "",
    tags: [],
    version: 1,
    heavy: false,
    writes: false,
    inputs: {},
    outputs: {},
  };
}

const graphs = new WeakMap<Workflow, Map<string, Known>>();

function ofGraph(node: Node, graph: Workflow, schemas: Schemas, tables: Record<string, Workflow>): Known {
  const cache = graphs.get(graph) ?? new Map<string, Known>();
  graphs.set(graph, cache);
  const found = cache.get(node.type);
  if (found) return found;
  const inputs: Record<string, InputSchema> = {};
  for (const [name, target] of Object.entries(graph.inputs ?? {})) {
    const [inner, socket] = lastDot(target);
    const source = graph.nodes[inner];
    const schema = source && schemaOf(graph, inner, schemas, tables).inputs[socket];
    const value = source?.inputs?.[socket];
    const given = value !== undefined && !isLink(value) ? { default: value } : {};
    inputs[name] = { type: "anything", help: "", ...schema, ...given };
  }
  const outputs: Record<string, OutputSchema> = {};
  for (const [name, place] of Object.entries(outputsOf(graph))) {
    const [inner, output] = lastDot(place);
    outputs[name] = (graph.nodes[inner] && schemaOf(graph, inner, schemas, tables).outputs[output]) ?? {
      type: "anything",
    };
  }
  const text = { title: graph.title || blank(node.type).title, summary: graph.note ?? "", family: "graph" };
  const schema: Known = { ...blank(node.type), ...text, inputs, outputs, graph };
  cache.set(node.type, schema);
  return schema;
}

/** What a graph gives when it is used as a node: name → "node.output". */
export function outputsOf(graph: Workflow): Record<string, string> {
  const table = graph.outputs;
  return typeof table === "object" && table !== null ? (table as Record<string, string>) : {};
}

export function lastDot(place: string): [string, string] {
  const dot = place.lastIndexOf(".");
  return dot < 0 ? [place, ""] : [place.slice(0, dot), place.slice(dot + 1)];
}

const linked = new WeakMap<Workflow["nodes"], Map<string, Set<string>>>();

/** The outputs of each node that something is linked to. */
export function linkedOutputs(flow: Workflow): Map<string, Set<string>> {
  const found = linked.get(flow.nodes);
  if (found) return found;
  const map = new Map<string, Set<string>>();
  for (const node of Object.values(flow.nodes)) {
    for (const value of Object.values(node.inputs ?? {})) {
      if (isLink(value)) map.set(value.node, (map.get(value.node) ?? new Set()).add(value.output));
    }
  }
  linked.set(flow.nodes, map);
  return map;
}
