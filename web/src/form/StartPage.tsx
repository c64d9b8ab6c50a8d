/** Where everybody begins: what can be done, shown by pictures, and what was done before. */

import { Plus, Sparkles, X } from "lucide-react";
import { useEffect, useState } from "react";
import { useStore } from "zustand/react";
import { useTexts } from "../texts";
import { addressOf, go } from "../ui/App";
import { newFlow, openFlow } from "../ui/workspace";
import "./parts.css";
import { gallery, loadGallery } from "./gallery";
import { OpenFile, type Told, useOpening, workOn } from "./OpenFile";
import { OwnGraphs } from "./OwnGraphs";
import { Preferences } from "./Preferences";
import { Recent } from "./Recent";
import "./start.css";
import { TemplateCard } from "./TemplateCard";

const VISITED = "graft.visited";

/** onTour: begins the guided tour; without it none is offered. */
export default function StartPage({ onTour }: { onTour?: () => void }) {
  const { t } = useTexts();
  const { take, told, over } = useOpening();
  const entries = useStore(gallery, (state) => state.entries);
  const trouble = useStore(gallery, (state) => state.trouble);
  useEffect(() => void loadGallery(), []);
  const shipped = entries?.filter((entry) => entry.shipped) ?? [];
  const own = entries?.filter((entry) => !entry.shipped) ?? [];
  return (
    <div className="start">
      <header className="start-head">
        <a className="form-home" href="#/" aria-current="page">
          {t("app.name")}
        </a>
        <Preferences />
      </header>
      <main className="start-body">
        <Intro take={take} />
        {told && <Outcome told={told} />}
        <Invitation onTour={onTour} />
        {trouble && <Failed why={trouble} />}
        <section aria-labelledby="start-templates">
          <h2 id="start-templates">{t("start.templates")}</h2>
          <ul className="start-cards">
            {shipped.map((entry) => (
              <TemplateCard key={entry.name} entry={entry} />
            ))}
          </ul>
        </section>
        {entries && <OwnGraphs entries={own} />}
        <Recent entries={entries ?? []} />
      </main>
      {over && (
        <div className="start-over" aria-hidden="true">
          {t("start.drop")}
        </div>
      )}
    </div>
  );
}

function Intro({ take }: { take: (file: File | null) => void }) {
  const { t } = useTexts();
  return (
    <div className="start-intro">
      <div>
        <h1>{t("start.title")}</h1>
        <p>{t("start.lead")}</p>
      </div>
      <div className="form-actions">
        <button type="button" className="form-button" onClick={() => go(addressOf("graph", openFlow(newFlow(""))))}>
          <Plus size={16} aria-hidden /> {t("start.newGraph")}
        </button>
        <OpenFile take={take} />
      </div>
    </div>
  );
}

/** What became of a file that did not open as a graph. */
function Outcome({ told }: { told: Told }) {
  const { t } = useTexts();
  const { picture } = told;
  return (
    <div className="form-note form-note-warn" role="alert">
      <span>{told.text}</span>
      {picture && (
        <button type="button" className="form-link" onClick={() => void workOn(picture)}>
          {t("start.workOn")}
        </button>
      )}
    </div>
  );
}

function Failed({ why }: { why: string }) {
  const { t } = useTexts();
  return (
    <div className="form-note form-note-warn" role="alert">
      <span>{t("start.failed", { why })}</span>
      <button type="button" className="form-link" onClick={() => void loadGallery()}>
        {t("start.again")}
      </button>
    </div>
  );
}

/** One line for who is here for the first time. */
function Invitation({ onTour }: { onTour: (() => void) | undefined }) {
  const { t } = useTexts();
  const [open, setOpen] = useState(() => localStorage.getItem(VISITED) === null);
  if (!open) return null;
  const close = () => {
    localStorage.setItem(VISITED, "1");
    setOpen(false);
  };
  return (
    <aside className="start-invitation">
      <Sparkles size={16} aria-hidden />
      <span>{t("start.invitation")}</span>
      {onTour && (
        <button type="button" className="form-link" onClick={onTour}>
          {t("start.tour")}
        </button>
      )}
      <button
        type="button"
        className="form-icon"
        aria-label={t("start.dismiss")}
        title={t("start.dismiss")}
        onClick={close}
      >
        <X size={16} aria-hidden />
      </button>
    </aside>
  );
}
