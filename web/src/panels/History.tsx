/** What has ended, and how: the newest first, older ones fetched while scrolling. */

import { Menu } from "@base-ui/react/menu";
import { Ellipsis, Trash2 } from "lucide-react";
import { useCallback, useMemo, useRef, useState } from "react";
import { useStore } from "zustand/react";
import { run } from "../run/store";
import { type Job, type JobStatus, server, thumbnail } from "../server/api";
import { useTexts } from "../texts";
import { hasEnded, takeJobs } from "../ui/live";
import { clearHistory, forget, openGraph, retry, runAgain } from "./actions";
import { JobDetails } from "./JobDetails";
import { listOf, useJobs } from "./jobs";
import { Empty, Status, Thumb } from "./parts";
import { picturesOf } from "./pictures";
import { Item, Popup } from "./QueueRows";
import { RunFirst } from "./RunFirst";
import { panel, showJob } from "./state";
import { clock, duration } from "./times";
import { VirtualList } from "./VirtualList";

const ROW = 4; // rem
const PAGE = 100;
const DAY = 86_400; // seconds
const FILTERS = ["all", "done", "failed", "cancelled", "interrupted"] as const;
type Filter = (typeof FILTERS)[number];

export function History({ tabId }: { tabId: string }) {
  const shown = useStore(panel, (state) => state.job);
  const job = useStore(run, (state) => (shown ? state.jobs[shown] : undefined));
  return job ? (
    <JobDetails job={job} tabId={tabId} onBack={() => panel.setState({ job: null })} />
  ) : (
    <Ended tabId={tabId} />
  );
}

function Ended({ tabId }: { tabId: string }) {
  const { t } = useTexts();
  const [filter, setFilter] = useState<Filter>("all");
  const all = useJobs();
  const ended = useMemo(() => {
    const found = listOf(all).filter((job) => hasEnded(job.status) && (filter === "all" || job.status === filter));
    return found.sort((a, b) => (b.ended ?? 0) - (a.ended ?? 0) || b.number - a.number);
  }, [all, filter]);
  const more = useOlder(ended, filter);
  return (
    <div className="panels-page">
      <div className="panels-toolbar">
        <select
          className="panels-select panels-grow"
          aria-label={t("panels.filter")}
          value={filter}
          onChange={(event) => setFilter(event.target.value as Filter)}
        >
          {FILTERS.map((name) => (
            <option key={name} value={name}>
              {t(name === "all" ? "panels.allJobs" : `panels.status_${name}`)}
            </option>
          ))}
        </select>
        <ClearMenu />
      </div>
      {ended.length === 0 ? (
        <Empty title={t(filter === "all" ? "panels.historyEmpty" : "panels.historyNone")}>
          {filter === "all" ? (
            <RunFirst tabId={tabId} />
          ) : (
            <button type="button" className="panels-button" onClick={() => setFilter("all")}>
              {t("panels.allJobs")}
            </button>
          )}
        </Empty>
      ) : (
        <VirtualList
          items={ended}
          rowHeight={ROW}
          label={t("panels.endedJobs")}
          keyOf={(job) => job.id}
          row={(job) => <EndedLine job={job} />}
          onNearEnd={more}
        />
      )}
    </div>
  );
}

/** Fetches the next older jobs, as long as there are some. */
function useOlder(ended: Job[], filter: Filter): () => void {
  const state = useRef({ busy: false, over: new Set<Filter>() });
  return useCallback(async () => {
    const { current: now } = state;
    if (now.busy || now.over.has(filter)) return;
    now.busy = true;
    const before = ended.reduce((least, job) => Math.min(least, job.number), Number.MAX_SAFE_INTEGER);
    const status = filter === "all" ? {} : { status: filter as JobStatus };
    try {
      const jobs = await server.jobs({ ...status, before, limit: PAGE });
      if (jobs.length < PAGE) now.over.add(filter);
      takeJobs(jobs);
    } catch {
      // The server is away; scrolling asks again.
    } finally {
      now.busy = false;
    }
  }, [ended, filter]);
}

function ClearMenu() {
  const { t } = useTexts();
  return (
    <Menu.Root>
      <Menu.Trigger className="panels-icon" aria-label={t("panels.clear")} title={t("panels.clear")}>
        <Trash2 size={16} />
      </Menu.Trigger>
      <Popup>
        <Item onClick={() => clearHistory(7 * DAY)}>{t("panels.clearWeek")}</Item>
        <Item onClick={() => clearHistory(DAY)}>{t("panels.clearDay")}</Item>
        <Item onClick={() => confirm(t("panels.clearSure")) && clearHistory(null)}>{t("panels.clearAll")}</Item>
      </Popup>
    </Menu.Root>
  );
}

function EndedLine({ job }: { job: Job }) {
  const { t, code } = useTexts();
  const title = job.title || t("panels.untitled");
  const [picture] = picturesOf(job);
  const what = job.error?.problems?.[0]?.what ?? job.error?.what;
  return (
    <div className="panels-ended">
      <button type="button" className="panels-ended-open" onClick={() => showJob(job.id)}>
        <span className="panels-ended-thumb">{picture && <Thumb src={thumbnail(picture.url, 128)} alt="" />}</span>
        <span className="panels-ended-text">
          <span className="panels-ellipsis panels-strong">{title}</span>
          <span className="panels-line panels-quiet">
            <Status status={job.status} />
            {job.ended && <span>{clock(job.ended, code)}</span>}
            {job.seconds > 0 && <span>{duration(job.seconds)}</span>}
          </span>
          <span className={what ? "panels-ellipsis panels-bad" : "panels-ellipsis panels-quiet"}>
            {what ?? countsOf(job, t)}
          </span>
        </span>
      </button>
      <Menu.Root>
        <Menu.Trigger className="panels-icon" aria-label={t("panels.moreOf", { title })}>
          <Ellipsis size={16} />
        </Menu.Trigger>
        <Popup>
          <Item onClick={() => openGraph(job)}>{t("panels.openGraph")}</Item>
          {job.status !== "done" && <Item onClick={() => retry(job)}>{t("panels.retry")}</Item>}
          <Item onClick={() => runAgain(job)}>{t("panels.runAgain")}</Item>
          <Item onClick={() => forget(job)}>{t("history.forget")}</Item>
        </Popup>
      </Menu.Root>
    </div>
  );
}

/** "6 done, 2 cached, 3 left out". */
export function countsOf(job: Job, t: (address: string, fill?: Record<string, number>) => string): string {
  const counts = [
    job.ran ? t("panels.ran", { n: job.ran }) : "",
    job.cached ? t("panels.cached", { n: job.cached }) : "",
    job.dropped ? t("panels.dropped", { n: job.dropped }) : "",
    job.failed ? t("panels.failedItems", { n: job.failed }) : "",
  ];
  return counts.filter(Boolean).join(" · ");
}
