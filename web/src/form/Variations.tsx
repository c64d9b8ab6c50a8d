/** The same with several seeds, side by side, each shown as soon as it is there; one click takes the best. */

import { LoaderCircle, TriangleAlert } from "lucide-react";
import { useStore } from "zustand/react";
import { run } from "../run/store";
import { type Job, thumbnail } from "../server/api";
import { useTexts } from "../texts";
import type { Tab } from "../ui/workspace";
import { useForm, useParameters, useStarted } from "./hooks";
import { type Parameter, seedOf } from "./params";
import { picturesOf } from "./results";
import { setForm } from "./state";

export function Variations({ tab }: { tab: Tab }) {
  const { t } = useTexts();
  const jobs = useStarted(tab.id);
  const seed = seedOf(useParameters(tab));
  const shown = useForm(tab.id, (state) => state.shown);
  if (jobs.length < 2) return null;
  return (
    <section className={shown ? "form-grid form-grid-small" : "form-grid"} aria-label={t("form.variationsTitle")}>
      {jobs.map((job) => (
        <Tile key={job.id} tab={tab} job={job} seed={seed} picked={shown === job.id} />
      ))}
    </section>
  );
}

function Tile({ tab, job, seed, picked }: { tab: Tab; job: Job; seed: Parameter | undefined; picked: boolean }) {
  const { t } = useTexts();
  const values = useForm(tab.id, (state) => state.values);
  const picture = picturesOf(job)[0];
  const number = seed ? job.values[seed.target] : undefined;
  const pick = () => {
    const chosen = seed && typeof number === "number" ? { values: { ...values, [seed.name]: number } } : {};
    setForm(tab.id, { shown: picked ? null : job.id, ...chosen });
  };
  return (
    <button
      type="button"
      className="form-tile"
      aria-pressed={picked}
      disabled={!picture}
      onClick={pick}
      aria-label={t("form.variation", { seed: String(number ?? job.number) })}
    >
      {picture ? <img src={thumbnail(`/${picture.address}`, 512)} alt="" /> : <State job={job} />}
      <span className="form-tile-name">{t("form.seedIs", { seed: String(number ?? "") })}</span>
    </button>
  );
}

function State({ job }: { job: Job }) {
  const { t } = useTexts();
  const preview = useStore(run, (state) =>
    Object.values(state.runs[job.id]?.nodes ?? {}).findLast((node) => node.preview),
  )?.preview;
  if (job.status === "running")
    return (
      <span className="form-tile-state">
        {preview ? <img src={preview} alt="" /> : <LoaderCircle size={16} className="form-spin" aria-hidden />}
        <span>{t("form.working")}</span>
      </span>
    );
  if (job.status === "pending") return <span className="form-tile-state">{t("form.waiting")}</span>;
  return (
    <span className="form-tile-state">
      <TriangleAlert size={16} aria-hidden />
      {t(job.status === "cancelled" ? "form.wasCancelled" : "form.wasFailed")}
    </span>
  );
}
