/** What the tour says at a step, and the ways on and out. */

import { ArrowRight, BookOpen, Check, Crosshair, X } from "lucide-react";
import { browse } from "../palette/browser/state";
import { useTexts } from "../texts";
import { go } from "../ui/App";
import { endTour, type Kind, turn } from "./state";
import { type Facts, STEPS, type Step } from "./steps";

type Props = {
  kind: Kind;
  step: Step;
  at: number;
  facts: Facts;
  done: boolean;
  selector: string | null;
};

export function Card({ kind, step, at, facts, done, selector }: Props) {
  const { t } = useTexts();
  const count = STEPS[kind].length;
  const text = textOf(step, facts, done);
  return (
    <>
      <div className="tour-head">
        <span>{t("tour.step", { number: at + 1, count })}</span>
        <Leave />
      </div>
      <div className="tour-progress" aria-hidden="true">
        <span style={{ width: `${((at + 1) / count) * 100}%` }} />
      </div>
      <div role="status">
        <h2>{t(`tour.${step.id}Title`)}</h2>
        <p className="tour-text">{t(text, { ran: facts.ran, cached: facts.cached })}</p>
      </div>
      <Ways step={step} at={at} done={done} selector={selector} />
    </>
  );
}

function textOf(step: Step, facts: Facts, done: boolean): string {
  if (step.trouble?.(facts)) return `tour.${step.id}Trouble`;
  return done && step.waits ? `tour.${step.id}Done` : `tour.${step.id}`;
}

function Ways({ step, at, done, selector }: Pick<Props, "step" | "at" | "done" | "selector">) {
  const { t } = useTexts();
  return (
    <div className="tour-actions">
      {selector && (
        <button type="button" className="ui-button tour-plain" onClick={() => focusOn(selector)}>
          <Crosshair size={16} aria-hidden /> {t("tour.goThere")}
        </button>
      )}
      <span className="tour-grow" />
      {at > 0 && (
        <button type="button" className="ui-button" onClick={() => turn(-1)}>
          {t("tour.previous")}
        </button>
      )}
      <button
        type="button"
        className={!step.done || done ? "ui-button ui-primary" : "ui-button"}
        onClick={() => turn(1)}
      >
        {done && <Check size={16} aria-hidden />}
        {t("tour.next")} <ArrowRight size={16} className="tour-arrow" aria-hidden />
      </button>
    </div>
  );
}

function Leave() {
  const { t } = useTexts();
  return (
    <button
      type="button"
      className="ui-icon tour-icon"
      aria-label={t("tour.stop")}
      title={t("tour.stopKey")}
      onClick={endTour}
    >
      <X size={16} />
    </button>
  );
}

/** Who works by keyboard goes from the card to the part that it is about. */
function focusOn(selector: string): void {
  const part = document.querySelector<HTMLElement>(selector);
  const inside = part?.matches("button, a, textarea, input, select")
    ? part
    : (part?.querySelector<HTMLElement>("textarea, input, select") ??
      part?.querySelector<HTMLElement>("button:not([role='button'])"));
  (inside ?? part)?.focus();
}

export function End({ kind }: { kind: Kind }) {
  const { t } = useTexts();
  const leave = (then: () => void) => () => {
    endTour();
    then();
  };
  return (
    <>
      <div className="tour-head">
        <span>{t("tour.name")}</span>
        <Leave />
      </div>
      <div role="status">
        <h2>{t("tour.endTitle")}</h2>
        <p className="tour-text">{t(kind === "graph" ? "tour.end" : "tour.formEnd")}</p>
      </div>
      <div className="tour-actions">
        {kind === "graph" ? (
          <button type="button" className="ui-button" onClick={leave(() => browse())}>
            <BookOpen size={16} aria-hidden /> {t("command.browse")}
          </button>
        ) : (
          <button type="button" className="ui-button" onClick={leave(() => go("#/"))}>
            {t("tour.templates")}
          </button>
        )}
        <span className="tour-grow" />
        <button type="button" className="ui-button ui-primary" onClick={endTour}>
          {t("tour.finish")}
        </button>
      </div>
    </>
  );
}
