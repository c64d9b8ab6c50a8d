/** Run, and in the same place how far it is and the way to stop it. */

import { Images, LoaderCircle, Play, Square } from "lucide-react";
import { useEffect, useMemo } from "react";
import { useStore } from "zustand/react";
import { type NodeRun, run } from "../run/store";
import type { Job } from "../server/api";
import { useTexts } from "../texts";
import { hasEnded } from "../ui/live";
import { type Tab, workspace } from "../ui/workspace";
import { again, start, stop, titleOf, VARIATIONS } from "./actions";
import type { Trouble } from "./Fields";
import { useElapsed, useFlow, useForm, useParameters, useStarted } from "./hooks";
import { Problems } from "./Problems";
import { seedOf } from "./params";
import { type Progress, progressOf } from "./progress";
import { earlier, usualSeconds } from "./results";
import { formOf, setForm } from "./state";

export function RunArea({ tab, problems }: { tab: Tab; problems: Trouble }) {
  const { t } = useTexts();
  const jobs = useStarted(tab.id);
  const sending = useForm(tab.id, (state) => state.sending);
  const seed = seedOf(useParameters(tab));
  const open = jobs.filter((job) => !hasEnded(job.status));
  const halted = jobs.find((job) => job.status === "interrupted" || job.status === "cancelled");
  const begin = (count: number) => void start(tab, count);
  return (
    <div className="form-run">
      <Connection id={tab.id} />
      <Problems list={problems} />
      {open.length > 0 ? (
        <Running tab={tab} jobs={jobs} open={open} />
      ) : (
        <>
          {halted && <Halted tab={tab} job={halted} />}
          <div className="form-actions">
            <button
              type="button"
              className="form-button form-primary form-grow"
              disabled={sending}
              aria-keyshortcuts="Control+Enter"
              title={t("form.runKeys")}
              onClick={() => begin(1)}
            >
              {sending ? <LoaderCircle size={16} className="form-spin" aria-hidden /> : <Play size={16} aria-hidden />}
              {t("form.run")}
            </button>
            {seed && (
              <button type="button" className="form-button" disabled={sending} onClick={() => begin(VARIATIONS)}>
                <Images size={16} aria-hidden /> {t("form.variations", { count: VARIATIONS })}
              </button>
            )}
          </div>
        </>
      )}
    </div>
  );
}

/** Says that the server is away, and that nothing is lost by that. */
function Connection({ id }: { id: string }) {
  const { t } = useTexts();
  const down = useStore(run, (state) => state.connection === "down");
  const told = useForm(id, (state) => state.trouble?.gone ?? false);
  useEffect(() => {
    if (!down && formOf(id).trouble?.gone) setForm(id, { trouble: null });
  }, [down, id]);
  return down && !told ? (
    <p className="form-note form-note-warn" role="status">
      {t("form.down")}
    </p>
  ) : null;
}

function Halted({ tab, job }: { tab: Tab; job: Job }) {
  const { t } = useTexts();
  return (
    <div className="form-note" role="status">
      <span>{t(job.status === "cancelled" ? "form.cancelled" : "form.interrupted")}</span>
      <button type="button" className="form-link" onClick={() => void again(tab.id, job.id)}>
        {t("form.retry")}
      </button>
    </div>
  );
}

const NOTHING: Record<string, NodeRun> = {};

function Running({ tab, jobs, open }: { tab: Tab; jobs: Job[]; open: Job[] }) {
  const { t } = useTexts();
  const active = open.find((job) => job.status === "running");
  const nodes = useStore(run, (state) => (active && state.runs[active.id]?.nodes) || NOTHING);
  const known = useStore(run, (state) => state.jobs);
  const title = titleOf(tab);
  const usual = useMemo(() => usualSeconds(earlier(known, title)), [known, title]);
  const elapsed = useElapsed(active?.started ?? null);
  const progress = progressOf(nodes, elapsed, usual);
  const done = jobs.length - open.length;
  const share = jobs.length > 1 ? (done + (progress.share ?? 0)) / jobs.length : active ? progress.share : null;
  return (
    <div className="form-running">
      <div className="form-progress-line">
        <span className="form-progress-words">
          <Step tab={tab} active={active} waiting={open[0]} progress={progress} />
          {jobs.length > 1 && <small>{t("form.ofMany", { done, total: jobs.length })}</small>}
        </span>
        <Left seconds={progress.left} more={(open.length - 1) * (usual ?? 0)} />
      </div>
      <progress
        className="form-progress"
        aria-label={t("form.progress")}
        {...(share === null ? {} : { value: share, max: 1 })}
      />
      <button type="button" className="form-button form-grow" onClick={() => void stop(tab.id)}>
        <Square size={14} aria-hidden /> {t("form.cancel")}
      </button>
    </div>
  );
}

function Step({
  tab,
  active,
  waiting,
  progress,
}: {
  tab: Tab;
  active: Job | undefined;
  waiting: Job | undefined;
  progress: Progress;
}) {
  const { t } = useTexts();
  const flow = useFlow(tab);
  const schemas = useStore(workspace, (state) => state.schemas);
  if (!active) {
    const ahead = Math.round(waiting?.position ?? 0);
    return <>{t(ahead > 1 ? "form.waitingBehind" : "form.waiting", { ahead })}</>;
  }
  const node = progress.node === null ? undefined : flow.nodes[progress.node];
  const title = node && (node.title || schemas[node.type]?.title);
  return <>{title ? t("form.step", { title }) : t("form.starting")}</>;
}

function Left({ seconds, more }: { seconds: number | null; more: number }) {
  const { t } = useTexts();
  if (seconds === null) return null;
  const whole = Math.max(1, Math.round(seconds + more));
  const minutes = Math.round(whole / 60);
  return <span>{whole < 100 ? t("form.secondsLeft", { seconds: whole }) : t("form.minutesLeft", { minutes })}</span>;
}
