/** A graph as a plain form: what goes in on one side, what comes out on the other. Made for somebody who has never seen a graph. */

import { ChevronRight, Link as LinkIcon, RotateCcw, Workflow as WorkflowIcon } from "lucide-react";
import { type DragEvent, useRef, useState } from "react";
import { useStore } from "zustand/react";
import { useTexts } from "../texts";
import { addressOf } from "../ui/App";
import { type Tab, workspace } from "../ui/workspace";
import { Announcements } from "./Announcements";
import { putIntoGraph, reset } from "./actions";
import { Field } from "./Fields";
import "./parts.css";
import "./fields.css";
import "./form.css";
import { useAddress, useKeysAndPaste, useProblemInView, useShowStage, useTake } from "./behaviour";
import { History } from "./History";
import { useFlow, useForm, useParameters, useTroubles, useValues } from "./hooks";
import { PictureField } from "./PictureField";
import { formValue, onlyChanged, ownValue } from "./params";
import { RunArea } from "./RunArea";
import { Stage } from "./Stage";
import { queryOf } from "./share";
import { formOf, recall, setForm } from "./state";
import { Tries } from "./Tries";
import { fileOf } from "./upload";
import { Variations } from "./Variations";

export default function FormPage({ tabId }: { tabId: string }) {
  const tab = useStore(workspace, (state) => state.tabs.find((entry) => entry.id === tabId));
  return tab ? <Form key={tab.id} tab={tab} /> : null;
}

function Form({ tab }: { tab: Tab }) {
  useState(() => recall(tab.id));
  useAddress(tab);
  useProblemInView(tab);
  const stage = useRef<HTMLElement>(null);
  useShowStage(tab, stage);
  const take = useTake(tab);
  useKeysAndPaste(tab, take);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    take(fileOf(event.dataTransfer));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a picture may be dropped anywhere; the field's button does the same
    <div className="form" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      <Head tab={tab} />
      <main className="form-body">
        <Inputs tab={tab} />
        <section className="form-stage" ref={stage} aria-live="polite">
          <Stage tab={tab} />
          <Variations tab={tab} />
          <Announcements tab={tab} />
          <History tab={tab} />
        </section>
      </main>
    </div>
  );
}

function Head({ tab }: { tab: Tab }) {
  const { t } = useTexts();
  const flow = useFlow(tab);
  const parameters = useParameters(tab);
  const values = useValues(tab);
  const saved = useStore(tab.doc, (doc) => doc.saved);
  const changed = parameters.some((entry) => formValue(flow, entry, values) !== ownValue(saved, entry));
  return (
    <header className="form-head">
      <a className="form-home" href="#/" aria-label={t("app.start")}>
        {t("app.name")}
      </a>
      <ChevronRight size={14} aria-hidden className="form-crumb" />
      <h1 className="form-head-title" dir="auto" title={flow.title}>
        {flow.title || tab.name || t("app.untitled")}
      </h1>
      <span className="form-head-actions">
        <button
          type="button"
          className="form-button form-bare"
          disabled={!changed}
          title={t("form.resetHelp")}
          onClick={() => reset(tab)}
        >
          <RotateCcw size={16} aria-hidden /> <span>{t("form.reset")}</span>
        </button>
        <Share tab={tab} />
        <a className="form-button" href={addressOf("graph", tab)} onClick={() => putIntoGraph(tab)}>
          <WorkflowIcon size={16} aria-hidden /> <span>{t("form.openGraph")}</span>
        </a>
      </span>
    </header>
  );
}

function Share({ tab }: { tab: Tab }) {
  const { t } = useTexts();
  const [said, setSaid] = useState("");
  const parameters = useParameters(tab);
  if (tab.name === null) return null;
  const share = async () => {
    const { flow } = tab.doc.getState();
    const query = queryOf(parameters, onlyChanged(flow, parameters, formOf(tab.id).values));
    const link = `${location.href.split("#")[0]}${addressOf("form", tab)}${query ? `?${query}` : ""}`;
    try {
      await navigator.clipboard.writeText(link);
      setSaid(t("form.copied"));
    } catch {
      prompt(t("form.copyThis"), link);
    }
    setTimeout(() => setSaid(""), 2500);
  };
  return (
    <button type="button" className="form-button form-bare" title={t("form.shareHelp")} onClick={() => void share()}>
      <LinkIcon size={16} aria-hidden /> <span aria-live="polite">{said || t("form.share")}</span>
    </button>
  );
}

function Inputs({ tab }: { tab: Tab }) {
  const { t } = useTexts();
  const flow = useFlow(tab);
  const parameters = useParameters(tab);
  const troubles = useTroubles(tab);
  return (
    <section className="form-inputs" aria-label={t("form.inputs")}>
      {flow.note && (
        <p className="form-about" dir="auto">
          {flow.note}
        </p>
      )}
      {parameters.length === 0 && <Nameless tab={tab} />}
      {parameters.map((entry) => {
        const props = { tab, parameter: entry, problems: troubles[entry.name] };
        if (entry.place === "picture") return <PictureField key={entry.name} {...props} />;
        return entry.place === "main" ? <Field key={entry.name} {...props} /> : null;
      })}
      <Tries tab={tab} />
      <More tab={tab} />
      <RunArea tab={tab} problems={troubles[""]} />
    </section>
  );
}

/** The fields that one can do without; they open by themselves when one of them is wrong. */
function More({ tab }: { tab: Tab }) {
  const { t } = useTexts();
  const troubles = useTroubles(tab);
  const fields = useParameters(tab).filter((entry) => entry.place === "more");
  const wrong = fields.some((entry) => troubles[entry.name]);
  const open = useForm(tab.id, (state) => state.more) || wrong;
  if (fields.length === 0) return null;
  return (
    <details
      className="form-more"
      open={open}
      onToggle={(event) => setForm(tab.id, { more: event.currentTarget.open })}
    >
      <summary>
        <ChevronRight size={16} aria-hidden className="form-more-sign" /> {t("form.more")}
      </summary>
      {fields.map((entry) => (
        <Field key={entry.name} tab={tab} parameter={entry} problems={troubles[entry.name]} />
      ))}
    </details>
  );
}

/** A graph without named parameters: it can be run as it is, and how it gets fields. */
function Nameless({ tab }: { tab: Tab }) {
  const { t } = useTexts();
  return (
    <p className="form-note">
      {t("form.nameless")} <a href={addressOf("graph", tab)}>{t("form.openGraph")}</a>
    </p>
  );
}
