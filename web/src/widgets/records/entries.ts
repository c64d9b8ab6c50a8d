/** A list of records (graph/records.py) as data: its entries, their kinds, and every change that an editor makes. */

import type { InputSchema, RecordKind } from "../../doc/schema";
import type { Json } from "../../doc/types";

export type Entry = Record<string, Json>;

export function entriesIn(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

const isEntry = (entry: Json | undefined): entry is Entry =>
  typeof entry === "object" && entry !== null && !Array.isArray(entry);

/** The kind of an entry; undefined where the server knows none like it. */
export function kindOf(entry: Json | undefined, kinds: RecordKind[]): RecordKind | undefined {
  if (!isEntry(entry)) return undefined;
  const name = entry.do ?? (kinds.length === 1 ? kinds[0]?.name : undefined);
  return kinds.find((kind) => kind.name === name);
}

/** A new entry. Fields that have a default are left to it; "do" is said where there are several kinds. */
export function entryOf(kind: RecordKind, kinds: RecordKind[]): Entry {
  const needed = Object.entries(kind.fields).filter(([, field]) => field.default === undefined);
  const fields = Object.fromEntries(needed.map(([name, field]) => [name, blank(field)]));
  return kinds.length === 1 ? fields : { do: kind.name, ...fields };
}

function blank(field: InputSchema): Json {
  if (field.choices) return (field.choices[0] ?? null) as Json;
  if (field.type === "text") return "";
  if (field.type === "switch") return false;
  if (field.type === "color") return "#000000";
  if (field.type === "integer" || field.type === "number")
    return field.widget?.kind === "slider" ? field.widget.low : 0;
  return field.type === "curve"
    ? [
        [0, 0],
        [1, 1],
      ]
    : [];
}

/** The entry with a field set; `undefined` leaves it to its default again. */
export function withField(entry: Json | undefined, name: string, value: Json | undefined): Entry {
  const { [name]: _, ...rest } = isEntry(entry) ? entry : {};
  if (value === undefined) return rest;
  return isEntry(entry) && name in entry ? { ...entry, [name]: value } : { ...rest, [name]: value };
}

export function fieldOf(entry: Json | undefined, name: string): Json | undefined {
  return isEntry(entry) ? entry[name] : undefined;
}

export function moved<T>(entries: T[], from: number, to: number): T[] {
  const place = Math.max(0, Math.min(entries.length - 1, to));
  const entry = entries[from];
  return entry === undefined || place === from ? entries : entries.toSpliced(from, 1).toSpliced(place, 0, entry);
}

/** Where an index lies after a move. */
export function after(index: number, from: number, to: number): number {
  if (index === from) return to;
  const shift = (from < index ? -1 : 0) + (to <= (from < index ? index - 1 : index) ? 1 : 0);
  return index + shift;
}

/** What an entry says beside its defaults, in a few words: "radius 3, border cut". */
export function brief(entry: Json | undefined, kind: RecordKind): string {
  return Object.keys(kind.fields)
    .flatMap((name) => {
      const value = fieldOf(entry, name);
      return value === undefined || typeof value === "object" ? [] : [`${name.replaceAll("_", " ")} ${value}`];
    })
    .join(", ");
}

/** The kinds that fit what is typed: those whose name does before those whose help does. */
export function found(kinds: RecordKind[], typed: string): RecordKind[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (text: string) => words.every((word) => text.toLowerCase().includes(word));
  const byName = kinds.filter((kind) => fits(`${kind.title} ${kind.name}`));
  return [...byName, ...kinds.filter((kind) => !byName.includes(kind) && fits(`${kind.title} ${kind.help}`))];
}
