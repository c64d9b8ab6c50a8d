/**
 * All words that a person reads. `t("form.run")` gives the text of the language that was chosen; {name} in it is filled in. English is in the first
 * file that is loaded; the others come when they are asked for. A text that a language lacks is shown in English.
 */

import { useStore } from "zustand/react";
import { createStore } from "zustand/vanilla";
import english from "./en.json";

export type Language = { code: string; name: string; direction: "ltr" | "rtl" };
export const LANGUAGES: Language[] = [
  { code: "en", name: "English", direction: "ltr" },
  { code: "de", name: "Deutsch", direction: "ltr" },
  { code: "uk", name: "Українська", direction: "ltr" },
  { code: "ky", name: "Кыргызча", direction: "ltr" },
  { code: "ar", name: "العربية", direction: "rtl" },
];

type Catalogue = Record<string, Record<string, string>>;
export type Fill = Record<string, string | number>;

const catalogues: Record<string, () => Promise<{ default: Catalogue }>> = {
  de: () => import("./de.json"),
  uk: () => import("./uk.json"),
  ky: () => import("./ky.json"),
  ar: () => import("./ar.json"),
};

const state = createStore<{ code: string; texts: Catalogue }>(() => ({ code: "en", texts: english as Catalogue }));

/** Change the language of the page. */
export async function speak(code: string): Promise<void> {
  const language = LANGUAGES.find((entry) => entry.code === code) ?? (LANGUAGES[0] as Language);
  const texts = (await catalogues[language.code]?.())?.default ?? (english as Catalogue);
  state.setState({ code: language.code, texts });
  document.documentElement.lang = language.code;
  document.documentElement.dir = language.direction;
}

/** A text by its address "area.name". In components use `useTexts`, which draws them anew when the language changes. */
export function t(address: string, fill: Fill = {}): string {
  const dot = address.indexOf(".");
  const [area, name] = [address.slice(0, dot), address.slice(dot + 1)];
  const text = state.getState().texts[area]?.[name] ?? (english as Catalogue)[area]?.[name];
  if (text === undefined) return address;
  return text.replace(/\{(\w+)\}/g, (whole, key) => String(fill[key] ?? whole));
}

/** `t`, and the language's code; a component that uses it is drawn anew when the language changes. */
export function useTexts(): { t: typeof t; code: string } {
  const code = useStore(state, (now) => now.code);
  return { t, code };
}
