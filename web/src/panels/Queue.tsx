/** What runs and what waits: to be stopped, moved and held. */

import { Pause, Play, Square, X } from "lucide-react";
import { useMemo, useState } from "react";
import { useStore } from "zustand/react";
import { type NodeRun, run } from "../run/store";
import type { Job } from "../server/api";
import { useTexts } from "../texts";
import { cancel, cancelAll, isStopping, move, pause } from "./actions";
import { movedTo, type QueueRow, rowsOf } from "./grouping";
import { listOf, orderOf, runningOf, useJobs } from "./jobs";
import { useNodeName } from "./ofTab";
import { Bar, Empty, useNow } from "./parts";
import { BatchLine, JobLine } from "./QueueRows";
import { RunFirst } from "./RunFirst";
import { duration, paceOf, usual } from "./times";
import { VirtualList } from "./VirtualList";

const ROW = 2.25; // rem

export function Queue({ tabId }: { tabId: string }) {
  const { t } = useTexts();
  const jobs = useJobs();
  const order = orderOf(jobs);
  const running = runningOf(jobs);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => rowsOf(listOf(jobs), open, orderOf(jobs)), [jobs, open]);
  const toggle = (batch: string) =>
    setOpen((was) => (was.has(batch) ? new Set([...was].filter((b) => b !== batch)) : new Set([...was, batch])));
  return (
    <div className="panels-page">
      <QueueHead waiting={order} />
      {running.map((job) => (
        <Running key={job.id} job={job} tabId={tabId} />
      ))}
      {rows.length === 0 && running.length === 0 && (
        <Empty title={t("panels.queueEmpty")}>
          <p>{t("panels.queueEmptyMore")}</p>
          <RunFirst tabId={tabId} />
        </Empty>
      )}
      {rows.length > 0 && <Waiting rows={rows} order={order} toggle={toggle} tabId={tabId} />}
    </div>
  );
}

function QueueHead({ waiting }: { waiting: Job[] }) {
  const { t } = useTexts();
  const paused = useStore(run, (state) => state.queue.paused);
  return (
    <div className="panels-toolbar">
      <button type="button" className="panels-button" onClick={() => pause(!paused)}>
        {paused ? <Play size={16} aria-hidden /> : <Pause size={16} aria-hidden />}
        {t(paused ? "panels.resume" : "panels.pause")}
      </button>
      <span className="panels-quiet panels-grow panels-ellipsis">
        {paused ? t("panels.pausedCount", { n: waiting.length }) : t("panels.waitingCount", { n: waiting.length })}
      </span>
      {waiting.length > 1 && (
        <button type="button" className="panels-button panels-plain" onClick={() => cancelAll(waiting)}>
          <X size={16} aria-hidden />
          {t("panels.cancelWaiting")}
        </button>
      )}
    </div>
  );
}

/** What is dragged, and over which job. */
function useDrag(order: Job[]) {
  const [over, setOver] = useState<string | null>(null);
  const [dragged, setDragged] = useState<string | null>(null);
  const end = () => {
    setOver(null);
    setDragged(null);
  };
  const drop = (before: string) => {
    const to = order.findIndex((job) => job.id === before);
    const change = dragged === null ? null : movedTo(order, dragged, to);
    if (dragged && change) void move(dragged, change);
    end();
  };
  return { mark: dragged === null ? null : over, setOver, setDragged, end, drop };
}

type WaitingProps = { rows: QueueRow[]; order: Job[]; toggle: (batch: string) => void; tabId: string };

function Waiting({ rows, order, toggle, tabId }: WaitingProps) {
  const { t } = useTexts();
  const { mark, setOver, setDragged, end, drop } = useDrag(order);
  const rowOf = (row: QueueRow) => {
    const id = row.kind === "job" ? row.job.id : (row.waiting[0]?.id ?? "");
    const taking = { onDragOver: () => setOver(id), onDrop: () => drop(id) };
    if (row.kind === "batch") return <BatchLine row={row} toggle={toggle} {...taking} />;
    return (
      <JobLine
        row={row}
        tabId={tabId}
        marked={mark === id}
        onDragStart={() => setDragged(id)}
        onDragEnd={end}
        {...taking}
      />
    );
  };
  return (
    <VirtualList
      items={rows}
      rowHeight={ROW}
      label={t("panels.waitingJobs")}
      keyOf={(row) => (row.kind === "batch" ? `batch ${row.batch}` : row.job.id)}
      row={rowOf}
    />
  );
}

/** The job that runs: how far it is, in which node, and what it looks like by now. */
export function Running({ job, tabId }: { job: Job; tabId: string }) {
  const { t } = useTexts();
  const nameOf = useNodeName(tabId);
  const nodes = useStore(run, (state) => state.runs[job.id]?.nodes);
  const { left, part } = usePace(job);
  const [at, node] = current(nodes ?? {});
  const id = at ?? job.node;
  const stopping = isStopping(job);
  const title = job.title || t("panels.untitled");
  return (
    <section className="panels-running" aria-label={t("panels.runningJob", { title })}>
      {node?.preview && <img className="panels-preview" src={node.preview} alt={t("panels.preview", { title })} />}
      <div className="panels-line">
        <strong className="panels-ellipsis panels-grow">{title}</strong>
        <button
          type="button"
          className="panels-icon"
          disabled={stopping}
          aria-label={t("panels.cancelJob", { title })}
          title={t("panels.cancel")}
          onClick={() => cancel(job)}
        >
          <Square size={14} />
        </button>
      </div>
      <Bar part={part} label={t("panels.progressOf", { title })} />
      <div className="panels-line panels-quiet">
        <span className="panels-ellipsis panels-grow">
          {stopping
            ? t("panels.stopping")
            : id
              ? stepOf(nameOf(id), node)
              : t(nodes ? "panels.starting" : "panels.running")}
        </span>
        <span>{left === null ? null : t("panels.left", { time: duration(left) })}</span>
      </div>
    </section>
  );
}

function stepOf(name: string, node: NodeRun | undefined): string {
  return node?.total ? `${name} · ${node.done ?? 0}/${node.total}` : name;
}

/** The node that is at work, the last one to have begun. */
export function current(nodes: Record<string, NodeRun>): [string | null, NodeRun | undefined] {
  const found =
    Object.entries(nodes).findLast(([, node]) => node.state === "running" && node.preview) ??
    Object.entries(nodes).findLast(([, node]) => node.state === "running");
  return found ?? [null, undefined];
}

/** How far a job is, told anew every second. */
export function usePace(job: Job | undefined) {
  const now = useNow(job?.status === "running");
  const progress = useStore(run, (state) => (job ? state.runs[job.id] : undefined));
  const before = useMemo(() => (job ? usual(job, Object.values(run.getState().jobs)) : []), [job]);
  return job ? paceOf(job, progress, before, now) : { left: null, part: null };
}
