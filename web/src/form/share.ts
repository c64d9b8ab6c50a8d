/** A link to a form carries what was entered in its address, so that it works without anything being kept for it. */

import type { Json } from "../doc/types";
import { type Parameter, type Values, withinRoot } from "./params";

const LONGEST = 1000; // characters of one value

/** "instruction=…&seed=3" for what differs from the graph; pictures only where everybody has them. */
export function queryOf(parameters: Parameter[], changed: Values): string {
  const query = new URLSearchParams();
  for (const { name, schema } of parameters) {
    const value = changed[name];
    if (value === undefined || value === null || typeof value === "object") continue;
    if (schema?.widget?.kind === "file" && !withinRoot(String(value)).startsWith("examples/")) continue;
    const text = String(value);
    if (text.length <= LONGEST) query.set(name, text);
  }
  return query.toString();
}

/** What an address says, each in the type that its input takes; what does not fit is left out. */
export function valuesFrom(parameters: Parameter[], query: string): Values {
  const given = new URLSearchParams(query);
  const values: Values = {};
  for (const { name, schema } of parameters) {
    const text = given.get(name);
    if (text === null || !schema) continue;
    const value = typed(text.slice(0, LONGEST), schema.type);
    if (value !== undefined && (!schema.choices || schema.choices.includes(value as string))) values[name] = value;
  }
  return values;
}

function typed(text: string, type: string): Json | undefined {
  if (type === "integer" || type === "number") {
    const number = Number(text);
    return text.trim() === "" || !Number.isFinite(number) || (type === "integer" && !Number.isInteger(number))
      ? undefined
      : number;
  }
  if (type === "switch") return text === "true" ? true : text === "false" ? false : undefined;
  return text;
}
