/** What happens once when the page is opened: theme and language as chosen last, the node types, the events of the server. */

import { createStore } from "zustand/vanilla";
import { ServerError } from "../server/api";
import { LANGUAGES, speak } from "../texts";
import { startKeeping } from "./kept";
import { startLive } from "./live";
import { loadSchemas } from "./workspace";

export type Theme = "light" | "dark" | "system";

/** Whether the page can be used yet: `denied` when the server asks for a token. */
export const opening = createStore<{ state: "opening" | "ready" | "denied" | "gone" }>(() => ({ state: "opening" }));

export function setTheme(theme: Theme): void {
  localStorage.setItem("graft.theme", theme);
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function currentTheme(): Theme {
  const kept = localStorage.getItem("graft.theme");
  return kept === "light" || kept === "dark" ? kept : "system";
}

export function setLanguage(code: string): void {
  localStorage.setItem("graft.language", code);
  void speak(code);
}

function preferredLanguage(): string {
  const kept = localStorage.getItem("graft.language");
  const wishes = kept ? [kept] : navigator.languages.map((tag) => tag.split("-")[0] ?? "");
  return wishes.find((code) => LANGUAGES.some((entry) => entry.code === code)) ?? "en";
}

/** first: what must have come before anything can be shown. */
export function begin(first: Promise<unknown>): void {
  setTheme(currentTheme());
  void speak(preferredLanguage());
  void load(first);
}

let begun = false;

async function load(first: Promise<unknown>): Promise<void> {
  try {
    await Promise.all([loadSchemas(), first.catch(() => {})]); // a part that did not come is asked for again when it is drawn
  } catch (error) {
    opening.setState({ state: error instanceof ServerError && error.status === 401 ? "denied" : "gone" });
    setTimeout(() => void load(first), 1000);
    return;
  }
  if (!begun) {
    begun = true;
    await startKeeping();
    startLive();
  }
  opening.setState({ state: "ready" });
}
