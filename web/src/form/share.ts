/** A link to a form carries what was entered in its address, so that it works without anything being kept for it. */

import type { Json } from "../doc/types";
import type { Parameter, Values } from "./params";

const LONGEST = 1000; // characters of one value
const LISTED = /^(boxes|points|curve|list of .*)$/; // types whose values are lists

/** "instruction=…&seed=3" for what differs from the graph; pictures only where everybody has them. */
export function queryOf(parameters: Parameter[], changed: Values): string {
  const query = new URLSearchParams();
  for (const { name, schema } of parameters) {
    const value = changed[name];
    if (value === undefined || value === null) continue;
    if (schema?.widget?.kind === "file" && !String(value).startsWith("examples/")) continue;
    const text = typeof value === "object" ? JSON.stringify(value) : String(value);
    if (typeof value === "object" && /"(files|outputs)\//.test(text)) continue;
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
  if (LISTED.test(type)) return list(text);
  if (type === "integer" || type === "number") {
    const number = Number(text);
    return text.trim() === "" || !Number.isFinite(number) || (type === "integer" && !Number.isInteger(number))
      ? undefined
      : number;
  }
  if (type === "switch") return text === "true" ? true : text === "false" ? false : undefined;
  return text;
}

/** A list as it was sent; nothing where it was changed on its way. */
function list(text: string): Json | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
