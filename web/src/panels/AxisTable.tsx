/** A batch as a table: one value along the rows, another along the columns, and what came of each pair. */

import { type Job, thumbnail } from "../server/api";
import { useTexts } from "../texts";
import { type Axis, axesOf, jobAt, shortly } from "./axes";
import { useTargetName } from "./ofTab";
import { Status, Thumb } from "./parts";
import { fileName, picturesOf } from "./pictures";
import { panel, showJob } from "./state";
import { useOrigin } from "./useOrigin";

export function AxisTable({ jobs, tabId }: { jobs: Job[]; tabId: string }) {
  const { t } = useTexts();
  const nameOf = useTargetName(tabId, useOrigin(jobs[0]?.id ?? "").flow);
  const [down, across] = axesOf(jobs);
  if (!down) return null;
  const columns = across?.values ?? [null];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by keyboard
    <section className="panels-scroll panels-axes" aria-label={t("gallery.table")} tabIndex={0}>
      <table>
        <thead>
          {across && (
            <tr>
              <td />
              <th colSpan={columns.length} scope="colgroup" className="panels-quiet">
                {nameOf(across.target)}
              </th>
            </tr>
          )}
          <tr>
            <th scope="col" className="panels-quiet">
              {nameOf(down.target)}
            </th>
            {columns.map((value) => (
              <th key={JSON.stringify(value)} scope="col">
                {across ? shortly(value) : t("gallery.result")}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {down.values.map((value) => (
            <tr key={JSON.stringify(value)}>
              <th scope="row">{shortly(value)}</th>
              {columns.map((other) => {
                const cell: [Axis, unknown][] = [
                  [down, value],
                  ...(across ? ([[across, other]] as [Axis, unknown][]) : []),
                ];
                return (
                  <td key={JSON.stringify(other)}>
                    <Cell job={jobAt(jobs, cell)} />
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Cell({ job }: { job: Job | undefined }) {
  const { t } = useTexts();
  const picture = job && picturesOf(job).at(-1);
  if (!job) return <span className="panels-cell panels-cell-none" />;
  const open = () => (picture ? panel.setState({ viewed: picture.key, looking: "picture" }) : showJob(job.id));
  const label = picture
    ? t("gallery.view", { name: fileName(picture.path) })
    : t("gallery.showJob", { status: t(`panels.status_${job.status}`) });
  return (
    <button type="button" className="panels-cell" aria-label={label} onClick={open}>
      {picture ? <Thumb src={thumbnail(picture.url, 256)} alt="" /> : <Status status={job.status} wordless />}
    </button>
  );
}
