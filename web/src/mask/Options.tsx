/** What the held tool can be told, in the window's head. */

import { Minus, Plus } from "lucide-react";
import { type FormEvent, useId } from "react";
import { useStore } from "zustand/react";
import { useTexts } from "../texts";
import { Range, SizeRange } from "./Range";
import type { Session } from "./session";
import type { MaskState } from "./state";

export function Options({ session }: { session: Session }) {
  const tool = useStore(session.store, (state) => state.tool);
  return (
    <div className="mask-options">
      {tool !== "words" && <Mode session={session} />}
      {tool === "brush" && <BrushOptions session={session} />}
      {tool === "fill" && <Tolerance session={session} />}
      {tool === "words" && <Words session={session} />}
      {tool !== "brush" && tool !== "words" && tool !== "click" && <Opacity session={session} />}
    </div>
  );
}

function Mode({ session }: { session: Session }) {
  const { t } = useTexts();
  const erase = useStore(session.store, (state) => state.erase);
  return (
    <fieldset className="mask-segments" title={t("mask.modeHint")}>
      <legend className="studio-title">{t("mask.mode")}</legend>
      <button type="button" aria-pressed={!erase} onClick={() => session.set({ erase: false })}>
        <Plus size={14} aria-hidden /> {t("mask.add")}
      </button>
      <button type="button" aria-pressed={erase} onClick={() => session.set({ erase: true })}>
        <Minus size={14} aria-hidden /> {t("mask.remove")}
      </button>
    </fieldset>
  );
}

function useBrush(session: Session) {
  const brush = useStore(session.store, (state) => state.brush);
  const change = (fields: Partial<MaskState["brush"]>) => session.set({ brush: { ...session.state.brush, ...fields } });
  return { brush, change };
}

function BrushOptions({ session }: { session: Session }) {
  const { t } = useTexts();
  const { brush, change } = useBrush(session);
  const pressure = useStore(session.store, (state) => state.pressure);
  return (
    <>
      <SizeRange label={t("mask.size")} value={brush.size} onChange={(size) => change({ size })} />
      <Range
        label={t("mask.hardness")}
        value={brush.hardness * 100}
        limits={[0, 100]}
        unit="%"
        onChange={(value) => change({ hardness: value / 100 })}
      />
      <Opacity session={session} />
      <label className="mask-check">
        <input
          type="checkbox"
          checked={pressure}
          onChange={(event) => session.set({ pressure: event.target.checked })}
        />
        {t("mask.pressure")}
      </label>
    </>
  );
}

function Opacity({ session }: { session: Session }) {
  const { t } = useTexts();
  const { brush, change } = useBrush(session);
  return (
    <Range
      label={t("mask.opacity")}
      value={brush.opacity * 100}
      limits={[1, 100]}
      unit="%"
      onChange={(value) => change({ opacity: value / 100 })}
    />
  );
}

function Tolerance({ session }: { session: Session }) {
  const { t } = useTexts();
  const value = useStore(session.store, (state) => state.tolerance);
  return (
    <Range
      label={t("mask.tolerance")}
      value={value}
      limits={[0, 255]}
      onChange={(tolerance) => session.set({ tolerance })}
    />
  );
}

function Words({ session }: { session: Session }) {
  const { t } = useTexts();
  const id = useId();
  const words = useStore(session.store, (state) => state.words);
  const threshold = useStore(session.store, (state) => state.threshold);
  const find = (event: FormEvent) => {
    event.preventDefault();
    session.finder.askWords();
  };
  return (
    <form className="mask-words" onSubmit={find}>
      <label htmlFor={id}>{t("mask.wordsLabel")}</label>
      <input
        id={id}
        className="mask-field"
        value={words}
        maxLength={200}
        placeholder={t("mask.wordsExample")}
        // The tool was chosen to type here.
        ref={met}
        onChange={(event) => session.set({ words: event.target.value })}
      />
      <button type="submit" className="ui-button mask-button" disabled={!words.trim()}>
        {t("mask.find")}
      </button>
      <Range
        label={t("mask.threshold")}
        value={threshold * 100}
        limits={[0, 100]}
        unit="%"
        onChange={(value) => session.finder.setThreshold(value / 100)}
      />
    </form>
  );
}

function met(field: HTMLInputElement | null): void {
  field?.focus();
}
