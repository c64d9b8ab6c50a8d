/** Texts of one line and of several, lists of texts, and what is neither: any value, written as JSON. */

import { useEffect, useState } from "react";
import type { Json } from "../doc/types";
import { useTexts } from "../texts";
import type { WidgetProps } from "./types";

const said = (value: Json | undefined) =>
  typeof value === "string" ? value : value == null ? "" : JSON.stringify(value);

export function TextWidget({ id, value, set, settle, bad }: WidgetProps) {
  return (
    <input
      id={id}
      className="widget-text"
      value={said(value)}
      aria-invalid={bad || undefined}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => set(event.target.value)}
      onBlur={settle}
    />
  );
}

export function AreaWidget({ id, value, set, settle, bad }: WidgetProps) {
  return (
    <textarea
      id={id}
      className="widget-area nowheel"
      value={said(value)}
      aria-invalid={bad || undefined}
      onChange={(event) => set(event.target.value)}
      onBlur={settle}
    />
  );
}

/** One text a line. */
export function ListWidget({ id, value, set, settle, bad }: WidgetProps) {
  const { t } = useTexts();
  const lines = Array.isArray(value) ? value.map(said).join("\n") : said(value);
  return (
    <textarea
      id={id}
      className="widget-area nowheel"
      value={lines}
      placeholder={t("widget.oneEachLine")}
      aria-invalid={bad || undefined}
      onChange={(event) => set(event.target.value === "" ? [] : event.target.value.split("\n"))}
      onBlur={settle}
    />
  );
}

/** Any value as JSON. What can't be read yet is not set. */
export function JsonWidget({ id, value, set, settle, bad }: WidgetProps) {
  const { t } = useTexts();
  const [text, setText] = useState<string | null>(null);
  const now = value === undefined ? "" : JSON.stringify(value);
  const [wrong, setWrong] = useState(false);
  useEffect(() => setWrong(false), []);
  const take = (typed: string) => {
    setText(typed);
    try {
      set(JSON.parse(typed) as Json);
      setWrong(false);
    } catch {
      setWrong(true);
    }
  };
  return (
    <input
      id={id}
      className="widget-text widget-code"
      value={text ?? now}
      placeholder={t("widget.json")}
      title={wrong ? t("widget.noJson") : undefined}
      aria-invalid={wrong || bad || undefined}
      spellCheck={false}
      autoComplete="off"
      onChange={(event) => take(event.target.value)}
      onBlur={() => {
        setText(null);
        setWrong(false);
        settle();
      }}
    />
  );
}
