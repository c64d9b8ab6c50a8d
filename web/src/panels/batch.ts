/** The table of a batch: which inputs can be columns, and what each of them is given. */

import { hasWidget, type InputSchema, type Schemas } from "../doc/schema";
import { isLink, type Json, type Workflow } from "../doc/types";
import { columnsOf } from "./csv";
import { type Column, type Mode, readColumn } from "./values";

export type Candidate = {
  /** "node.input". */
  target: string;
  /** The graph's own name for it, null when it is none of its parameters. */
  parameter: string | null;
  node: string;
  socket: string;
  title: string;
  schema: InputSchema;
  now: Json | undefined;
};
export type Draft = { target: string; text: string };
export type Table = { mode: Mode; drafts: Draft[] };

/** All inputs that hold a value of their own: the graph's parameters first, then node by node. */
export function candidatesOf(flow: Workflow, schemas: Schemas): Candidate[] {
  const names = new Map(Object.entries(flow.inputs ?? {}).map(([name, target]) => [target, name]));
  const found = Object.entries(flow.nodes).flatMap(([id, node]) =>
    Object.entries(schemas[node.type]?.inputs ?? {}).flatMap(([socket, schema]): Candidate[] => {
      const value = node.inputs?.[socket];
      const target = `${id}.${socket}`;
      if (isLink(value) || (!hasWidget(schema) && !names.has(target))) return [];
      const title = node.title || schemas[node.type]?.title || id;
      const now = (value ?? schema.default) as Json | undefined;
      return [{ target, parameter: names.get(target) ?? null, node: id, socket, title, schema, now }];
    }),
  );
  const order = [...names.keys()];
  const own = found.filter(({ parameter }) => parameter !== null);
  own.sort((a, b) => order.indexOf(a.target) - order.indexOf(b.target));
  return [...own, ...found.filter(({ parameter }) => parameter === null)];
}

export function byNode(candidates: Candidate[]): Map<string, Candidate[]> {
  const found = new Map<string, Candidate[]>();
  for (const one of candidates) found.set(one.node, [...(found.get(one.node) ?? []), one]);
  return found;
}

export type Filled = Draft & Column & { candidate: Candidate };

/** Each draft with its values; those whose input the graph has no more are left out. */
export function filled(drafts: Draft[], candidates: Candidate[]): Filled[] {
  return drafts.flatMap((draft) => {
    const candidate = candidates.find(({ target }) => target === draft.target);
    return candidate ? [{ ...draft, candidate, ...readColumn(draft.text, candidate.schema) }] : [];
  });
}

/** A table whose first row names inputs, as drafts; `strange`: names that this graph does not have. */
export function draftsOf(rows: string[][], candidates: Candidate[]): { drafts: Draft[]; strange: string[] } {
  const drafts: Draft[] = [];
  const strange: string[] = [];
  for (const { name, cells } of columnsOf(rows)) {
    const wish = name.trim().toLowerCase();
    const is = (text: string | null) => text?.toLowerCase() === wish;
    const found = candidates.find(({ parameter }) => is(parameter)) ?? candidates.find(({ target }) => is(target));
    if (!found) strange.push(name);
    else drafts.push({ target: found.target, text: cells.map((cell) => cell.replaceAll("\n", "\\n")).join("\n") });
  }
  return { drafts, strange };
}

/** As the server takes it. */
export function batchOf(columns: Filled[], mode: Mode) {
  const table = Object.fromEntries(columns.map(({ target, values }) => [target, values]));
  return mode === "product" ? { product: table } : { zip: table };
}
