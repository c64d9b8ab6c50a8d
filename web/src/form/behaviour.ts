/** What the form does beside its fields: keys, the clipboard, shared links, and that what matters comes into view. */

import { type RefObject, useEffect, useRef } from "react";
import type { Tab } from "../ui/workspace";
import { start } from "./actions";
import { useForm, useParameters, useTroubles } from "./hooks";
import { valuesFrom } from "./share";
import { formOf, setForm } from "./state";
import { fileOf, takeFile } from "./upload";

/** Puts a picture into the form's first field for one. */
export function useTake(tab: Tab): (file: File | null) => void {
  const picture = useParameters(tab).find((entry) => entry.place === "picture");
  return (file) => {
    if (file && picture) void takeFile(tab.id, picture.name, file, "image");
  };
}

export function useKeysAndPaste(tab: Tab, take: (file: File | null) => void): void {
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const file = fileOf(event.clipboardData);
      if (!file) return;
      event.preventDefault();
      take(file);
    };
    const press = (event: KeyboardEvent) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      void start(tab);
    };
    addEventListener("paste", paste);
    addEventListener("keydown", press);
    return () => {
      removeEventListener("paste", paste);
      removeEventListener("keydown", press);
    };
  });
}

/** Run may cover the field that is wrong. */
export function useProblemInView(tab: Tab): void {
  const troubles = useTroubles(tab);
  useEffect(() => {
    if (Object.keys(troubles).length === 0) return;
    document.querySelector(".form-inputs .form-problems")?.scrollIntoView({ block: "nearest" });
  }, [troubles]);
}

/** On a small screen the result lies below the fields: who starts a run is taken there. */
export function useShowStage(tab: Tab, stage: RefObject<HTMLElement | null>): void {
  const shown = useForm(tab.id, (state) => state.shown ?? state.jobs[0] ?? null);
  const before = useRef(shown);
  useEffect(() => {
    if (before.current === shown) return;
    before.current = shown;
    stage.current?.scrollTo({ top: 0 });
    const top = stage.current?.getBoundingClientRect().top ?? 0;
    if (top > innerHeight * 0.6 || top < 0) stage.current?.scrollIntoView({ block: "start" });
  }, [shown, stage]);
}

/** What the address of a shared link says is laid over the form, once. */
export function useAddress(tab: Tab): void {
  const parameters = useParameters(tab);
  useEffect(() => {
    const query = location.hash.split("?")[1];
    if (!query || parameters.length === 0) return;
    setForm(tab.id, { values: { ...formOf(tab.id).values, ...valuesFrom(parameters, query) } });
    history.replaceState(null, "", location.hash.split("?")[0]);
  });
}
