/** One field for one parameter. Which one, the server's schema says; what is not known here is set in the graph. */

import { Dices } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import type { InputSchema } from "../doc/schema";
import type { Json } from "../doc/types";
import { useTexts } from "../texts";
import type { Tab } from "../ui/workspace";
import { labelOf, useFlow, useValues } from "./hooks";
import { Problems } from "./Problems";
import { formValue, newSeed, type Parameter } from "./params";
import { isShared, Shared } from "./Shared";
import { setValue } from "./state";

export type Trouble = { what: string; cure: string }[] | undefined;

type Input = { id: string; value: Json; schema: InputSchema; set: (value: Json) => void; described: string };

export function Field({ tab, parameter, problems }: { tab: Tab; parameter: Parameter; problems: Trouble }) {
  const { t } = useTexts();
  const id = useId();
  const { name, schema } = parameter;
  const value = formValue(useFlow(tab), parameter, useValues(tab));
  const set = (next: Json) => setValue(tab.id, name, next);
  const help = `${id}-help`;
  return (
    <div className={`form-field form-field-${parameter.place}`} data-wrong={problems ? "" : undefined}>
      <label className="form-label" htmlFor={id}>
        {labelOf(name)}
      </label>
      {!schema && <em>{t("form.unknownInput")}</em>}
      {schema && isShared(schema) && (
        <Shared {...{ tab, parameter, schema, id, value, set }} label={labelOf(name)} bad={problems !== undefined} />
      )}
      {schema && !isShared(schema) && widgetOf({ id, value, schema, set, described: help })}
      <Problems list={problems} />
      {schema?.help && (
        <p className="form-help" id={help} dir="auto">
          {schema.help}
        </p>
      )}
    </div>
  );
}

/** The first that says yes. */
const WIDGETS: [(schema: InputSchema) => boolean, (input: Input) => ReactNode][] = [
  [(schema) => schema.widget?.kind === "seed", (input) => <Seed {...input} />],
  [(schema) => schema.widget?.kind === "file", (input) => <FileName {...input} />],
  [(schema) => schema.choices !== undefined, (input) => <Choice {...input} />],
  [(schema) => schema.type === "switch", (input) => <Switch {...input} />],
  [(schema) => schema.type === "color", (input) => <Colour {...input} />],
  [(schema) => schema.type === "integer" || schema.type === "number", (input) => <NumberInput {...input} />],
  [(schema) => schema.widget?.kind === "text" && schema.widget.multiline, (input) => <LongText {...input} />],
  [(schema) => schema.type === "text" || schema.type === "anything", (input) => <Text {...input} />],
  [(schema) => schema.type === "list of text", (input) => <Lines {...input} />],
];

function widgetOf(input: Input): ReactNode {
  const found = WIDGETS.find(([fits]) => fits(input.schema));
  return found ? found[1](input) : <Elsewhere id={input.id} />;
}

function Elsewhere({ id }: { id: string }) {
  const { t } = useTexts();
  return <output id={id}>{t("form.inGraph")}</output>;
}

function LongText({ id, value, set, described }: Input) {
  return (
    <textarea
      id={id}
      className="form-text form-long"
      dir="auto"
      rows={2}
      value={String(value ?? "")}
      aria-describedby={described}
      onChange={(event) => set(event.target.value)}
    />
  );
}

function Text({ id, value, set, described }: Input) {
  return (
    <input
      id={id}
      className="form-text"
      dir="auto"
      value={String(value ?? "")}
      aria-describedby={described}
      onChange={(event) => set(event.target.value)}
    />
  );
}

function Lines({ id, value, set, described }: Input) {
  return (
    <textarea
      id={id}
      className="form-text form-long"
      dir="auto"
      rows={3}
      value={Array.isArray(value) ? value.join("\n") : ""}
      aria-describedby={described}
      onChange={(event) => set(event.target.value.split("\n"))}
    />
  );
}

/** A slider shows where a value lies; what does not fit on it can still be typed. */
function NumberInput({ id, value, schema, set, described }: Input) {
  const { t } = useTexts();
  const slider = schema.widget?.kind === "slider" ? schema.widget : null;
  const whole = schema.type === "integer";
  const step = slider?.step ?? (whole ? 1 : slider ? niceStep(slider.high - slider.low) : "any");
  const number = typeof value === "number" ? value : "";
  const [text, setText] = useState(String(number));
  const shown = text !== "" && Number(text) === number ? text : String(number); // "1." is on its way to 1.5
  const take = (next: string) => {
    setText(next);
    if (next !== "" && Number.isFinite(Number(next))) set(whole ? Math.round(Number(next)) : Number(next));
  };
  return (
    <div className="form-number">
      {slider && (
        <input
          type="range"
          min={slider.low}
          max={slider.high}
          step={step}
          value={number}
          aria-label={t("form.slider")}
          aria-describedby={described}
          onChange={(event) => take(event.target.value)}
        />
      )}
      <input
        id={id}
        type="number"
        className="form-text"
        {...(slider ? { min: slider.low, max: slider.high } : {})}
        step={whole ? 1 : "any"}
        value={shown}
        aria-describedby={described}
        onChange={(event) => take(event.target.value)}
      />
    </div>
  );
}

/** About two hundred steps over a range, in a round number. */
function niceStep(range: number): number {
  return 10 ** Math.floor(Math.log10(range / 100));
}

function Seed({ id, value, set, described }: Input) {
  const { t } = useTexts();
  return (
    <div className="form-number">
      <input
        id={id}
        type="number"
        className="form-text"
        min={0}
        step={1}
        value={typeof value === "number" ? value : ""}
        aria-describedby={described}
        onChange={(event) => event.target.value !== "" && set(Math.round(Number(event.target.value)))}
      />
      <button type="button" className="form-button" onClick={() => set(newSeed())}>
        <Dices size={16} aria-hidden /> {t("form.dice")}
      </button>
    </div>
  );
}

function Switch({ id, value, set, described }: Input) {
  return (
    <input
      id={id}
      type="checkbox"
      role="switch"
      className="form-switch"
      checked={value === true}
      aria-checked={value === true}
      aria-describedby={described}
      onChange={(event) => set(event.target.checked)}
    />
  );
}

function Choice({ id, value, schema, set, described }: Input) {
  const choices = schema.choices ?? [];
  return (
    <select
      id={id}
      className="form-text"
      value={String(value)}
      aria-describedby={described}
      onChange={(event) => set(choices.find((entry) => String(entry) === event.target.value) ?? null)}
    >
      {choices.map((entry) => (
        <option key={String(entry)}>{String(entry)}</option>
      ))}
    </select>
  );
}

function Colour({ id, value, set, described }: Input) {
  const { t } = useTexts();
  const text = String(value ?? "");
  return (
    <div className="form-number">
      <input
        type="color"
        className="form-colour"
        aria-label={t("form.pickColour")}
        value={/^#[0-9a-f]{6}$/i.test(text) ? text : "#000000"}
        onChange={(event) => set(event.target.value)}
      />
      <Text id={id} value={text} set={set} schema={{ type: "text", help: "" }} described={described} />
    </div>
  );
}

/** A folder or another file, by its name on the server; the folders that everybody has are offered. */
function FileName(input: Input) {
  const folder = input.schema.widget?.kind === "file" && input.schema.widget.of === "folder";
  const list = `${input.id}-names`;
  return (
    <>
      <input
        id={input.id}
        className="form-text"
        list={list}
        value={String(input.value ?? "")}
        aria-describedby={input.described}
        onChange={(event) => input.set(event.target.value)}
      />
      <datalist id={list}>
        {folder && ["examples", "files", "outputs"].map((name) => <option key={name} value={name} />)}
      </datalist>
    </>
  );
}
