/** One ended job: what it made and from what, why it failed, and which items of a stream went no further. */

import { ArrowLeft, CopyPlus, FolderOpen, RotateCcw } from "lucide-react";
import { useEffect } from "react";
import { type Job, server, thumbnail } from "../server/api";
import { useTexts } from "../texts";
import { takeJobs } from "../ui/live";
import { openGraph, retry, runAgain } from "./actions";
import { countsOf } from "./History";
import { useNodeName, useTargetName } from "./ofTab";
import { Status, Thumb } from "./parts";
import { fileName, picturesOf } from "./pictures";
import { Rejected } from "./Rejected";
import { panel } from "./state";
import { problemsOf } from "./tell";
import { clock, duration } from "./times";
import { useOrigin } from "./useOrigin";

export function JobDetails({ job, tabId, onBack }: { job: Job; tabId: string; onBack: () => void }) {
  const { t, code } = useTexts();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the reasons are written down when the job ends
  useEffect(() => {
    // Lists come without the reasons.
    server.job(job.id).then(
      (whole) => takeJobs([whole]),
      () => {},
    );
  }, [job.id, job.status]);
  return (
    <div className="panels-page">
      <div className="panels-toolbar">
        <button
          type="button"
          className="panels-icon"
          aria-label={t("panels.back")}
          title={t("panels.back")}
          onClick={onBack}
        >
          <ArrowLeft size={16} className="panels-mirror" />
        </button>
        <strong className="panels-ellipsis panels-grow">{job.title || t("panels.untitled")}</strong>
      </div>
      <div className="panels-details">
        <p className="panels-line panels-quiet">
          <Status status={job.status} />
          {job.ended && <span>{clock(job.ended, code)}</span>}
          {job.seconds > 0 && <span>{duration(job.seconds)}</span>}
          {job.attempt > 1 && <span>{t("panels.attempt", { n: job.attempt })}</span>}
        </p>
        <p className="panels-quiet">{countsOf(job, t)}</p>
        <Errors job={job} tabId={tabId} />
        <Made job={job} />
        <Actions job={job} />
        <Values job={job} tabId={tabId} />
      </div>
      <Rejected job={job} tabId={tabId} />
    </div>
  );
}

function Errors({ job, tabId }: { job: Job; tabId: string }) {
  const nameOf = useNodeName(tabId, useOrigin(job.id).flow);
  const problems = problemsOf(job);
  if (problems.length === 0) return null;
  return (
    <ul className="panels-problems">
      {problems.map((problem, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes
        <li key={index}>
          <strong>{[problem.node && nameOf(problem.node), problem.socket].filter(Boolean).join(" · ")}</strong>
          <span>{problem.what}</span>
          <span className="panels-quiet">{problem.cure}</span>
        </li>
      ))}
    </ul>
  );
}

function Made({ job }: { job: Job }) {
  const { t } = useTexts();
  const pictures = picturesOf(job);
  if (!pictures.length) return null;
  return (
    <ul className="panels-made" aria-label={t("panels.made")}>
      {pictures.slice(0, 60).map((picture) => (
        <li key={picture.key}>
          <button
            type="button"
            className="panels-made-open"
            aria-label={t("gallery.view", { name: fileName(picture.path) })}
            onClick={() => panel.setState({ viewed: picture.key })}
          >
            <Thumb src={thumbnail(picture.url, 256)} alt="" />
          </button>
        </li>
      ))}
    </ul>
  );
}

function Actions({ job }: { job: Job }) {
  const { t } = useTexts();
  return (
    <p className="panels-actions">
      <button type="button" className="panels-button" onClick={() => openGraph(job)}>
        <FolderOpen size={16} aria-hidden />
        {t("panels.openGraph")}
      </button>
      {job.status === "done" ? (
        <button type="button" className="panels-button" onClick={() => runAgain(job)}>
          <CopyPlus size={16} aria-hidden />
          {t("panels.runAgain")}
        </button>
      ) : (
        <button type="button" className="panels-button" onClick={() => retry(job)}>
          <RotateCcw size={16} aria-hidden />
          {t("panels.retry")}
        </button>
      )}
    </p>
  );
}

const NONE: string[] = [];

export function Values({ job, tabId, without = NONE }: { job: Job; tabId: string; without?: string[] }) {
  const { t } = useTexts();
  const nameOf = useTargetName(tabId, useOrigin(job.id).flow);
  const values = Object.entries(job.values ?? {}).filter(([target]) => !without.includes(target));
  if (!values.length) return null;
  return (
    <dl className="panels-values" aria-label={t("panels.values")}>
      {values.map(([target, value]) => (
        <div key={target}>
          <dt className="panels-ellipsis">{nameOf(target)}</dt>
          <dd>
            <bdi>{typeof value === "string" ? value : JSON.stringify(value)}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}
