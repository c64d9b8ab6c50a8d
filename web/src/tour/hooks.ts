/** How the tour goes on by itself, and where the part is that it points at. */

import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useStore } from "zustand/react";
import { panel, showPage } from "../panels/state";
import { addressOf } from "../ui/App";
import { type Tab, workspace } from "../ui/workspace";
import { current } from "../view/current";
import { factsOf, watch } from "./facts";
import { type Rect, seen } from "./place";
import { endTour, type Kind, tour, turn } from "./state";
import { type Facts, STEPS, type Step } from "./steps";

const OVER = '[role="dialog"]:not(.tour-card), [role="alertdialog"]';
const SLOW = 120; // milliseconds until the focus has settled

/** Whether the page of the tour's graph is shown. */
export function useThere(kind: Kind, tab: Tab): boolean {
  const hash = useSyncExternalStore(
    (told) => {
      addEventListener("hashchange", told);
      return () => removeEventListener("hashchange", told);
    },
    () => location.hash,
  );
  return hash.replace(/\?.*$/, "") === addressOf(kind, tab);
}

/** The step now, and what it goes by. Goes on when its thing has been done. */
export function useSteps(kind: Kind, tab: Tab): { step: Step | null; at: number; facts: Facts; done: boolean } {
  const at = useStore(tour, (state) => state.step);
  const step = STEPS[kind][at] ?? null;
  const before = useRef<{ at: number; facts: Facts } | null>(null);
  const [facts, setFacts] = useState(() => factsOf(kind, tab, false));
  if (before.current?.at !== at) before.current = { at, facts: factsOf(kind, tab, false) };
  useEffect(() => {
    const start = before.current?.facts;
    const stays = tour.getState().back; // who went back to it wants to read it
    let looked = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tell = () => {
      const fresh = workspace.getState().tabs.find((entry) => entry.id === tab.id);
      if (!fresh) return endTour();
      const now = factsOf(kind, fresh, looked);
      looked = now.looked;
      setFacts((old) => (JSON.stringify(old) === JSON.stringify(now) ? old : now));
      clearTimeout(timer);
      if (!stays && !step?.waits && step?.done?.(now, start ?? now)) timer = setTimeout(goOn, SLOW);
    };
    const goOn = () => tour.getState().step === at && turn(1);
    tell();
    const stop = watch(tell);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [kind, tab.id, at, step]);
  return { step, at, facts, done: step?.done?.(facts, before.current.facts) ?? false };
}

/** What must be open or in sight for a step. */
export function useScene(step: Step | null, facts: Facts, there: boolean): void {
  const id = step?.id;
  const node = step?.node?.(facts) ?? null;
  const show = useStore(current, (state) => state.show);
  useEffect(() => {
    if (there && node) show?.(node);
  }, [there, node, show]);
  useEffect(() => {
    if (!there || id !== "result") return;
    showPage("results");
    panel.setState({ scope: "tab", filter: "all" });
  }, [there, id]);
  useEffect(() => {
    if (id === "result" && facts.viewed) panel.setState({ looking: "before" });
  }, [id, facts.viewed]);
}

/** Where a part is on the screen, followed while it moves; null where it is not to be seen. `over`: a dialog is open, which comes first. */
export function useTarget(selector: string | null): { rect: Rect | null; over: boolean } {
  const [state, setState] = useState<{ rect: Rect | null; over: boolean }>({ rect: null, over: false });
  useEffect(() => {
    let frame = 0;
    document.querySelector(selector ?? "none")?.scrollIntoView({ block: "nearest" });
    const look = () => {
      frame = requestAnimationFrame(look);
      const box = selector ? document.querySelector(selector)?.getBoundingClientRect() : undefined;
      const rect = box ? seen(box, { width: innerWidth, height: innerHeight }) : null;
      const over = document.querySelector(OVER) !== null;
      setState((old) => (old.over === over && same(old.rect, rect) ? old : { rect, over }));
    };
    look();
    return () => cancelAnimationFrame(frame);
  }, [selector]);
  return state;
}

const REST = 200; // milliseconds in which a part that was brought into sight has come to rest

/** Whether a part is to be seen and moves no more: before that its fields may be drawn anew, and lose the focus. */
export function useStill(rect: Rect | null): boolean {
  const [resting, setResting] = useState<Rect | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setResting(rect), REST);
    return () => clearTimeout(timer);
  }, [rect]);
  return rect !== null && resting === rect;
}

function same(a: Rect | null, b: Rect | null): boolean {
  if (!a || !b) return a === b;
  return a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
}
