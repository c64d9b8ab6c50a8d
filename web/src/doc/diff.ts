/**
 * What differs between two graphs, as a person would tell it: nodes that came and went, values, links, settings. Where things stand on the canvas is one
 * line, however many were moved.
 */

import { same } from "./text";
import { isLink, type Json, type Node, type Value, type Workflow } from "./types";

export type Change =
  | { part: "node"; how: "added" | "removed"; node: string; title: string }
  | { part: "type"; node: string; title: string; before: string; after: string }
  /** null: there was or is no value of its own. */
  | { part: "value"; node: string; title: string; socket: string; before: Json; after: Json }
  | { part: "link"; how: "added" | "removed" | "changed"; node: string; title: string; socket: string; from: string }
  /** A field of a node beside its inputs, such as its mode. */
  | { part: "field"; node: string; title: string; field: string; before: Json; after: Json }
  /** One of the graph's own inputs. */
  | { part: "parameter"; how: "added" | "removed" | "changed"; name: string }
  /** A field of the graph itself. */
  | { part: "head"; field: string; before: Json; after: Json }
  | { part: "inner"; name: string }
  | { part: "kept"; count: number }
  | { part: "moved"; count: number };

const LOOKS = new Set(["at", "width", "collapsed", "colour"]); // of a node: how it looks, not what it does
const OWN = new Set(["type", "inputs"]);
const NOT_TOLD = new Set(["nodes", "inputs", "editor", "graphs", "keep", "format"]);

/** Every difference, nodes first; nothing where two graphs do the same and look the same. Pure. */
export function changesBetween(before: Workflow, after: Workflow): Change[] {
  const titled = (flow: Workflow, id: string) => String(flow.nodes[id]?.title ?? "") || id;
  const found: Change[] = [];
  for (const id of Object.keys(before.nodes))
    if (!after.nodes[id]) found.push({ part: "node", how: "removed", node: id, title: titled(before, id) });
  for (const id of Object.keys(after.nodes))
    if (!before.nodes[id]) found.push({ part: "node", how: "added", node: id, title: titled(after, id) });
  let moved = 0;
  for (const [id, node] of Object.entries(after.nodes)) {
    const old = before.nodes[id];
    if (!old || old === node) continue;
    found.push(...ofNode(id, titled(after, id), old, node));
    moved += Number([...LOOKS].some((field) => !same(old[field], node[field])));
  }
  found.push(...ofParameters(before.inputs ?? {}, after.inputs ?? {}));
  found.push(...ofHead(before, after));
  const frames = !same(before.editor, after.editor);
  return moved || frames ? [...found, { part: "moved", count: moved }] : found;
}

function ofNode(id: string, title: string, old: Node, node: Node): Change[] {
  const found: Change[] = [];
  const at = { node: id, title };
  if (old.type !== node.type) found.push({ part: "type", ...at, before: old.type, after: node.type });
  for (const socket of keysOf(old.inputs, node.inputs)) {
    const change = ofInput(old.inputs?.[socket], node.inputs?.[socket]);
    if (change) found.push({ ...at, socket, ...change });
  }
  for (const field of keysOf(old, node)) {
    if (LOOKS.has(field) || OWN.has(field) || same(old[field], node[field])) continue;
    found.push({ part: "field", ...at, field, before: json(old[field]), after: json(node[field]) });
  }
  return found;
}

type OfInput =
  | { part: "value"; before: Json; after: Json }
  | { part: "link"; how: "added" | "removed" | "changed"; from: string };

/** How an input changed; a link that takes the place of a value says all. */
function ofInput(before: Value | undefined, after: Value | undefined): OfInput | null {
  if (same(before, after)) return null;
  if (isLink(after)) return { part: "link", how: isLink(before) ? "changed" : "added", from: endOf(after) };
  if (isLink(before)) return { part: "link", how: "removed", from: endOf(before) };
  return { part: "value", before: before ?? null, after: after ?? null };
}

const endOf = ({ node, output }: { node: string; output: string }) => `${node}.${output}`;

function ofParameters(before: Record<string, string>, after: Record<string, string>): Change[] {
  return keysOf(before, after).flatMap((name): Change[] => {
    if (before[name] === after[name]) return [];
    const how = before[name] === undefined ? "added" : after[name] === undefined ? "removed" : "changed";
    return [{ part: "parameter", how, name }];
  });
}

function ofHead(before: Workflow, after: Workflow): Change[] {
  const found = keysOf(before, after)
    .filter((field) => !NOT_TOLD.has(field) && !same(before[field], after[field]))
    .map((field): Change => ({ part: "head", field, before: json(before[field]), after: json(after[field]) }));
  const [inner, other] = [record(before.graphs), record(after.graphs)];
  for (const name of keysOf(inner, other)) if (!same(inner[name], other[name])) found.push({ part: "inner", name });
  const kept = keptKeys(before);
  const now = keptKeys(after);
  const count = [...kept, ...now].filter((key) => kept.has(key) !== now.has(key)).length;
  return count ? [...found, { part: "kept", count }] : found;
}

function keptKeys(flow: Workflow): Set<string> {
  return new Set(
    Object.entries(record(flow.keep)).flatMap(([node, items]) =>
      Object.keys(record(items)).map((key) => `${node} ${key}`),
    ),
  );
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** The keys of two records, each once: those of the first as they stand, then the new ones. */
function keysOf(first: object = {}, second: object = {}): string[] {
  return [...new Set([...Object.keys(first), ...Object.keys(second)])];
}

const json = (value: unknown): Json => (value === undefined ? null : (value as Json));
