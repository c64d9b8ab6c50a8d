/** What the server says of node types (graph/describe.py), and the questions that an editor asks of it. */

import { isLink, type Json, type Workflow } from "./types";

export type Widget =
  | { kind: "slider"; low: number; high: number; step: number }
  | { kind: "text"; multiline: boolean }
  | { kind: "file"; of: string }
  | { kind: "model"; of: string }
  | { kind: "seed" }
  /** Drawn on the picture that comes in at the input `on`. */
  | { kind: "boxes" | "points"; on: string | null }
  | { kind: "curve" }
  | { kind: "records"; of: RecordKind[] };

/** One kind of entry in a list of records: `{"do": name, …fields}`; "do" may be left out where there is but one. */
export type RecordKind = { name: string; title: string; help: string; fields: Record<string, InputSchema> };

export type InputSchema = {
  type: string;
  help: string;
  default?: Json;
  optional?: boolean;
  lazy?: boolean;
  collects?: boolean;
  choices?: (string | number | boolean)[];
  widget?: Widget;
};

export type OutputSchema = { type: string };

export type NodeSchema = {
  type: string;
  title: string;
  family: string;
  summary: string;
  help: string;
  tags: string[];
  version: number;
  heavy: boolean;
  writes: boolean;
  source?: boolean;
  inputs: Record<string, InputSchema>;
  outputs: Record<string, OutputSchema>;
};

export type Schemas = Record<string, NodeSchema>;

/** Types that are chosen by hand in a widget; all others come through a link only. */
const BY_HAND = new Set([
  "text",
  "integer",
  "number",
  "switch",
  "choice",
  "color",
  "boxes",
  "points",
  "curve",
  "anything",
]);

export function hasWidget(input: InputSchema): boolean {
  return BY_HAND.has(input.type) || input.type.startsWith("list of");
}

/** What the server says of socket types: the shape that goes with the colour, and which other types an input of it takes. */
export type Types = Record<
  string,
  { shape: "circle" | "square" | "diamond" | "triangle" | "hexagon" | "cross" | "wave"; takes: string[] }
>;

/** Whether an output of one type may be linked to an input of another. */
export function fits(types: Types, output: string, input: string): boolean {
  return (
    output === input || input === "anything" || output === "anything" || (types[input]?.takes.includes(output) ?? false)
  );
}

/** Why a link may not be drawn; null when it may. */
export function refusal(
  flow: Workflow,
  { schemas, types }: { schemas: Schemas; types: Types },
  from: { node: string; output: string },
  to: { node: string; socket: string },
): "itself" | "type" | "cycle" | null {
  if (from.node === to.node) return "itself";
  const output = schemas[flow.nodes[from.node]?.type ?? ""]?.outputs[from.output];
  const input = schemas[flow.nodes[to.node]?.type ?? ""]?.inputs[to.socket];
  if (output && input && !fits(types, output.type, input.type)) return "type";
  return reaches(flow, to.node, from.node) ? "cycle" : null;
}

/** Whether what `from` makes is needed, near or far, by `to`. */
export function reaches(flow: Workflow, from: string, to: string): boolean {
  const seen = new Set<string>([to]);
  const todo = [to];
  for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
    if (id === from) return true;
    for (const value of Object.values(flow.nodes[id]?.inputs ?? {})) {
      if (isLink(value) && !seen.has(value.node)) {
        seen.add(value.node);
        todo.push(value.node);
      }
    }
  }
  return false;
}
