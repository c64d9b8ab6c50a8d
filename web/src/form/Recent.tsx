/** The newest pictures that were made here; each opens the form that made it. */

import { useMemo } from "react";
import { useStore } from "zustand/react";
import { run } from "../run/store";
import { type Job, server } from "../server/api";
import { useTexts } from "../texts";
import { addressOf, go } from "../ui/App";
import { openSaved, openText, workspace } from "../ui/workspace";
import { titleOf } from "./actions";
import type { Entry } from "./gallery";
import { JobThumb } from "./JobThumb";
import { newest } from "./results";
import { recall, setForm } from "./state";

const MOST = 24;

export function Recent({ entries }: { entries: Entry[] }) {
  const { t, code } = useTexts();
  const jobs = useStore(run, (state) => state.jobs);
  const list = useMemo(() => newest(jobs, MOST), [jobs]);
  if (list.length === 0) return null;
  const time = new Intl.DateTimeFormat(code, { dateStyle: "medium", timeStyle: "short" });
  return (
    <section aria-labelledby="start-recent">
      <h2 id="start-recent">{t("start.recent")}</h2>
      <div className="start-recent">
        {list.map((job) => {
          const name = t("start.recentOne", { title: job.title, when: time.format((job.ended ?? 0) * 1000) });
          return <JobThumb key={job.id} job={job} label={name} onClick={() => void show(job, entries)} />;
        })}
      </div>
    </section>
  );
}

/** Opens the graph of the job's title, or where there is none any more, the graph as it was run. */
async function show(job: Job, entries: Entry[]): Promise<void> {
  const entry = entries.find((other) => other.flow?.title === job.title);
  const open = workspace.getState().tabs.find((other) => titleOf(other) === job.title);
  const tab = entry ? await openSaved(entry.name) : (open ?? openText(await server.jobWorkflow(job.id)));
  recall(tab.id);
  setForm(tab.id, { shown: job.id });
  go(addressOf("form", tab));
}
