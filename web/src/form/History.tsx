/** What this form has made before; a click shows it again. */

import { useMemo } from "react";
import { useStore } from "zustand/react";
import { run } from "../run/store";
import type { Job } from "../server/api";
import { useTexts } from "../texts";
import type { Tab } from "../ui/workspace";
import { titleOf } from "./actions";
import { useForm, useParameters } from "./hooks";
import { JobThumb } from "./JobThumb";
import { asEntered } from "./params";
import { earlier } from "./results";
import { setForm } from "./state";

export function History({ tab }: { tab: Tab }) {
  const { t, code } = useTexts();
  const jobs = useStore(run, (state) => state.jobs);
  const title = titleOf(tab);
  const list = useMemo(() => earlier(jobs, title), [jobs, title]);
  const parameters = useParameters(tab);
  const shown = useForm(tab.id, (state) => state.shown ?? (state.jobs.length === 1 ? state.jobs[0] : null));
  if (list.length === 0) return null;
  const words = (job: Job) => {
    const values = asEntered(parameters, job.values);
    return parameters.flatMap(({ name, place }) => (place === "main" && values[name] ? [String(values[name])] : []));
  };
  const time = new Intl.DateTimeFormat(code, { dateStyle: "medium", timeStyle: "short" });
  return (
    <section className="form-history" aria-labelledby="form-history-title">
      <h2 id="form-history-title">{t("form.earlier")}</h2>
      <div className="form-strip">
        {list.map((job) => {
          const said = words(job).join(" · ");
          const when = time.format((job.ended ?? job.created ?? 0) * 1000);
          return (
            <JobThumb
              key={job.id}
              job={job}
              label={t("form.earlierOne", { when, words: said })}
              title={said ? `${said}\n${when}` : when}
              pressed={shown === job.id}
              onClick={() => setForm(tab.id, { shown: job.id })}
            />
          );
        })}
      </div>
    </section>
  );
}
