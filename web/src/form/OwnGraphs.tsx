/** What somebody has made here: saved graphs, and those that are only open in this browser. */

import { FileClock, Play, Plus, Workflow as WorkflowIcon } from "lucide-react";
import { useStore } from "zustand/react";
import { useTexts } from "../texts";
import { addressOf, go } from "../ui/App";
import { newFlow, openFlow, type Tab, workspace } from "../ui/workspace";
import type { Entry } from "./gallery";
import { humane } from "./params";
import templates from "./templates.json";

export function OwnGraphs({ entries }: { entries: Entry[] }) {
  const { t, code } = useTexts();
  const tabs = useStore(workspace, (state) => state.tabs);
  const unsaved = tabs.filter((tab) => tab.name === null);
  const time = new Intl.DateTimeFormat(code, { dateStyle: "medium", timeStyle: "short" });
  return (
    <section aria-labelledby="start-own">
      <h2 id="start-own">{t("start.yours")}</h2>
      {entries.length + unsaved.length === 0 ? (
        <div className="start-none">
          <p className="start-quiet">{t("start.yoursNone")}</p>
          <a className="form-button" href={addressOf("graph", { id: "", name: templates[0]?.name ?? "" })}>
            <WorkflowIcon size={16} aria-hidden /> {t("start.firstGraph")}
          </a>
          <button type="button" className="form-button" onClick={() => go(addressOf("graph", openFlow(newFlow(""))))}>
            <Plus size={16} aria-hidden /> {t("start.newGraph")}
          </button>
        </div>
      ) : (
        <ul className="start-rows">
          {unsaved.map((tab) => (
            <Unsaved key={tab.id} tab={tab} />
          ))}
          {entries.map((entry) => (
            <Row
              key={entry.name}
              tab={{ id: "", name: entry.name }}
              title={entry.flow?.title || humane(entry.name)}
              note={t("start.savedAt", { when: time.format(entry.saved * 1000) })}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

/** What ships beside the templates. */
export function MoreGraphs({ entries }: { entries: Entry[] }) {
  const { t } = useTexts();
  if (!entries.length) return null;
  return (
    <section aria-labelledby="start-more">
      <h2 id="start-more">{t("start.more")}</h2>
      <p className="start-quiet">{t("start.moreLead")}</p>
      <ul className="start-rows">
        {entries.map((entry) => (
          <Row
            key={entry.name}
            tab={{ id: "", name: entry.name }}
            title={entry.flow?.title || humane(entry.name)}
            note={entry.flow?.note?.split(/(?<=[.])\s/)[0] ?? ""}
          />
        ))}
      </ul>
    </section>
  );
}

function Unsaved({ tab }: { tab: Tab }) {
  const { t } = useTexts();
  const title = useStore(tab.doc, (doc) => doc.flow.title) || t("app.untitled");
  return <Row tab={tab} title={title} note={t("start.notSaved")} />;
}

function Row({ tab, title, note }: { tab: Pick<Tab, "id" | "name">; title: string; note: string }) {
  const { t } = useTexts();
  return (
    <li className="start-row">
      <FileClock size={16} aria-hidden />
      <a href={addressOf("graph", tab)} className="start-row-title">
        {title}
      </a>
      <span className="start-quiet">{note}</span>
      <a className="form-button" href={addressOf("form", tab)} aria-label={t("start.useOf", { title })}>
        <Play size={14} aria-hidden /> {t("start.use")}
      </a>
    </li>
  );
}
