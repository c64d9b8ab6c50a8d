/** Numbers: a slider with the number beside it, a number alone, and seeds. */

import { Dices } from "lucide-react";
import { type KeyboardEvent, useEffect, useState } from "react";
import type { InputSchema } from "../doc/schema";
import { useTexts } from "../texts";
import { clamp, isUseful, type Range, read, shareOf, stepOf, valueAt, written } from "./range";
import type { WidgetProps } from "./types";

const FINE = 1000; // places of a slider
const SEEDS = 2 ** 31; // new seeds are below this: short enough to be told to somebody
const LARGEST = 2 ** 53 - 1;

function rangeOf(input: InputSchema): Range {
  const whole = input.type === "integer";
  if (input.widget?.kind !== "slider") return { low: -Infinity, high: Infinity, step: null, whole };
  return { low: input.widget.low, high: input.widget.high, step: input.widget.step ?? null, whole };
}

export function SliderWidget(props: WidgetProps) {
  const range = rangeOf(props.input);
  if (!isUseful(range)) return <NumberWidget {...props} />;
  const value = typeof props.value === "number" ? props.value : range.low;
  const share = shareOf(range, value);
  const move = (event: KeyboardEvent<HTMLInputElement>) => {
    const sign = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (!sign) return;
    event.preventDefault();
    event.stopPropagation();
    props.set(clamp(range, Number((value + sign * stepOf(range) * (event.shiftKey ? 10 : 1)).toFixed(6))));
  };
  return (
    <>
      <input
        type="range"
        className="widget-range"
        aria-label={props.label}
        aria-valuetext={written(value)}
        min={0}
        max={FINE}
        value={Math.round(share * FINE)}
        style={{ "--share": `${share * 100}%` } as never}
        onChange={(event) => props.set(valueAt(range, Number(event.target.value) / FINE))}
        onKeyDown={move}
        onPointerUp={props.settle}
      />
      <NumberBox {...props} range={range} />
    </>
  );
}

export function NumberWidget(props: WidgetProps) {
  return <NumberBox {...props} range={rangeOf(props.input)} wide />;
}

/** A number that is typed: what can't be read is put back when it is left. */
function NumberBox({ id, value, set, settle, bad, range, wide }: WidgetProps & { range: Range; wide?: boolean }) {
  const [text, setText] = useState(written(value));
  const [typing, setTyping] = useState(false);
  useEffect(() => {
    if (!typing) setText(written(value));
  }, [value, typing]);
  const take = (typed: string) => {
    setText(typed);
    const number = read(typed);
    if (number !== null && number === clamp(range, number)) set(number);
  };
  const leave = () => {
    setTyping(false);
    const number = read(text);
    if (number !== null && clamp(range, number) !== value) set(clamp(range, number));
    settle();
  };
  const step = (event: KeyboardEvent) => {
    if (event.key === "Enter") leave();
    const sign = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!sign) return;
    event.preventDefault();
    const by = (Number.isFinite(range.low) ? stepOf(range) : 1) * (event.shiftKey ? 10 : 1);
    const next = clamp(range, Number(((typeof value === "number" ? value : 0) + sign * by).toFixed(6)));
    set(next);
    setText(written(next));
  };
  return (
    <input
      id={id}
      className={wide ? "widget-number widget-number-wide" : "widget-number"}
      inputMode="decimal"
      autoComplete="off"
      value={text}
      aria-invalid={bad || undefined}
      onFocus={(event) => {
        setTyping(true);
        event.target.select();
      }}
      onChange={(event) => take(event.target.value)}
      onBlur={leave}
      onKeyDown={step}
    />
  );
}

/** The seed that is shown is the one that is used; a new one is a change like any other. */
export function SeedWidget(props: WidgetProps) {
  const { t } = useTexts();
  const range: Range = { low: 0, high: LARGEST, step: null, whole: true };
  return (
    <>
      <NumberBox {...props} range={range} wide />
      <button
        type="button"
        className="widget-button"
        aria-label={t("widget.newSeed")}
        title={t("widget.newSeed")}
        onClick={() => {
          props.settle();
          props.set(Math.floor(Math.random() * SEEDS));
        }}
      >
        <Dices size={14} aria-hidden />
      </button>
    </>
  );
}
