/** Run, and how the run fares. */

import { Menu } from "@base-ui/react/menu";
import { ChevronDown, ListOrdered, Play, Square, WifiOff } from "lucide-react";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useStore } from "zustand/react";
import { run } from "../run/store";
import type { Job } from "../server/api";
import { useTexts } from "../texts";
import { takeJobs } from "../ui/live";
import { runTab, workspace } from "../ui/workspace";
import { cancel, isStopping } from "./actions";
import { inOrder } from "./grouping";
import { liveOf, orderOf, useJobs } from "./jobs";
import { useTabJobs } from "./ofTab";
import { orTell } from "./tell";
import "./controls.css";
import "./menus.css";
import "./runbar.css";
import { Bar } from "./parts";
import { usePace } from "./Queue";
import { Item, Popup } from "./QueueRows";
import { showPage } from "./state";
import { duration } from "./times";

const BatchDialog = lazy(() => import("./BatchDialog"));

/** targets: nodes that "run selected" is about; without any it can't be chosen. */
export function RunBar({ tabId, targets = [] }: { tabId: string; targets?: string[] }) {
  const { t } = useTexts();
  const [batch, setBatch] = useState(false);
  const { start, busy } = useRun(tabId);
  useRunKey(() => start());
  return (
    <div className="panels-runbar">
      <Connection />
      <Progress tabId={tabId} />
      <QueueButton />
      <span className="panels-split">
        <button
          type="button"
          className="panels-button panels-run"
          disabled={busy}
          title={t("panels.runKey")}
          onClick={() => start()}
        >
          <Play size={16} aria-hidden />
          {t("panels.run")}
        </button>
        <Menu.Root>
          <Menu.Trigger className="panels-button panels-run panels-run-more" aria-label={t("panels.runMore")}>
            <ChevronDown size={16} />
          </Menu.Trigger>
          <Popup>
            <Item onClick={() => start()}>{t("panels.runAll")}</Item>
            <Item disabled={targets.length === 0} onClick={() => start(targets)}>
              {t("panels.runSelected")}
            </Item>
            <Item onClick={() => setBatch(true)}>{t("panels.runBatch")}</Item>
          </Popup>
        </Menu.Root>
      </span>
      {batch && (
        <Suspense fallback={null}>
          <BatchDialog tabId={tabId} onClose={() => setBatch(false)} />
        </Suspense>
      )}
    </div>
  );
}

export default RunBar;

function useRun(tabId: string) {
  const { t } = useTexts();
  const [busy, setBusy] = useState(false);
  const start = async (targets?: string[]) => {
    const tab = workspace.getState().tabs.find((entry) => entry.id === tabId);
    if (!tab || busy) return;
    setBusy(true);
    const jobs = await orTell(t("panels.notRun"), () => runTab(tab, targets?.length ? { targets } : {}));
    setBusy(false);
    if (jobs) takeJobs(jobs);
  };
  return { start, busy };
}

/** Ctrl+Enter runs, wherever the focus is; but not twice, when somebody else has answered the key. */
function useRunKey(start: () => void): void {
  const newest = useRef(start);
  newest.current = start;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
      if (event.defaultPrevented || event.repeat || document.querySelector('[role="dialog"]:not(.tour-card)')) return;
      event.preventDefault();
      newest.current();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

function Connection() {
  const { t } = useTexts();
  const state = useStore(run, (now) => now.connection);
  return (
    <span role="status">
      {state === "down" && (
        <span className="panels-offline" title={t("panels.offlineMore")}>
          <WifiOff size={16} aria-hidden />
          {t("panels.offline")}
        </span>
      )}
    </span>
  );
}

/** The tab's own job: the one that runs, or the next of it that waits. */
function Progress({ tabId }: { tabId: string }) {
  const jobs = useTabJobs(tabId);
  const running = jobs.find((job) => job.status === "running");
  const waiting = running ? undefined : inOrder(jobs)[0];
  if (running) return <RunningNow job={running} />;
  return waiting ? <WaitingNow job={waiting} /> : null;
}

function RunningNow({ job }: { job: Job }) {
  const { t } = useTexts();
  const { left, part } = usePace(job);
  const title = job.title || t("panels.untitled");
  const stopping = isStopping(job);
  return (
    <span className="panels-now">
      <span className="panels-quiet panels-now-left">
        {stopping
          ? t("panels.stopping")
          : left === null
            ? t("panels.running")
            : t("panels.left", { time: duration(left) })}
      </span>
      <Bar part={part} label={t("panels.progressOf", { title })} />
      <Stop job={job} disabled={stopping} />
    </span>
  );
}

function WaitingNow({ job }: { job: Job }) {
  const { t } = useTexts();
  const jobs = useJobs();
  const place = orderOf(jobs).findIndex((other) => other.id === job.id) + 1;
  const paused = useStore(run, (state) => state.queue.paused);
  return (
    <span className="panels-now">
      <span className="panels-quiet">{t(paused ? "panels.waitsPaused" : "panels.waitsAt", { n: place })}</span>
      <Stop job={job} disabled={false} />
    </span>
  );
}

function Stop({ job, disabled }: { job: Job; disabled: boolean }) {
  const { t } = useTexts();
  const label = t("panels.cancelJob", { title: job.title || t("panels.untitled") });
  return (
    <button
      type="button"
      className="panels-icon"
      disabled={disabled}
      aria-label={label}
      title={t("panels.cancel")}
      onClick={() => cancel(job)}
    >
      <Square size={14} />
    </button>
  );
}

function QueueButton() {
  const { t } = useTexts();
  const count = liveOf(useJobs());
  if (count === 0) return null;
  return (
    <button
      type="button"
      className="panels-button panels-plain"
      aria-label={t("panels.inQueue", { n: count })}
      title={t("panels.inQueue", { n: count })}
      onClick={() => showPage("queue")}
    >
      <ListOrdered size={16} aria-hidden />
      <span className="panels-count">{count}</span>
    </button>
  );
}
