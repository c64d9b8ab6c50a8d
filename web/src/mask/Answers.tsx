/** Below the picture: what is being done or looked for, and what was found. */

import { useEffect, useState } from "react";
import { useStore } from "zustand/react";
import { t, useTexts } from "../texts";
import type { Stand } from "./ask";
import type { Way } from "./core/combine";
import type { Session } from "./session";

const PATIENCE = 250; // milliseconds for which work goes without a word

/** What a worker is at. What is done at once is not told. */
export function Working({ session }: { session: Session }) {
  const { t } = useTexts();
  const working = useStore(session.store, (state) => state.working);
  const [late, setLate] = useState(false);
  const busy = working !== null;
  useEffect(() => {
    if (!busy) return;
    const timer = setTimeout(() => setLate(true), PATIENCE);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [busy]);
  if (!working || !late) return null;
  const name = t("mask.working");
  return (
    <div className="mask-card">
      <p role="status">{name}</p>
      <progress value={working.share} max={1} aria-label={name} />
      <button type="button" className="ui-button mask-button" onClick={() => session.stopWork()}>
        {t("mask.cancel")}
      </button>
    </div>
  );
}

export function Asking({ session }: { session: Session }) {
  const { t } = useTexts();
  const asking = useStore(session.store, (state) => state.asking);
  const words = useStore(session.store, (state) => state.words);
  const seconds = useSeconds(asking?.since ?? null);
  if (!asking) return null;
  const { done, total } = asking;
  return (
    <div className="mask-card" role="status">
      <p>{asking.kind === "words" ? t("mask.lookingWords", { words }) : t("mask.lookingThing")}</p>
      <progress {...(total ? { value: done ?? 0, max: total } : {})} aria-label={t("mask.find")} />
      <span className="mask-quiet" aria-hidden>
        {standing(asking, seconds)}
      </span>
      <button type="button" className="ui-button mask-button" onClick={() => session.finder.cancel()}>
        {t("mask.cancel")}
      </button>
    </div>
  );
}

function standing({ paused, position, left }: Stand, seconds: number): string {
  if (paused) return t("mask.paused");
  if (position !== null) return t("mask.waiting");
  return left ? t("mask.left", { seconds: Math.ceil(left) }) : t("mask.seconds", { seconds });
}

/** Seconds since a moment, counted on. */
function useSeconds(since: number | null): number {
  const [now, setNow] = useState(0);
  useEffect(() => {
    if (since === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [since]);
  return since === null ? 0 : Math.max(0, Math.round((now - since) / 1000));
}

const WAYS: readonly { way: Way; text: string }[] = [
  { way: "add", text: "mask.proposalAdd" },
  { way: "subtract", text: "mask.proposalSubtract" },
  { way: "intersect", text: "mask.proposalIntersect" },
  { way: "replace", text: "mask.proposalReplace" },
];

export function Proposal({ session }: { session: Session }) {
  const { t } = useTexts();
  const proposed = useStore(session.store, (state) => state.proposed);
  const method = useStore(session.store, (state) => state.method);
  if (!proposed) return null;
  return (
    <section className="mask-card" aria-label={t("mask.proposal")}>
      <span className="mask-swatch" aria-hidden />
      <strong>{t("mask.proposal")}</strong>
      {method && <span className="mask-quiet">{t(`mask.by_${method}`)}</span>}
      {WAYS.map(({ way, text }) => (
        <button
          key={way}
          type="button"
          className={way === "add" ? "ui-button ui-primary mask-button mask-primary" : "ui-button mask-button"}
          onClick={() => session.finder.accept(way)}
        >
          {t(text)}
        </button>
      ))}
      <button type="button" className="ui-button mask-button" onClick={() => session.finder.drop()}>
        {t("mask.proposalDiscard")}
      </button>
    </section>
  );
}
