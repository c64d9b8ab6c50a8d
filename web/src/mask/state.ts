/** What the editor's controls show and set. Pixels are not in here: they change many times a second, and live in core/sheets. */

import type { Method, Stand, Wish } from "./ask";
import type { Brush } from "./core/brush";
import { type Marks, NO_MARKS } from "./core/marks";
import type { Point } from "./core/plane";
import type { Look } from "./core/show";
import type { Task } from "./core/task";

export type Tool = "brush" | "lasso" | "polygon" | "rectangle" | "ellipse" | "fill" | "words" | "click";

/** What went wrong and what helps; both are for a person to read. */
export type Trouble = { what: string; cure: string };

export type LayerRow = { id: string; name: string; visible: boolean };

export type MaskState = {
  phase: "loading" | "ready" | "failed";
  /** Why nothing could be opened, or why something could not be done. */
  trouble: Trouble | null;
  notice: string | null;
  tool: Tool;
  /** Whether tools take away instead of marking. */
  erase: boolean;
  brush: Brush;
  pressure: boolean;
  tolerance: number;
  look: Look;
  colour: number;
  opacity: number;
  /** CSS pixels for each pixel of the picture. */
  zoom: number;
  layers: readonly LayerRow[];
  active: string;
  share: number;
  canUndo: boolean;
  canRedo: boolean;
  /** Whether anything was changed since it was opened or saved. */
  changed: boolean;
  saving: boolean;
  draft: readonly Point[];
  words: string;
  threshold: number;
  /** A box and points that say what is meant. */
  marks: Marks;
  canUndoMarks: boolean;
  canRedoMarks: boolean;
  proposed: boolean;
  /** Who found what is proposed; null for words. */
  method: Method | null;
  /** The question that the server is at. */
  asking: (Stand & { kind: Wish["kind"]; since: number }) | null;
  /** What a worker is at, and which share of it is done. */
  working: { kind: Task["kind"]; share: number } | null;
  /** Where the brush is that the arrow keys move, in pixels of the picture, and whether it is down. */
  keyAt: Point | null;
  keyDown: boolean;
  /** Whether the list of keys is open. */
  keysShown: boolean;
  /** The newest word for who does not see the picture. */
  said: string;
};

/** Rubylith first: what darkrooms used. Then colours that are seen on red pictures. */
export const COLOURS: readonly { name: string; rgb: readonly [number, number, number] }[] = [
  { name: "red", rgb: [230, 30, 40] },
  { name: "green", rgb: [30, 180, 80] },
  { name: "blue", rgb: [40, 110, 255] },
  { name: "yellow", rgb: [250, 205, 30] },
  { name: "white", rgb: [255, 255, 255] },
  { name: "black", rgb: [0, 0, 0] },
];

const KEPT = "graft.mask";
const keptKeys = ["brush", "pressure", "tolerance", "look", "colour", "opacity"] as const;

export const SIZE_LIMITS = [1, 2000] as const;

export function beginning(): MaskState {
  return {
    phase: "loading",
    trouble: null,
    notice: null,
    tool: "brush",
    erase: false,
    brush: { size: 60, hardness: 0.8, opacity: 1 },
    pressure: true,
    tolerance: 24,
    look: "overlay",
    colour: 0,
    opacity: 0.5,
    zoom: 1,
    layers: [],
    active: "",
    share: 0,
    canUndo: false,
    canRedo: false,
    changed: false,
    saving: false,
    draft: [],
    words: "",
    threshold: 0.4,
    marks: NO_MARKS,
    canUndoMarks: false,
    canRedoMarks: false,
    proposed: false,
    method: null,
    asking: null,
    working: null,
    keyAt: null,
    keyDown: false,
    keysShown: false,
    said: "",
    ...preferences(),
  };
}

/** The brush and the look as they were left the last time. */
function preferences(): Partial<MaskState> {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "{}") as Partial<MaskState>;
    return Object.fromEntries(keptKeys.flatMap((key) => (key in kept ? [[key, kept[key]]] : [])));
  } catch {
    return {};
  }
}

export function keepPreferences(state: MaskState, before: MaskState): void {
  if (keptKeys.every((key) => state[key] === before[key])) return;
  try {
    localStorage.setItem(KEPT, JSON.stringify(Object.fromEntries(keptKeys.map((key) => [key, state[key]]))));
  } catch {
    // Without storage the editor begins with its own values each time.
  }
}

/** Bigger or smaller by a step that fits the size. */
export function steppedSize(size: number, by: 1 | -1): number {
  const step = Math.max(1, Math.round(size * 0.12));
  return Math.min(SIZE_LIMITS[1], Math.max(SIZE_LIMITS[0], Math.round(size + by * step)));
}
