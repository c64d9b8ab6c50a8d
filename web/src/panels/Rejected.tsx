/** Items of a stream that went no further, each with its picture and the reason; a person can take them back and run the rest again. */

import { Play, Undo2 } from "lucide-react";
import { useMemo } from "react";
import { useStore } from "zustand/react";
import type { Keep } from "../doc/types";
import { run } from "../run/store";
import { type Job, type Reason, thumbnail } from "../server/api";
import { useTexts } from "../texts";
import type { Tab } from "../ui/workspace";
import { canTakeBack, countOf, decide, isKept, itemName, joined, keepOf, pending, runWith } from "./decisions";
import { belonging, useDoc, useNodeName, useTab } from "./ofTab";
import { Status, Thumb } from "./parts";
import { fileName } from "./pictures";
import { useOrigin } from "./useOrigin";
import { VirtualList } from "./VirtualList";

const ROW = 4.25; // rem
const NONE: Reason[] = [];

/** The tab that holds the decisions about a job, and what is decided by now, with what the job itself ran with. */
function useDecisions(job: Job, tabId: string): { tab: Tab | undefined; now: Keep; ran: Keep } {
  const doc = useDoc(tabId);
  const flow = useStore(doc, (state) => state.flow);
  const open = useTab(tabId);
  const tab = open && belonging([job], flow.title ?? "", open.job ? [open.job] : []).length ? open : undefined;
  const origin = useOrigin(job.id).flow;
  const waiting = useStore(pending, (state) => state[job.id]);
  const ran = useMemo(() => keepOf(origin), [origin]);
  const now = tab ? keepOf(flow) : (waiting ?? ran);
  return { tab, now, ran };
}

/** What is not decided as it was when the job ran: so many items would pass, or be left out, in another run. */
function changedBetween(ran: Keep, now: Keep): number {
  const all = joined(ran, now);
  return Object.entries(all).reduce(
    (sum, [node, items]) =>
      sum + Object.keys(items).filter((key) => isKept(ran, node, key) !== isKept(now, node, key)).length,
    0,
  );
}

type Line = { kind: "kept"; node: string; key: string; said: string } | { kind: "lost"; reason: Reason; index: number };

export function Rejected({ job, tabId }: { job: Job; tabId: string }) {
  const { t } = useTexts();
  const { tab, now, ran } = useDecisions(job, tabId);
  const live = useStore(run, (state) => state.runs[job.id]?.reasons);
  const reasons = job.reasons?.length ? job.reasons : (live ?? NONE);
  const lines = useMemo(() => linesOf(reasons, now), [reasons, now]);
  if (lines.length === 0) return null;
  const label = t("panels.reasons", { n: job.dropped + job.failed || reasons.length });
  const changed = changedBetween(ran, now);
  return (
    <section className="panels-reasons">
      <h2>{label}</h2>
      {countOf(now) > 0 || changed > 0 ? (
        <p className="panels-decided">
          <span className="panels-grow">{t("results.takenBackCount", { n: countOf(now) })}</span>
          <button
            type="button"
            className="panels-button"
            disabled={changed === 0}
            title={changed === 0 ? t("results.nothingDecided") : undefined}
            onClick={() => void runWith(job, tab, now)}
          >
            <Play size={16} aria-hidden />
            {t("results.runDecided")}
          </button>
        </p>
      ) : (
        <p className="panels-quiet panels-decided">
          {t(reasons.some(canTakeBack) ? "results.takeBackHint" : "results.cannotTakeBack")}
        </p>
      )}
      <VirtualList
        items={lines}
        rowHeight={ROW}
        label={label}
        keyOf={(line) => (line.kind === "kept" ? `${line.node} ${line.key}` : String(line.index))}
        row={(line) => <Row line={line} job={job} tab={tab} tabId={tabId} now={now} />}
      />
    </section>
  );
}

/** What was taken back earlier and so is no longer among the reasons, then all that went no further. */
function linesOf(reasons: Reason[], now: Keep): Line[] {
  const told = new Set(reasons.map((reason) => `${reason.node} ${reason.key ?? ""}`));
  const kept = Object.entries(now).flatMap(([node, items]) =>
    Object.entries(items).flatMap(([key, said]): Line[] =>
      told.has(`${node} ${key}`) ? [] : [{ kind: "kept", node, key, said }],
    ),
  );
  const lost = reasons
    .toSorted((a, b) => (a.item ?? -1) - (b.item ?? -1))
    .map((reason, index): Line => ({ kind: "lost", reason, index }));
  return [...kept, ...lost];
}

type RowProps = { line: Line; job: Job; tab: Tab | undefined; tabId: string; now: Keep };

function Row({ line, job, tab, tabId, now }: RowProps) {
  const { t } = useTexts();
  const nameOf = useNodeName(tabId, useOrigin(job.id).flow);
  const node = line.kind === "kept" ? line.node : line.reason.node;
  const key = line.kind === "kept" ? line.key : line.reason.key;
  const name = line.kind === "kept" ? line.said : itemName(line.reason);
  const kept = key !== undefined && isKept(now, node, key);
  const set = (said: string | null) => key !== undefined && decide(job, tab, now, node, key, said);
  return (
    <div className={kept ? "panels-reason panels-reason-kept" : "panels-reason"}>
      <Face line={line} />
      <span className="panels-reason-text">
        <span className="panels-line">
          <bdi className="panels-ellipsis">{fileName(name)}</bdi>
          {line.kind === "lost" && line.reason.failed && <Status status="failed" />}
        </span>
        <span className="panels-reason-why panels-quiet" title={line.kind === "lost" ? line.reason.reason : undefined}>
          {kept
            ? t("results.takenBackAt", { node: nameOf(node) })
            : t("results.saidBy", { node: nameOf(node), reason: line.kind === "lost" ? line.reason.reason : "" })}
        </span>
      </span>
      {kept ? (
        <button
          type="button"
          className="panels-button panels-plain"
          aria-label={t("results.giveUpOne", { name: fileName(name) })}
          onClick={() => set(null)}
        >
          {t("results.giveUp")}
        </button>
      ) : (
        line.kind === "lost" &&
        canTakeBack(line.reason) && (
          <button
            type="button"
            className="panels-button"
            aria-label={t("results.takeBackOne", { name: fileName(name) })}
            onClick={() => set(name)}
          >
            <Undo2 size={16} aria-hidden className="panels-mirror" />
            {t("results.takeBack")}
          </button>
        )
      )}
    </div>
  );
}

/** The picture that an item is, where it is one of the server's. */
function Face({ line }: { line: Line }) {
  const url = line.kind === "lost" ? line.reason.url : `api/files/${line.said}`;
  const drawn =
    typeof url === "string" &&
    /^\/?api\/files\/(files|outputs|examples)\/.+\.(png|jpe?g|webp|gif|bmp|avif|tiff?)$/i.test(url);
  return <span className="panels-ended-thumb">{drawn && <Thumb src={thumbnail(url, 128)} alt="" />}</span>;
}
