/** What differs between two graphs, a line each. */

import { Minus, PenLine, Plus } from "lucide-react";
import { useMemo } from "react";
import { type Change, changesBetween } from "../doc/diff";
import type { Json, Workflow } from "../doc/types";
import { useTexts } from "../texts";
import "./revisions.css";

const LONGEST = 120; // characters of a value

type Say = (address: string, fill?: Record<string, string | number>) => string;

export function Differences({ before, after, label }: { before: Workflow; after: Workflow; label: string }) {
  const { t } = useTexts();
  const changes = useMemo(() => changesBetween(before, after), [before, after]);
  if (changes.length === 0) return <p className="panels-quiet panels-diff-none">{t("history.same")}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reached by keyboard
    <ul className="panels-diff" aria-label={label} tabIndex={0}>
      {changes.map((change, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the list is made anew as a whole
        <li key={index} className={`panels-diff-${signOf(change)}`}>
          <Sign change={change} />
          <span dir="auto">{wordsOf(change, t)}</span>
        </li>
      ))}
    </ul>
  );
}

function signOf(change: Change): "added" | "removed" | "changed" {
  return "how" in change ? change.how : "changed";
}

function Sign({ change }: { change: Change }) {
  const Icon = { added: Plus, removed: Minus, changed: PenLine }[signOf(change)];
  return <Icon size={16} aria-hidden />;
}

/** A change as a sentence; the icon before it only repeats what it says. */
function wordsOf(change: Change, t: Say): string {
  switch (change.part) {
    case "node":
      return t(`history.node_${change.how}`, { title: change.title });
    case "type":
      return t("history.type", { title: change.title, before: change.before, after: change.after });
    case "value":
      return t("history.value", { title: change.title, name: change.socket, ...ends(change, t) });
    case "field":
      return t("history.value", { title: change.title, name: fieldOf(change.field, t), ...ends(change, t) });
    case "link":
      return t(`history.link_${change.how}`, { title: change.title, name: change.socket, from: change.from });
    case "parameter":
      return t(`history.parameter_${change.how}`, { name: change.name });
    case "head":
      return t("history.head", { name: fieldOf(change.field, t), ...ends(change, t) });
    case "inner":
      return t("history.inner", { name: change.name });
    case "kept":
      return t("history.kept", { n: change.count });
    case "moved":
      return change.count ? t("history.moved", { n: change.count }) : t("history.frames");
  }
}

/** Fields that every graph has are called by their names in the page's language; others as the file has them. */
function fieldOf(field: string, t: Say): string {
  return ["title", "note", "mode"].includes(field) ? t(`history.field_${field}`) : field;
}

function ends({ before, after }: { before: Json; after: Json }, t: Say): { before: string; after: string } {
  return { before: brief(before, t), after: brief(after, t) };
}

/** Two values beside an arrow must not run together where the sentence goes from right to left. */
function isolated(text: string): string {
  return document.documentElement.dir === "rtl" ? `\u2068${text}\u2069` : text;
}

function brief(value: Json, t: Say): string {
  if (value === null) return t("history.nothing");
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return isolated(text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);
}
