/** One of several, on or off, and colours. */

import { useEffect, useState } from "react";
import type { Json } from "../doc/types";
import { useTexts } from "../texts";
import type { WidgetProps } from "./types";

export function ChoiceWidget({ id, value, set, settle, bad, input }: WidgetProps) {
  const choices = input.choices ?? [];
  const at = (choices as (Json | undefined)[]).indexOf(value);
  return (
    <select
      id={id}
      className="widget-select"
      value={at}
      aria-invalid={bad || undefined}
      onChange={(event) => {
        settle();
        const choice = choices[Number(event.target.value)];
        if (choice !== undefined) set(choice);
      }}
    >
      {at < 0 && <option value={-1}>{value === undefined ? "" : String(value)}</option>}
      {choices.map((choice, index) => (
        <option key={String(choice)} value={index}>
          {String(choice)}
        </option>
      ))}
    </select>
  );
}

export function SwitchWidget({ id, value, set, settle }: WidgetProps) {
  return (
    <input
      id={id}
      type="checkbox"
      role="switch"
      aria-checked={value === true}
      className="widget-switch"
      checked={value === true}
      onChange={(event) => {
        settle();
        set(event.target.checked);
      }}
    />
  );
}

const COLOUR = /^#[0-9a-f]{6}$/i;

export function ColourWidget({ id, label, value, set, settle, bad }: WidgetProps) {
  const { t } = useTexts();
  const now = typeof value === "string" ? value : "";
  const [text, setText] = useState(now);
  useEffect(() => setText(now), [now]);
  const take = (typed: string) => {
    setText(typed);
    const whole = typed.startsWith("#") ? typed : `#${typed}`;
    if (COLOUR.test(whole)) set(whole.toLowerCase());
  };
  return (
    <>
      <input
        type="color"
        className="widget-swatch"
        aria-label={t("widget.pickColour", { name: label })}
        value={COLOUR.test(now) ? now : "#000000"}
        onChange={(event) => set(event.target.value)}
        onBlur={settle}
      />
      <input
        id={id}
        className="widget-text widget-code"
        value={text}
        maxLength={7}
        aria-invalid={bad || undefined}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => take(event.target.value)}
        onBlur={() => {
          setText(now);
          settle();
        }}
      />
    </>
  );
}
