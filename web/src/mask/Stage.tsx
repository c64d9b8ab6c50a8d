/** The picture, with what is said about it: that it loads, what went wrong, what the server is at, what was found. */

import { X } from "lucide-react";
import { type RefObject, useEffect, useRef } from "react";
import { useStore } from "zustand/react";
import { useTexts } from "../texts";
import { Asking, Proposal, Working } from "./Answers";
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
      <Said session={session} />
      <div className="mask-bottom">
        <Working session={session} />
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
  const working = useStore(session.store, (state) => state.working !== null);
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
    <div
      ref={host}
      className="mask-host"
      data-tool={tool}
      role="application"
      aria-label={t("mask.stage")}
      aria-busy={working}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: keys that belong to the picture need a place to arrive
      tabIndex={0}
    >
      <div ref={cursor} className="mask-cursor" hidden />
    </div>
  );
}

/** What is seen on the picture, for who does not see it. */
function Said({ session }: { session: Session }) {
  const said = useStore(session.store, (state) => state.said);
  return (
    <p className="studio-title" role="status">
      {said}
    </p>
  );
}

function Failed({ session, onClose }: { session: Session; onClose: () => void }) {
  const { t } = useTexts();
  const trouble = useStore(session.store, (state) => state.trouble);
  return (
    <div className="mask-middle" role="alert">
      <strong>{trouble?.what}</strong>
      <p>{trouble?.cure}</p>
      <button type="button" className="ui-button mask-button" onClick={onClose}>
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
        <button type="button" className="ui-button mask-button" onClick={() => void session.startOver()}>
          {t("mask.startOver")}
        </button>
      )}
      <IconButton name={t("mask.dismiss")} onClick={() => session.set({ notice: null })}>
        <X size={16} aria-hidden />
      </IconButton>
    </div>
  );
}
