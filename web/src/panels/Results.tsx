/** What came out: pictures as a sheet that fills up while jobs run; a batch also as a table of its values. */

import { Columns2, Grid2x2, Table, X } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { useStore } from "zustand/react";
import { run } from "../run/store";
import type { Job } from "../server/api";
import { useTexts } from "../texts";
import { AxisTable } from "./AxisTable";
import { axesOf, isTable } from "./axes";
import { listOf, useJobs } from "./jobs";
import { loadMarks, type Marks, marks } from "./marks";
import { useTabJobs } from "./ofTab";
import { Empty } from "./parts";
import { newestFirst, type Picture } from "./pictures";
import { RunFirst } from "./RunFirst";
import { Sheet } from "./Sheet";
import { panel, showJob } from "./state";

type Props = { tabId: string; onUseAsInput?: ((path: string) => void) | undefined };

export function Results({ tabId }: Props) {
  const { t } = useTexts();
  const jobs = useScopeJobs(tabId);
  const pictures = usePictures(jobs);
  const [asTable, setAsTable] = useState(false);
  const batch = useMemo(() => newestBatch(jobs), [jobs]);
  useEffect(() => void loadMarks(), []);
  return (
    <div className="panels-page">
      <Tools table={batch ? { on: asTable, set: setAsTable } : null} />
      <Chosen pictures={pictures} />
      <Streaming jobs={jobs} />
      {asTable && batch ? (
        <AxisTable jobs={batch} tabId={tabId} />
      ) : pictures.length > 0 || jobs.some((job) => job.status === "running") ? (
        <Sheet pictures={pictures} jobs={jobs} />
      ) : (
        <Empty title={t("gallery.empty")}>
          <p>{t("gallery.emptyMore")}</p>
          <RunFirst tabId={tabId} saving />
        </Empty>
      )}
    </div>
  );
}

/** The jobs that the results are about: of this graph, or of all. */
export function useScopeJobs(tabId: string): Job[] {
  const mine = useTabJobs(tabId);
  const all = useJobs();
  const scope = useStore(panel, (state) => state.scope);
  return useMemo(() => (scope === "all" ? listOf(all) : mine), [scope, all, mine]);
}

/** Their pictures, as the filter wants them. */
export function usePictures(jobs: Job[]): Picture[] {
  const runs = useStore(run, (state) => state.runs);
  const filter = useStore(panel, (state) => state.filter);
  const of = useStore(marks, (state) => state.of);
  // Progress changes the runs many times a second; pictures are only found anew when one has come.
  const written = jobs.reduce((sum, job) => sum + (runs[job.id]?.wrote.length ?? 0), 0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `written` stands for what matters of `runs`
  const found = useMemo(() => newestFirst(jobs, run.getState().runs), [jobs, written]);
  return useMemo(() => found.filter((picture) => passes(picture, filter, of)), [found, filter, of]);
}

function passes({ path }: Picture, filter: string, of: Marks): boolean {
  if (filter === "all") return true;
  if (filter === "star") return of[path]?.star === true;
  return of[path]?.tags?.includes(filter.slice("tag ".length)) ?? false;
}

/** The jobs of the newest batch that can be shown as a table. */
function newestBatch(jobs: Job[]): Job[] | null {
  const newest = jobs.reduce<Job | null>(
    (best, job) => (job.batch && (!best || job.number > best.number) ? job : best),
    null,
  );
  if (!newest) return null;
  const batch = jobs.filter((job) => job.batch === newest.batch);
  return isTable(batch, axesOf(batch)) ? batch : null;
}

function Tools({ table }: { table: { on: boolean; set: (on: boolean) => void } | null }) {
  const { t } = useTexts();
  const scope = useStore(panel, (state) => state.scope);
  const filter = useStore(panel, (state) => state.filter);
  const of = useStore(marks, (state) => state.of);
  const tags = [...new Set(Object.values(of).flatMap((mark) => mark.tags ?? []))].sort();
  return (
    <div className="panels-toolbar">
      <select
        className="panels-select"
        aria-label={t("gallery.scope")}
        value={scope}
        onChange={(event) => panel.setState({ scope: event.target.value === "all" ? "all" : "tab" })}
      >
        <option value="tab">{t("gallery.ofTab")}</option>
        <option value="all">{t("gallery.ofAll")}</option>
      </select>
      <select
        className="panels-select"
        aria-label={t("gallery.filter")}
        value={filter}
        onChange={(event) => panel.setState({ filter: event.target.value })}
      >
        <option value="all">{t("gallery.every")}</option>
        <option value="star">{t("gallery.starred")}</option>
        {tags.map((tag) => (
          <option key={tag} value={`tag ${tag}`}>
            {t("gallery.tagged", { tag })}
          </option>
        ))}
      </select>
      <span className="panels-grow" />
      {table && (
        <button
          type="button"
          className="panels-icon"
          aria-pressed={table.on}
          aria-label={t("gallery.asTable")}
          title={t(table.on ? "gallery.asSheet" : "gallery.asTable")}
          onClick={() => table.set(!table.on)}
        >
          {table.on ? <Grid2x2 size={16} /> : <Table size={16} />}
        </button>
      )}
    </div>
  );
}

/** The pictures that were chosen for comparing. */
function Chosen({ pictures }: { pictures: Picture[] }) {
  const { t } = useTexts();
  const chosen = useStore(panel, (state) => state.chosen);
  const there = chosen.filter((key) => pictures.some((picture) => picture.key === key));
  if (there.length === 0) return null;
  return (
    <div className="panels-chosen">
      <span className="panels-grow">{t(there.length === 1 ? "gallery.chosenOne" : "gallery.chosenTwo")}</span>
      {there.length === 2 && (
        <button
          type="button"
          className="panels-button"
          onClick={() => panel.setState({ viewed: there[1] ?? null, looking: "pair" })}
        >
          <Columns2 size={16} aria-hidden />
          {t("gallery.compare")}
        </button>
      )}
      <button
        type="button"
        className="panels-icon"
        aria-label={t("gallery.chooseNone")}
        title={t("gallery.chooseNone")}
        onClick={() => panel.setState({ chosen: [] })}
      >
        <X size={16} />
      </button>
    </div>
  );
}

/** Of a stream that runs: how many came out, and how many were left out, and why. */
function Streaming({ jobs }: { jobs: Job[] }) {
  const { t } = useTexts();
  const job = jobs.find((one) => one.status === "running") ?? jobs[0];
  const wrote = useStore(run, (state) => (job ? (state.runs[job.id]?.wrote.length ?? 0) : 0));
  const lost = useStore(run, (state) => (job ? (state.runs[job.id]?.reasons.length ?? 0) : 0));
  const out = job?.status === "running" ? lost : (job?.dropped ?? 0) + (job?.failed ?? 0);
  if (!job || out === 0) return null;
  return (
    <p className="panels-stream">
      <span className="panels-grow">
        {t("gallery.leftOut", { n: Math.max(wrote, job.outputs?.length ?? 0), m: out })}
      </span>
      <button type="button" className="panels-button panels-plain" onClick={() => showJob(job.id)}>
        {t("gallery.why")}
      </button>
    </p>
  );
}
