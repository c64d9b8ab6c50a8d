/**
 * A walk of a minute through the real thing: a ring around the part that is meant, a card beside it, and what is to be done is done by the person
 * who takes it. Nothing is blocked meanwhile, and it ends whenever one likes.
 */

import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useStore } from "zustand/react";
import { useTexts } from "../texts";
import { addressOf, go } from "../ui/App";
import { type Tab, workspace } from "../ui/workspace";
import { Card, End } from "./Card";
import { useScene, useSteps, useStill, useTarget, useThere } from "./hooks";
import { placeCard, type Rect } from "./place";
import { endTour, type Kind, tour } from "./state";
import "./tour.css";

export default function Tour() {
  const kind = useStore(tour, (state) => state.kind);
  const tabId = useStore(tour, (state) => state.tabId);
  const tab = useStore(workspace, (state) => state.tabs.find((entry) => entry.id === tabId));
  const gone = kind !== null && !tab;
  useEffect(() => {
    if (gone) endTour();
  }, [gone]);
  return kind && tab ? <Walk key={tabId} kind={kind} tab={tab} /> : null;
}

function Walk({ kind, tab }: { kind: Kind; tab: Tab }) {
  const { t } = useTexts();
  const there = useThere(kind, tab);
  const { step, at, facts, done } = useSteps(kind, tab);
  useScene(step, facts, there);
  const selector = there ? (step?.at(facts) ?? null) : null;
  const { rect, over } = useTarget(selector);
  const still = useStill(rect);
  const frame = useRef<HTMLElement>(null);
  const corner = useCorner(frame, rect, `${at} ${there}`);
  useEscape();
  useFocus(frame);
  return (
    <>
      {rect && !over && <Ring rect={rect} />}
      <section
        ref={frame}
        className="tour-card"
        role="dialog"
        aria-modal="false"
        aria-label={t("tour.name")}
        tabIndex={-1}
        hidden={over}
        style={{ left: corner.x, top: corner.y }}
      >
        {!there ? (
          <Away onBack={() => go(addressOf(kind, tab))} />
        ) : step ? (
          <Card kind={kind} step={step} at={at} facts={facts} done={done} selector={still ? selector : null} />
        ) : (
          <End kind={kind} />
        )}
      </section>
    </>
  );
}

const AROUND = 6; // pixels between a part and its ring

function Ring({ rect }: { rect: Rect }) {
  const style = {
    left: rect.x - AROUND,
    top: rect.y - AROUND,
    width: rect.width + 2 * AROUND,
    height: rect.height + 2 * AROUND,
  };
  return <div className="tour-ring" style={style} aria-hidden="true" />;
}

/** The part is on another page than the one that is shown. */
function Away({ onBack }: { onBack: () => void }) {
  const { t } = useTexts();
  return (
    <>
      <p className="tour-text">{t("tour.away")}</p>
      <div className="tour-actions">
        <button type="button" className="ui-button" onClick={endTour}>
          {t("tour.stop")}
        </button>
        <button type="button" className="ui-button ui-primary" onClick={onBack}>
          {t("tour.back")}
        </button>
      </div>
    </>
  );
}

/** Where the card stands; found anew when the part, the text or the page changes. */
function useCorner(frame: React.RefObject<HTMLElement | null>, rect: Rect | null, what: string) {
  const [corner, setCorner] = useState({ x: 0, y: 0 });
  const [page, setPage] = useState({ width: innerWidth, height: innerHeight });
  useEffect(() => {
    const resize = () => setPage({ width: innerWidth, height: innerHeight });
    addEventListener("resize", resize);
    return () => removeEventListener("resize", resize);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `what` stands for the text, which makes the card higher or lower
  useLayoutEffect(() => {
    const box = frame.current?.getBoundingClientRect();
    if (!box || box.width === 0) return;
    const next = placeCard(rect, box, page, document.documentElement.dir === "rtl");
    setCorner((old) => (old.x === next.x && old.y === next.y ? old : next));
  }, [rect, page, what, frame]);
  return corner;
}

/** Escape ends the tour, unless it is meant for something else that is open or being written. */
function useEscape(): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      const from = event.target instanceof Element ? event.target : null;
      if (from?.closest("input, textarea, select, [role='menu'], [role='listbox']")) return;
      if (document.querySelector('[role="dialog"]:not(.tour-card), [role="menu"]')) return;
      endTour();
    };
    // On the way down: what is open is still open then.
    addEventListener("keydown", press, true);
    return () => removeEventListener("keydown", press, true);
  }, []);
}

/** The card has the focus when the tour begins; afterwards whoever works keeps it. At the end it goes back to the page. */
function useFocus(frame: React.RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const card = frame.current;
    card?.focus({ preventScroll: true });
    return () => {
      if (card?.contains(document.activeElement)) document.querySelector<HTMLElement>("main a, main button")?.focus();
    };
  }, [frame]);
}
