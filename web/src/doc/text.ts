/**
 * A graph as text. What was not changed keeps its bytes: a file that a person laid out by hand, or in which a number is written 1.0, is saved
 * as it was, with only the changed places written anew.
 */

import { applyEdits, modify, parse as parseLoose, type Edit as TextEdit } from "jsonc-parser";
import type { Json, Workflow } from "./types";

const MANY = 400; // changed places from which the whole text is written anew: each is found by reading the text

/** Thrown for a text that is no graph; `message` says why. */
export class NotAWorkflow extends Error {}

/** The graph in a text. */
export function parse(text: string): Workflow {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new NotAWorkflow(`it is no JSON: ${(error as Error).message}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new NotAWorkflow("it is no JSON object");
  const flow = value as Workflow;
  if (typeof flow.nodes !== "object" || flow.nodes === null || Array.isArray(flow.nodes))
    throw new NotAWorkflow("it has no 'nodes'");
  for (const [id, node] of Object.entries(flow.nodes)) {
    if (typeof node !== "object" || node === null || typeof node.type !== "string")
      throw new NotAWorkflow(`its node '${id}' has no 'type'`);
  }
  return flow;
}

/** The text to save `flow` as. text, was: what it was loaded from; null for a new graph. */
export function textOf(flow: Workflow, text: string | null, was: Workflow | null): string {
  if (text === null || was === null) return written(flow);
  if (flow === was) return text;
  const places = differences(was, flow);
  if (places.length > MANY) return written(flow);
  let now = text;
  for (const place of places) {
    const edits: TextEdit[] = modify(now, place.path, place.value, {
      formattingOptions: { tabSize: 1, insertSpaces: true, eol: "\n" },
    });
    now = applyEdits(now, edits);
  }
  // A text with a key twice, say, can't be mended place by place.
  return JSON.stringify(parseLoose(now)) === JSON.stringify(flow) || same(parseLoose(now), flow) ? now : written(flow);
}

function written(flow: Workflow): string {
  return `${JSON.stringify(flow, null, 1)}\n`;
}

type Place = { path: (string | number)[]; value: unknown };

/** The smallest places at which two values differ; arrays count as one. Does not recurse, so that no depth is too much. */
export function differences(before: unknown, after: unknown): Place[] {
  const found: Place[] = [];
  const todo: { path: string[]; a: unknown; b: unknown }[] = [{ path: [], a: before, b: after }];
  for (let next = todo.pop(); next; next = todo.pop()) {
    const { path, a, b } = next;
    if (a === b) continue;
    if (!isRecord(a) || !isRecord(b)) {
      if (!same(a, b)) found.push({ path, value: b });
      continue;
    }
    for (const key of Object.keys(a)) {
      if (!Object.hasOwn(b, key)) found.push({ path: [...path, key], value: undefined });
      else todo.push({ path: [...path, key], a: a[key], b: b[key] });
    }
    for (const key of Object.keys(b)) if (!Object.hasOwn(a, key)) found.push({ path: [...path, key], value: b[key] });
  }
  return found;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether two JSON values are equal, whatever the order of keys. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((value, index) => same(value, b[index]));
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}

export type { Json };
