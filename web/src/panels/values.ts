/** What a person types into a column of a batch, as values: one per line, ranges spelled "1..10", "1-9:2" or "0.2..0.8 step 0.2". */

import type { InputSchema } from "../doc/schema";
import type { Json } from "../doc/types";

export const MOST = 10_000; // jobs of one batch, as the server has it

export type Complaint = { line: number; why: string; fill?: Record<string, string | number> };
export type Column = { values: Json[]; complaints: Complaint[] };

type Read = { values: Json[] } | { why: string; fill?: Record<string, string | number> };

/** The values of a column, and for each line that is none the reason (a text key of "batch"). */
export function readColumn(text: string, schema: InputSchema): Column {
  const values: Json[] = [];
  const complaints: Complaint[] = [];
  const lines = text.trimEnd() === "" ? [] : text.trimEnd().split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    const read = readLine(line.trim(), schema);
    if ("why" in read) complaints.push({ line: index + 1, ...read });
    else values.push(...read.values);
    if (values.length > MOST) {
      complaints.push({ line: index + 1, why: "tooMany", fill: { most: MOST } });
      break;
    }
  }
  return { values: values.slice(0, MOST), complaints };
}

function readLine(line: string, schema: InputSchema): Read {
  if (line === "" && schema.type !== "text") return { why: "emptyLine" };
  if (schema.choices?.length) return choice(line, schema.choices);
  switch (schema.type) {
    case "integer":
    case "number":
      return numbers(line, schema);
    case "switch":
      return onOff(line);
    case "color":
      return /^#[0-9a-f]{6}$/i.test(line) ? { values: [line.toLowerCase()] } : { why: "notColor" };
    case "text":
    case "choice":
      return { values: [schema.widget?.kind === "text" ? line.replaceAll("\\n", "\n") : line] };
    default:
      return json(line, schema.type === "anything");
  }
}

function choice(line: string, choices: (string | number | boolean)[]): Read {
  const found = choices.find((entry) => String(entry).toLowerCase() === line.toLowerCase());
  return found === undefined ? { why: "notChoice", fill: { choices: choices.join(", ") } } : { values: [found] };
}

function onOff(line: string): Read {
  if (/^(true|yes|on|1)$/i.test(line)) return { values: [true] };
  return /^(false|no|off|0)$/i.test(line) ? { values: [false] } : { why: "notSwitch" };
}

function json(line: string, plain: boolean): Read {
  try {
    return { values: [JSON.parse(line) as Json] };
  } catch {
    return plain ? { values: [line] } : { why: "notJson" };
  }
}

const NUMBER = "[+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:e[+-]?\\d+)?";
const RANGE = new RegExp(`^(${NUMBER})\\s*(?:\\.\\.\\.?|…)\\s*(${NUMBER})(?:\\s+step\\s+(${NUMBER}))?$`, "i");
const SHORT = new RegExp(`^(${NUMBER})\\s*[-–]\\s*(${NUMBER})(?:\\s*:\\s*(${NUMBER}))?$`, "i");
const ONE = new RegExp(`^${NUMBER}$`, "i");

function numbers(line: string, schema: InputSchema): Read {
  const range = RANGE.exec(line) ?? SHORT.exec(line);
  const parts = range ? null : line.split(/\s*;\s*|,\s+/);
  const read = range ? rangeOf(range, schema.type === "integer") : listOf(parts ?? []);
  if ("why" in read) return read;
  for (const value of read.values as number[]) {
    const wrong = outside(value, schema);
    if (wrong) return wrong;
  }
  return read;
}

function listOf(parts: string[]): Read {
  const wrong = parts.find((part) => !ONE.test(part));
  return wrong === undefined ? { values: parts.map(Number) } : { why: "notNumber", fill: { text: wrong.slice(0, 40) } };
}

function rangeOf([, from = "", to = "", by]: RegExpExecArray, whole: boolean): Read {
  const [start, end] = [Number(from), Number(to)];
  if (by === undefined && !whole && !(Number.isInteger(start) && Number.isInteger(end))) return { why: "noStep" };
  const step = Math.abs(by === undefined ? 1 : Number(by));
  const count = Math.floor(Math.abs(end - start) / step + 1e-9) + 1;
  if (step === 0 || !Number.isFinite(count)) return { why: "badStep" };
  if (count > MOST) return { why: "tooMany", fill: { most: MOST } };
  const places = Math.min(12, Math.max(decimals(from), decimals(by ?? "")));
  const way = end < start ? -step : step;
  return { values: Array.from({ length: count }, (_, index) => Number((start + index * way).toFixed(places))) };
}

function decimals(text: string): number {
  if (/e/i.test(text)) return 12;
  return text.split(".")[1]?.length ?? 0;
}

function outside(value: number, schema: InputSchema): Extract<Read, { why: string }> | null {
  if (schema.type === "integer" && !Number.isInteger(value))
    return { why: "notInteger", fill: { text: String(value) } };
  if (!Number.isFinite(value)) return { why: "notNumber", fill: { text: String(value) } };
  if (schema.widget?.kind !== "slider") return null;
  const { low, high } = schema.widget;
  if (value < low || value > high) return { why: "outside", fill: { text: String(value), low, high } };
  return null;
}

export type Mode = "product" | "zip";

/** How many jobs the columns make; null where a row-by-row table has columns of different length. */
export function rowCount(columns: Json[][], mode: Mode): number | null {
  if (columns.length === 0) return 0;
  const lengths = columns.map((column) => column.length);
  if (mode === "product") return lengths.reduce((product, length) => product * length, 1);
  return lengths.every((length) => length === lengths[0]) ? (lengths[0] ?? 0) : null;
}

/** The first rows, as the server will make them: in a product the last column changes fastest. */
export function firstRows(columns: Json[][], mode: Mode, most: number): Json[][] {
  const count = Math.min(most, rowCount(columns, mode) ?? Math.max(...columns.map((column) => column.length)));
  return Array.from({ length: count }, (_, row) => {
    if (mode === "zip") return columns.map((column) => column[row] ?? null);
    let rest = row;
    return columns
      .toReversed()
      .map((column) => {
        const value = column[rest % column.length] ?? null;
        rest = Math.floor(rest / column.length);
        return value;
      })
      .reverse();
  });
}
