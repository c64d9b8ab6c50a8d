/**
 * A form is made from the graph alone: its named parameters, and what the server says of the inputs that they feed. What a person entered is laid over
 * the graph and never changes it, so that a template stays what it was.
 */

import { splitTarget } from "../doc/edits";
import type { InputSchema, Schemas } from "../doc/schema";
import { isLink, type Json, type Workflow } from "../doc/types";
import type { Problem } from "../server/api";

/** What was entered, by the parameter's name. */
export type Values = Record<string, Json>;

export type Place = "picture" | "main" | "more";

export type Parameter = {
  name: string;
  /** "node.input", as the server takes it. */
  target: string;
  node: string;
  socket: string;
  /** Absent where the node or its type is not known. */
  schema: InputSchema | undefined;
  place: Place;
};

/** The parameters of a graph, in their order. */
export function parametersOf(flow: Workflow, schemas: Schemas): Parameter[] {
  return Object.entries(flow.inputs ?? {}).map(([name, target]) => {
    const [node, socket] = splitTarget(target);
    const type = schemas[flow.nodes[node]?.type ?? ""];
    const schema = type?.inputs[socket];
    return { name, target, node, socket, schema, place: placeOf(schema, type?.writes ?? false) };
  });
}

function placeOf(schema: InputSchema | undefined, writes: boolean): Place {
  const widget = schema?.widget;
  if (widget?.kind === "file") return widget.of === "image" ? "picture" : "main";
  if (schema?.type === "text" && widget?.kind !== "model" && !writes && !schema.choices) return "main";
  return "more";
}

/** What stands in the graph for a parameter: the node's own value, or its type's default. */
export function ownValue(flow: Workflow, parameter: Parameter): Json {
  const value = flow.nodes[parameter.node]?.inputs?.[parameter.socket];
  if (value !== undefined && !isLink(value)) return value;
  return parameter.schema?.default ?? null;
}

/** The value of a parameter in the form. */
export function formValue(flow: Workflow, parameter: Parameter, values: Values): Json {
  return values[parameter.name] ?? ownValue(flow, parameter);
}

/** What was entered as the server takes it ("node.input" → value), without what is no parameter (any more). */
export function asPosted(parameters: Parameter[], values: Values): Record<string, Json> {
  const posted: Record<string, Json> = {};
  for (const { name, target } of parameters) {
    const value = values[name];
    if (value !== undefined) posted[target] = value;
  }
  return posted;
}

/** The other way about: a job's values, by parameter. */
export function asEntered(parameters: Parameter[], posted: Record<string, unknown>): Values {
  const values: Values = {};
  for (const { name, target } of parameters) if (target in posted) values[name] = posted[target] as Json;
  return values;
}

/** The values without those that are the graph's own anyway. */
export function onlyChanged(flow: Workflow, parameters: Parameter[], values: Values): Values {
  const changed: Values = {};
  for (const parameter of parameters) {
    const value = values[parameter.name];
    if (value !== undefined && value !== ownValue(flow, parameter)) changed[parameter.name] = value;
  }
  return changed;
}

/** The parameter beside which a problem is best shown: that of the input itself, else the nearest that feeds it. */
export function parameterOf(
  flow: Workflow,
  parameters: Parameter[],
  problem: Partial<Problem> | null,
): string | undefined {
  if (!problem?.node) return undefined;
  const { node, socket } = problem;
  const direct = parameters.find((entry) => entry.node === node && entry.socket === socket);
  if (direct) return direct.name;
  const start = socket ? flow.nodes[node]?.inputs?.[socket] : undefined;
  const todo = isLink(start) ? [start.node] : [];
  const seen = new Set(todo);
  for (const id of todo) {
    const texts = parameters.filter((entry) => entry.node === id && entry.place !== "more");
    if (texts.length === 1) return texts[0]?.name;
    for (const value of Object.values(flow.nodes[id]?.inputs ?? {})) {
      if (isLink(value) && !seen.has(value.node)) {
        seen.add(value.node);
        todo.push(value.node);
      }
    }
  }
  return undefined;
}

/** "max_size" as a person writes it. */
export function humane(name: string): string {
  const words = name.replaceAll(/[_-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The parameter that chance hangs on. */
export function seedOf(parameters: Parameter[]): Parameter | undefined {
  return parameters.find((entry) => entry.schema?.widget?.kind === "seed");
}

/** A seed that nobody has thought of. */
export function newSeed(random: () => number = Math.random): number {
  return Math.floor(random() * 1_000_000);
}
