/** The larger half of the form: what is being made, what was made, or what the form is for. */

import { Download, Maximize2, RefreshCw, SlidersHorizontal } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { useStore } from "zustand/react";
import { run } from "../run/store";
import { type Job, placeOf, thumbnail } from "../server/api";
import { useTexts } from "../texts";
import { hasEnded } from "../ui/live";
import type { Tab } from "../ui/workspace";
import { startAnother } from "./actions";
import { Compare, type CompareLabels } from "./Compare";
import { useFlow, useForm, useParameters, useStarted, useValues } from "./hooks";
import { asEntered, formValue, ownValue, seedOf } from "./params";
import { type Picture, picturesOf, wholeAddress } from "./results";
import { setForm } from "./state";
import "./stage.css";
import templates from "./templates.json";

export function Stage({ tab }: { tab: Tab }) {
  const started = useStarted(tab.id);
  const shownId = useForm(tab.id, (state) => state.shown);
  const shown = useStore(run, (state) => (shownId === null ? undefined : state.jobs[shownId]));
  const single = started.length === 1 ? started[0] : undefined;
  const job = shown ?? (single?.status === "done" ? single : undefined);
  const open = started.find((entry) => !hasEnded(entry.status));
  if (job && (shown || !open)) return <Result key={job.id} tab={tab} job={job} />;
  if (started.length === 1 && open) return <Working tab={tab} job={open} />;
  if (started.length > 1) return null; // the grid of variations says all
  return <Purpose tab={tab} />;
}

export function useCompareLabels(): CompareLabels {
  const { t, code } = useTexts();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the texts change with the language
  return useMemo(
    () => ({
      before: t("form.before"),
      after: t("form.after"),
      handle: t("form.compareHandle"),
      mode: t("form.compareMode"),
      slider: t("form.compareSlider"),
      toggle: t("form.compareToggle"),
      difference: t("form.compareDifference"),
    }),
    [t, code],
  );
}

/** The picture that a job began with, as an address; null where the form takes none. */
export function useBefore(tab: Tab, job: Job | undefined): string | null {
  const flow = useFlow(tab);
  const parameters = useParameters(tab);
  const picture = parameters.find((entry) => entry.place === "picture");
  if (!picture) return null;
  const value = (job && asEntered(parameters, job.values)[picture.name]) ?? ownValue(flow, picture);
  const address = placeOf(value);
  return address && wholeAddress(address);
}

/** The picture that stands in the form now, and whether it is another than the graph's. */
function useOwnPicture(tab: Tab): { address: string | null; changed: boolean } {
  const flow = useFlow(tab);
  const values = useValues(tab);
  const picture = useParameters(tab).find((entry) => entry.place === "picture");
  if (!picture) return { address: null, changed: false };
  const value = formValue(flow, picture, values);
  const address = placeOf(value);
  return { address: address && wholeAddress(address), changed: value !== ownValue(flow, picture) };
}

function Result({ tab, job }: { tab: Tab; job: Job }) {
  const { t } = useTexts();
  const pictures = picturesOf(job);
  const [at, setAt] = useState(0);
  const labels = useCompareLabels();
  const before = useBefore(tab, job);
  const picture = pictures[at] ?? pictures[0];
  if (!picture) return <p className="form-empty">{t("form.noPictures")}</p>;
  const alt = t("form.result");
  return (
    <div className="form-result">
      {before ? (
        <Compare key={picture.address} before={before} after={picture.address} alt={alt} labels={labels} />
      ) : (
        <img className="form-only" src={picture.address} alt={alt} />
      )}
      {pictures.length > 1 && <Several pictures={pictures} at={at} onPick={setAt} />}
      <Actions tab={tab} job={job} picture={picture} />
    </div>
  );
}

function Several({ pictures, at, onPick }: { pictures: Picture[]; at: number; onPick: (at: number) => void }) {
  const { t } = useTexts();
  return (
    <fieldset className="form-strip">
      <legend className="form-hidden">{t("form.pictures")}</legend>
      {pictures.map((picture, index) => (
        <button
          key={picture.path}
          type="button"
          className="form-thumb"
          aria-pressed={index === at}
          aria-label={t("form.pictureOf", { number: index + 1, total: pictures.length })}
          onClick={() => onPick(index)}
        >
          <img src={thumbnail(`/${picture.address}`, 128)} alt="" loading="lazy" />
        </button>
      ))}
    </fieldset>
  );
}

function Actions({ tab, job, picture }: { tab: Tab; job: Job; picture: Picture }) {
  const { t } = useTexts();
  const flow = useFlow(tab);
  const parameters = useParameters(tab);
  const values = useValues(tab);
  const seed = seedOf(parameters);
  const of = asEntered(parameters, job.values);
  const differs = parameters.some(
    (entry) => entry.name in of && String(of[entry.name]) !== String(formValue(flow, entry, values)),
  );
  return (
    <div className="form-actions form-result-actions">
      <a className="form-button form-primary" href={picture.address} download>
        <Download size={16} aria-hidden /> {t("form.download")}
      </a>
      {seed && (
        <button type="button" className="form-button" onClick={() => void startAnother(tab)}>
          <RefreshCw size={16} aria-hidden /> {t("form.another")}
        </button>
      )}
      {differs && (
        <button type="button" className="form-button" onClick={() => setForm(tab.id, { values: { ...values, ...of } })}>
          <SlidersHorizontal size={16} aria-hidden /> {t("form.useValues")}
        </button>
      )}
      <a className="form-button" href={picture.address} target="_blank" rel="noreferrer">
        <Maximize2 size={16} aria-hidden /> {t("form.fullSize")}
      </a>
    </div>
  );
}

/** The picture as it was, and over it the newest look at what is being made. */
function Working({ tab, job }: { tab: Tab; job: Job }) {
  const { t } = useTexts();
  const before = useBefore(tab, job);
  const preview = useStore(run, (state) => {
    const nodes = Object.values(state.runs[job.id]?.nodes ?? {});
    return nodes.findLast((node) => node.preview)?.preview;
  });
  return (
    <figure className="form-working">
      <div className="form-working-frame">
        {before && <img src={before} alt="" className="form-working-before" />}
        {preview && <img src={preview} alt={t("form.preview")} className="form-working-preview" />}
      </div>
      <figcaption>{t(preview ? "form.previewNote" : "form.workingNote")}</figcaption>
    </figure>
  );
}

/** Before the first run: an example of what comes out, or where it will be. */
function Purpose({ tab }: { tab: Tab }) {
  const { t } = useTexts();
  const labels = useCompareLabels();
  const own = useOwnPicture(tab);
  const known = tab.name !== null && templates.some((entry) => entry.name === tab.name);
  const [missing, setMissing] = useState(false);
  useEffect(() => setMissing(false), []);
  if (known && !missing && !own.changed)
    return (
      <figure className="form-purpose" onErrorCapture={() => setMissing(true)}>
        <Compare
          before={`templates/${tab.name}.before.webp`}
          after={`templates/${tab.name}.after.webp`}
          alt={t("form.exampleAfter")}
          labels={labels}
        />
        <figcaption>{t("form.exampleNote")}</figcaption>
      </figure>
    );
  return (
    <div className="form-empty">
      {own.address && <img src={own.address} alt={t("form.yourPicture")} />}
      <p>{t("form.emptyStage")}</p>
    </div>
  );
}
