/** The graphs of the server with their titles, fetched once and again whenever the start page is shown. */

import { createStore } from "zustand/vanilla";
import { parse } from "../doc/text";
import type { Workflow } from "../doc/types";
import { type SavedEntry, server } from "../server/api";
import { troubleOf } from "./actions";
import templates from "./templates.json";

const READ = 60; // graphs whose titles are read; more are listed by their names
const AT_ONCE = 6;

export type Entry = SavedEntry & { flow: Workflow | null };

export const gallery = createStore<{ entries: Entry[] | null; trouble: string | null }>(() => ({
  entries: null,
  trouble: null,
}));

export async function loadGallery(): Promise<void> {
  try {
    const saved = inOrder(await server.workflows());
    const known = new Map((gallery.getState().entries ?? []).map((entry) => [entry.name, entry]));
    const entries: Entry[] = saved.map((entry) => {
      const before = known.get(entry.name);
      return { ...entry, flow: before?.saved === entry.saved ? before.flow : null };
    });
    gallery.setState({ entries, trouble: null });
    const todo = entries.slice(0, READ).filter((entry) => entry.flow === null);
    await Promise.all(Array.from({ length: AT_ONCE }, () => readOn(todo)));
  } catch (error) {
    gallery.setState({ trouble: troubleOf(error).what });
  }
}

async function readOn(todo: Entry[]): Promise<void> {
  for (let entry = todo.shift(); entry; entry = todo.shift()) {
    const { name } = entry;
    try {
      const flow = parse((await server.open(name)).text);
      gallery.setState(({ entries }) => ({
        entries: entries?.map((other) => (other.name === name ? { ...other, flow } : other)) ?? null,
      }));
    } catch {
      // It stays listed by its name; opening it says what is wrong.
    }
  }
}

/** Whether a graph is shown with its pictures: it runs on what ships, for everybody. */
export function isTemplate(entry: SavedEntry): boolean {
  return entry.shipped && templates.some((template) => template.name === entry.name);
}

/** The templates as the gallery has them, then the other shipped ones, then the own, the newest first. Pure. */
export function inOrder(saved: SavedEntry[]): SavedEntry[] {
  const place = (entry: SavedEntry) => {
    const at = templates.findIndex((template) => template.name === entry.name);
    return entry.shipped ? (at < 0 ? templates.length : at) : templates.length + 1;
  };
  return saved.toSorted((a, b) => place(a) - place(b) || b.saved - a.saved);
}
