/** The picture, with what is said about it: that it loads, what went wrong, what the server is at, what was found. */

import { X } from "lucide-react";
import { type RefObject, useEffect, useRef, useState } from "react";
import { useStore } from "zustand/react";
import { t, useTexts } from "../texts";
import type { Stand } from "./ask";
import type { Way } from "./core/combine";
import { Gestures } from "./gestures";
import { IconButton } from "./IconButton";
import type { Session } from "./session";

type Props = { session: Session; gestures: RefObject<Gestures | null>; onClose: () => void };

export function Stage({ session, gestures, onClose }: Props) {
  const { t } = useTexts();
  const phase = useStore(session.store, (state) => state.phase);
  return (
    <div className="mask-stage">
      {phase === "ready" && <Canvas session={session} gestures={gestures} />}
      {phase === "loading" && (
        <p className="mask-middle" role="status">
          {t("mask.loading")}
        </p>
      )}
      {phase === "failed" ? (
        <Failed session={session} onClose={onClose} />
      ) : (
        <div className="mask-top">
          <Notice session={session} />
          <Trouble session={session} />
        </div>
      )}
      <div className="mask-bottom">
        <Asking session={session} />
        <Proposal session={session} />
      </div>
    </div>
  );
}

function Canvas({ session, gestures }: Omit<Props, "onClose">) {
  const { t } = useTexts();
  const host = useRef<HTMLDivElement>(null);
  const cursor = useRef<HTMLDivElement>(null);
  const tool = useStore(session.store, (state) => state.tool);
  useEffect(() => {
    if (!host.current || !cursor.current) return;
    const detach = session.attach(host.current);
    const made = new Gestures(session, host.current, cursor.current);
    gestures.current = made;
    host.current.dataset.pointer = "";
    host.current.focus({ preventScroll: true });
    return () => {
      made.close();
      gestures.current = null;
      detach();
    };
  }, [session, gestures]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: keys that belong to the picture need a place to arrive
    <div ref={host} className="mask-host" data-tool={tool} role="application" aria-label={t("mask.stage")} tabIndex={0}>
      <div ref={cursor} className="mask-cursor" hidden />
    </div>
  );
}

function Failed({ session, onClose }: { session: Session; onClose: () => void }) {
  const { t } = useTexts();
  const trouble = useStore(session.store, (state) => state.trouble);
  return (
    <div className="mask-middle" role="alert">
      <strong>{trouble?.what}</strong>
      <p>{trouble?.cure}</p>
      <button type="button" className="mask-button" onClick={onClose}>
        {t("mask.close")}
      </button>
    </div>
  );
}

function Trouble({ session }: { session: Session }) {
  const { t } = useTexts();
  const trouble = useStore(session.store, (state) => state.trouble);
  if (!trouble) return null;
  return (
    <div className="mask-card mask-bad" role="alert">
      <div>
        <strong>{trouble.what}</strong>
        <p>{trouble.cure}</p>
      </div>
      <IconButton name={t("mask.dismiss")} onClick={() => session.set({ trouble: null })}>
        <X size={16} aria-hidden />
      </IconButton>
    </div>
  );
}

function Notice({ session }: { session: Session }) {
  const { t } = useTexts();
  const notice = useStore(session.store, (state) => state.notice);
  if (!notice) return null;
  return (
    <div className="mask-card" role="status">
      <p>{notice}</p>
      {notice === t("mask.revived") && (
        <button type="button" className="mask-button" onClick={() => void session.startOver()}>
          {t("mask.startOver")}
        </button>
      )}
      <IconButton name={t("mask.dismiss")} onClick={() => session.set({ notice: null })}>
        <X size={16} aria-hidden />
      </IconButton>
    </div>
  );
}

function Asking({ session }: { session: Session }) {
  const { t } = useTexts();
  const asking = useStore(session.store, (state) => state.asking);
  const words = useStore(session.store, (state) => state.words);
  const seconds = useSeconds(asking?.since ?? null);
  if (!asking) return null;
  const { done, total } = asking;
  return (
    <div className="mask-card" role="status">
      <p>{asking.kind === "words" ? t("mask.lookingWords", { words }) : t("mask.lookingBox")}</p>
      <progress {...(total ? { value: done ?? 0, max: total } : {})} aria-label={t("mask.find")} />
      <span className="mask-quiet" aria-hidden>
        {standing(asking, seconds)}
      </span>
      <button type="button" className="mask-button" onClick={() => session.finder.cancel()}>
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

function Proposal({ session }: { session: Session }) {
  const { t } = useTexts();
  const proposed = useStore(session.store, (state) => state.proposed);
  if (!proposed) return null;
  return (
    <section className="mask-card" aria-label={t("mask.proposal")}>
      <span className="mask-swatch" aria-hidden />
      <strong>{t("mask.proposal")}</strong>
      {WAYS.map(({ way, text }) => (
        <button
          key={way}
          type="button"
          className={way === "add" ? "mask-button mask-primary" : "mask-button"}
          onClick={() => session.finder.accept(way)}
        >
          {t(text)}
        </button>
      ))}
      <button type="button" className="mask-button" onClick={() => session.finder.drop()}>
        {t("mask.proposalDiscard")}
      </button>
    </section>
  );
}
