/** One side of the table: which input, and its values, ticked or typed. */

import { useEffect, useId } from "react";
import { useStore } from "zustand/react";
import { byNode, type Candidate, type Filled } from "../panels/batch";
import { useTexts } from "../texts";
import { askModels, shelf } from "../widgets/models/shelf";
import { doubled, named } from "./comparing";

const SHOWN = 3; // complaints

type Props = {
  title: string;
  candidates: Candidate[];
  axis: Filled | null;
  /** It may stay empty. */
  may: boolean;
  choose: (target: string) => void;
  type: (text: string) => void;
};

export function AxisFields({ title, candidates, axis, may, choose, type }: Props) {
  const { t } = useTexts();
  const groups = byNode(candidates);
  return (
    <fieldset className="comparing-axis">
      <legend>{title}</legend>
      <select
        aria-label={`${title}: ${t("command.compareWhich")}`}
        value={axis?.target ?? ""}
        onChange={(event) => choose(event.target.value)}
      >
        {may && <option value="">{t("command.compareNone")}</option>}
        {[...groups].map(([node, inputs]) => (
          <optgroup key={node} label={t("batch.node", { title: inputs[0]?.title ?? node, id: node })}>
            {inputs.map((one) => (
              <option key={one.target} value={one.target}>
                {named(one)}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
      {axis && <Values key={axis.target} title={title} axis={axis} type={type} />}
    </fieldset>
  );
}

type ValuesProps = { title: string; axis: Filled; type: (text: string) => void };

function Values({ title, axis, type }: ValuesProps) {
  const { t } = useTexts();
  const id = useId();
  const twice = doubled(axis.values);
  const { schema } = axis.candidate;
  const ticked = useChoices(axis.candidate);
  const words = [
    ...axis.complaints.map(({ line, why, fill }) => t("batch.line", { n: line, why: t(`batch.${why}`, fill) })),
    ...(twice === undefined ? [] : [t("command.compareTwice", { value: String(twice) })]),
  ];
  const label = `${title}: ${t("command.compareValues")}`;
  const numbers = schema.type === "integer" || schema.type === "number";
  return (
    <>
      {ticked ? (
        <Ticks label={label} choices={ticked} text={axis.text} type={type} />
      ) : (
        <>
          <textarea
            rows={numbers ? 2 : 5}
            value={axis.text}
            spellCheck={false}
            dir={numbers ? "ltr" : "auto"}
            aria-label={label}
            aria-invalid={words.length > 0}
            aria-describedby={id}
            onFocus={(event) => event.target.select()}
            onChange={(event) => type(event.target.value)}
          />
          <p className="comparing-hint">{t(numbers ? "command.compareNumbers" : "command.compareLines")}</p>
        </>
      )}
      <ul id={id} className="comparing-wrong">
        {words.slice(0, SHOWN).map((word) => (
          <li key={word}>{word}</li>
        ))}
      </ul>
    </>
  );
}

/** What can be ticked rather than typed: choices, on and off, the weights that are here. */
function useChoices({ schema }: Candidate): string[] | null {
  const kind = schema.widget?.kind === "model" ? schema.widget.of : "";
  const models = useStore(shelf, (state) => state.kinds[kind]?.names);
  useEffect(() => {
    if (kind) void askModels();
  }, [kind]);
  if (schema.type === "switch") return ["on", "off"];
  if (schema.choices?.length) return schema.choices.map(String);
  return kind && models?.length ? models : null;
}

type TicksProps = { label: string; choices: string[]; text: string; type: (text: string) => void };

function Ticks({ label, choices, text, type }: TicksProps) {
  const now = new Set(text.split("\n"));
  const tick = (choice: string, on: boolean) => {
    const next = choices.filter((one) => (one === choice ? on : now.has(one)));
    type(next.join("\n"));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: it stands in a fieldset, which says whose values these are
    <div role="group" aria-label={label} className="comparing-ticks">
      {choices.map((choice) => (
        <label key={choice}>
          <input type="checkbox" checked={now.has(choice)} onChange={(event) => tick(choice, event.target.checked)} />
          <span dir="auto">{choice}</span>
        </label>
      ))}
    </div>
  );
}
