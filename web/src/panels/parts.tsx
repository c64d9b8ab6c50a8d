/** Small pieces that all pages of the side panel use. */

import { Ban, Check, CircleDashed, CircleX, Loader, Unplug } from "lucide-react";
import { useEffect, useState } from "react";
import type { JobStatus } from "../server/api";
import { useTexts } from "../texts";

const ICONS = {
  pending: CircleDashed,
  running: Loader,
  done: Check,
  failed: CircleX,
  cancelled: Ban,
  interrupted: Unplug,
} as const;

/** A status, as icon and word. */
export function Status({ status, wordless = false }: { status: JobStatus; wordless?: boolean }) {
  const { t } = useTexts();
  const Icon = ICONS[status];
  const word = t(`panels.status_${status}`);
  return (
    <span className={`panels-status panels-status-${status}`} title={wordless ? word : undefined}>
      <Icon size={14} aria-hidden />
      <span className={wordless ? "panels-unseen" : undefined}>{word}</span>
    </span>
  );
}

/** A bar that fills; without `part` it only says that something is going on. */
export function Bar({ part, label }: { part: number | null; label: string }) {
  const known = part !== null;
  const percent = known ? Math.round(Math.min(1, Math.max(0, part)) * 100) : undefined;
  return (
    <span
      className={known ? "panels-bar" : "panels-bar panels-bar-unknown"}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <span style={{ inlineSize: known ? `${percent}%` : undefined }} />
    </span>
  );
}

/** Seconds since 1970, once a second while `active`. */
export function useNow(active: boolean): number {
  const [now, setNow] = useState(() => Date.now() / 1000);
  useEffect(() => {
    if (!active) return;
    const timer = setInterval(() => setNow(Date.now() / 1000), 1000);
    return () => clearInterval(timer);
  }, [active]);
  return now;
}

/** A thumbnail; where the file is gone, a quiet word in its place. */
export function Thumb({ src, alt }: { src: string; alt: string }) {
  const { t } = useTexts();
  const [gone, setGone] = useState(false);
  if (gone) return <span className="panels-gone">{t("gallery.gone")}</span>;
  return <img src={src} alt={alt} loading="lazy" decoding="async" draggable={false} onError={() => setGone(true)} />;
}

export function Empty({ title, children }: { title: string; children?: React.ReactNode }) {
  return (
    <div className="panels-empty">
      <p>{title}</p>
      {children}
    </div>
  );
}
