/** One template: what it does to a picture, seen at a glance, and the two ways in. */

import { Play, Workflow as WorkflowIcon } from "lucide-react";
import { type PointerEvent, useState } from "react";
import { useTexts } from "../texts";
import { addressOf } from "../ui/App";
import type { Entry } from "./gallery";
import { humane } from "./params";
import templates from "./templates.json";

const MIDDLE = 50; // per cent

export function TemplateCard({ entry }: { entry: Entry }) {
  const { t } = useTexts();
  const title = entry.flow?.title || humane(entry.name);
  const tab = { id: "", name: entry.name };
  return (
    <li className="start-card">
      <a
        href={addressOf("form", tab)}
        className="start-card-picture"
        tabIndex={-1}
        aria-label={t("start.shown", { title })}
      >
        <BeforeAfter name={entry.name} />
      </a>
      <div className="start-card-text">
        <h3 dir="auto">{title}</h3>
        <p dir="auto" title={entry.flow?.note}>
          {entry.flow?.note}
        </p>
        <div className="form-actions">
          <a
            className="form-button form-primary"
            href={addressOf("form", tab)}
            aria-label={t("start.useOf", { title })}
          >
            <Play size={14} aria-hidden /> {t("start.use")}
          </a>
          <a className="form-button" href={addressOf("graph", tab)} aria-label={t("start.graphOf", { title })}>
            <WorkflowIcon size={16} aria-hidden /> {t("start.graph")}
          </a>
        </div>
      </div>
    </li>
  );
}

/** Some of each at rest, so that nothing has to be touched to see it; the line follows the pointer. */
function BeforeAfter({ name }: { name: string }) {
  const { t } = useTexts();
  const rest = templates.find((template) => template.name === name)?.split ?? MIDDLE;
  const [split, setSplit] = useState(rest);
  const [missing, setMissing] = useState(false);
  if (missing) return <span className="start-picture-none" />;
  const follow = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    setSplit(Math.min(100, Math.max(0, ((event.clientX - box.left) / box.width) * 100)));
  };
  return (
    <span
      className="start-split"
      dir="ltr"
      onPointerMove={(event) => event.pointerType === "mouse" && follow(event)}
      onPointerLeave={() => setSplit(rest)}
    >
      <img src={`templates/${name}.after.webp`} alt="" onError={() => setMissing(true)} />
      <img src={`templates/${name}.before.webp`} alt="" style={{ clipPath: `inset(0 ${100 - split}% 0 0)` }} />
      <span className="start-line" style={{ left: `${split}%` }} />
      <span className="start-tag start-tag-before">{t("start.before")}</span>
      <span className="start-tag start-tag-after">{t("start.after")}</span>
    </span>
  );
}
