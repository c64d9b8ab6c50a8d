/** Where everybody begins: what can be done, shown by pictures, and what was done before. */

import { BookOpen, Footprints, Plus, Sparkles, X } from "lucide-react";
import { useEffect, useState } from "react";
import { useStore } from "zustand/react";
import { browse } from "../palette/browser/state";
import { useTexts } from "../texts";
import { setOffered, wasOffered } from "../tour/state";
import { addressOf, go } from "../ui/App";
import { newFlow, openFlow } from "../ui/workspace";
import "./parts.css";
import { troubleOf } from "./actions";
import { gallery, isTemplate, loadGallery } from "./gallery";
import { OpenFile, type Told, useOpening, workOn } from "./OpenFile";
import { MoreGraphs, OwnGraphs } from "./OwnGraphs";
import { Preferences } from "./Preferences";
import { Recent } from "./Recent";
import "./start.css";
import { TemplateCard } from "./TemplateCard";

/** onTour: begins the guided tour. */
export default function StartPage({ onTour }: { onTour: () => Promise<void> }) {
  const { t } = useTexts();
  const { tour, why } = useTour(onTour);
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
        <Help onTour={tour} />
        <Preferences />
      </header>
      <main className="start-body">
        <Intro take={take} />
        {told && <Outcome told={told} />}
        <Invitation onTour={tour} />
        {why && (
          <p className="form-note form-note-warn" role="alert">
            {t("start.tourFailed", { why })}
          </p>
        )}
        {trouble && <Failed why={trouble} />}
        <section aria-labelledby="start-templates">
          <h2 id="start-templates">{t("start.templates")}</h2>
          <ul className="start-cards">
            {shipped.filter(isTemplate).map((entry) => (
              <TemplateCard key={entry.name} entry={entry} />
            ))}
          </ul>
        </section>
        <MoreGraphs entries={shipped.filter((entry) => !isTemplate(entry))} />
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

/** The tour, and why it could not begin. */
function useTour(onTour: () => Promise<void>) {
  const [why, setWhy] = useState("");
  const tour = () => void onTour().catch((error) => setWhy(troubleOf(error).what));
  return { tour, why };
}

function Help({ onTour }: { onTour: () => void }) {
  const { t } = useTexts();
  return (
    <nav className="start-help" aria-label={t("tour.help")}>
      <button type="button" className="form-button form-bare" onClick={onTour}>
        <Footprints size={16} aria-hidden /> <span>{t("command.tour")}</span>
      </button>
      <button type="button" className="form-button form-bare" onClick={() => browse()}>
        <BookOpen size={16} aria-hidden /> <span>{t("command.browse")}</span>
      </button>
    </nav>
  );
}

/** One line for who is here for the first time. */
function Invitation({ onTour }: { onTour: () => void }) {
  const { t } = useTexts();
  const [open, setOpen] = useState(() => !wasOffered());
  if (!open) return null;
  const close = () => {
    setOffered();
    setOpen(false);
  };
  return (
    <aside className="start-invitation">
      <Sparkles size={16} aria-hidden />
      <span>{t("start.invitation")}</span>
      <button type="button" className="form-button" onClick={onTour}>
        {t("start.tour")}
      </button>
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
