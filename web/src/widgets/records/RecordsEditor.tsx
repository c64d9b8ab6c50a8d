/** The entries of a list, to be opened, set, put in order and taken away, and more of them to be added. */

import { type RefObject, useRef, useState } from "react";
import type { RecordKind } from "../../doc/schema";
import { useTexts } from "../../texts";
import type { WidgetProps } from "../types";
import { AddEntry } from "./AddEntry";
import { EntryBox } from "./EntryBox";
import { after, entriesIn, entryOf, kindOf, moved } from "./entries";
import { kindsOf } from "./RecordsWidget";
import { useDragging } from "./useDragging";

type List = RefObject<HTMLOListElement | null>;

export default function RecordsEditor(props: WidgetProps) {
  const { t } = useTexts();
  const list = useRef<HTMLOListElement>(null);
  const { kinds, entries, open, told, turn, put, remove, add } = useEntries(props, list);
  const { over, grip } = useDragging(list, put);
  return (
    <div className="widget-records">
      <ol ref={list} tabIndex={-1} className="widget-records-list">
        {entries.map((entry, index) => (
          <EntryBox
            // biome-ignore lint/suspicious/noArrayIndexKey: entries have no names, and equal ones may stand twice
            key={index}
            entry={entry}
            index={index}
            kinds={kinds}
            open={open.has(index)}
            mark={over?.to === index ? (over.from < index ? "after" : "before") : undefined}
            turn={() => turn(index)}
            change={(next) => props.set(entries.with(index, next))}
            settle={props.settle}
            put={(to) => put(index, to)}
            remove={() => remove(index)}
            grip={grip(index)}
          />
        ))}
      </ol>
      {!entries.length && <p className="widget-none">{t("widget.recordsEmpty")}</p>}
      <AddEntry kinds={kinds} add={add} />
      <output className="widget-hidden">{told}</output>
    </div>
  );
}

/** Every change of the list as a step of its own; which entries are open goes with them. */
function useEntries({ input, value, set, settle }: WidgetProps, list: List) {
  const { t } = useTexts();
  const kinds = kindsOf(input);
  const entries = entriesIn(value);
  const [open, setOpen] = useState<ReadonlySet<number>>(() => new Set(entries.length === 1 ? [0] : []));
  const [told, tell] = useState("");
  const commit = (next: typeof entries) => {
    settle();
    set(next);
    settle();
  };
  const put = (from: number, to: number) => {
    const place = Math.max(0, Math.min(entries.length - 1, to));
    if (place === from) return;
    commit(moved(entries, from, place));
    setOpen((now) => new Set([...now].map((index) => after(index, from, place))));
    const name = kindOf(entries[from], kinds)?.title ?? "?";
    tell(t("widget.entryMoved", { name, n: place + 1, all: entries.length }));
    focusSoon(list, `:scope > :nth-child(${place + 1}) [data-grip]`);
  };
  const remove = (index: number) => {
    commit(entries.toSpliced(index, 1));
    setOpen((now) => new Set([...now].filter((at) => at !== index).map((at) => (at > index ? at - 1 : at))));
    list.current?.focus();
  };
  const add = (kind: RecordKind) => {
    commit([...entries, entryOf(kind, kinds)]);
    setOpen((now) => new Set([...now, entries.length]));
    focusSoon(list, ":scope > :last-child [aria-expanded]");
  };
  const turn = (index: number) =>
    setOpen((now) => new Set(now.has(index) ? [...now].filter((at) => at !== index) : [...now, index]));
  return { kinds, entries, open, told, turn, put, remove, add };
}

/** When it has been drawn. */
function focusSoon(list: List, what: string): void {
  requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(what)?.focus());
}
