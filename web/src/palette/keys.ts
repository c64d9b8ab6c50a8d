/** Shortcuts as text, "Mod+Shift+P": what a press is called, how it is shown here, and which ones a person has chosen instead. */

import { createStore } from "zustand/vanilla";

const KEPT = "graft.shortcuts";

export const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);

type Press = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">;

/** What a press is called; null for keys that only go with others. */
export function nameOf(event: Press): string | null {
  if (["Control", "Shift", "Alt", "Meta", "AltGraph", "Dead", "Process"].includes(event.key)) return null;
  const mod = isMac ? event.metaKey : event.ctrlKey;
  const parts = [mod && "Mod", event.altKey && "Alt", event.shiftKey && !isSign(event) && "Shift", keyOf(event)];
  return parts.filter(Boolean).join("+");
}

/** A letter is called by its key, so that it is the same with Shift; a sign by what it writes. */
function keyOf({ key, code }: Press): string {
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (/^[a-z]$/i.test(key)) return key.toUpperCase();
  if (letter && key.length === 1) return letter;
  const digit = /^Digit(\d)$/.exec(code)?.[1];
  if (digit) return digit;
  return key === " " ? "Space" : key;
}

function isSign({ key, code }: Press): boolean {
  return key.length === 1 && !/[a-z0-9 ]/i.test(key) && !/^(Key|Digit)/.test(code);
}

/** A shortcut as it is printed on this person's keys. */
export function shown(shortcut: string): string {
  const names: Record<string, string> = isMac
    ? { Mod: "⌘", Shift: "⇧", Alt: "⌥", Enter: "↩", Delete: "⌦", Backspace: "⌫" }
    : { Mod: "Ctrl" };
  return shortcut
    .split("+")
    .map((part) => names[part] ?? part)
    .join(isMac ? "" : "+");
}

/** Shortcuts that were chosen in place of the usual ones, by command. */
export const chosen = createStore<Record<string, string[]>>(() => {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "{}") as Record<string, string[]>;
  } catch {
    return {};
  }
});

/** Give a command another shortcut; null: the usual one again. */
export function choose(command: string, keys: string[] | null): void {
  const { [command]: _, ...rest } = chosen.getState();
  const next = keys ? { ...rest, [command]: keys } : rest;
  chosen.setState(next, true);
  try {
    localStorage.setItem(KEPT, JSON.stringify(next));
  } catch {
    // Without storage the choice holds until the page is closed.
  }
}
