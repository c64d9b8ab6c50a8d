/** One entry of a list: its name and what it says in a line, and opened its fields. */

import { ChevronDown, ChevronRight, GripVertical, X } from "lucide-react";
import { useId } from "react";
import type { RecordKind } from "../../doc/schema";
import type { Json } from "../../doc/types";
import { useTexts } from "../../texts";
import { arrow, isDelete } from "../keys";
import { brief, fieldOf, kindOf, withField } from "./entries";
import { RecordField } from "./RecordField";
import type { Grip } from "./useDragging";

type Props = {
  entry: Json;
  index: number;
  kinds: RecordKind[];
  open: boolean;
  mark: "before" | "after" | undefined;
  turn: () => void;
  change: (entry: Json) => void;
  settle: () => void;
  put: (to: number) => void;
  remove: () => void;
  grip: Grip;
};

export function EntryBox(props: Props) {
  const { entry, index, kinds, open, mark, turn, put, remove, grip } = props;
  const { t } = useTexts();
  const body = useId();
  const kind = kindOf(entry, kinds);
  const title = kind?.title ?? String(fieldOf(entry, "do") ?? "?");
  const Chevron = open ? ChevronDown : ChevronRight;
  return (
    <li className="widget-entry" data-mark={mark}>
      <div className="widget-entry-head">
        <button
          type="button"
          className="widget-entry-grip"
          data-grip
          aria-label={t("widget.moveEntry", { name: title })}
          title={t("widget.moveEntry", { name: title })}
          onKeyDown={(event) => {
            const step = arrow({ key: event.key, shiftKey: false });
            if (isDelete(event)) remove();
            else if (step?.[1]) put(index + step[1]);
            else return;
            event.preventDefault();
          }}
          {...grip}
        >
          <GripVertical size={14} aria-hidden />
        </button>
        <button
          type="button"
          className="widget-entry-name"
          aria-expanded={open}
          aria-controls={open ? body : undefined}
          title={kind?.help}
          onClick={turn}
        >
          <Chevron size={14} aria-hidden />
          <b dir="auto">{t("widget.entryName", { n: index + 1, name: title })}</b>
          {kind && !open && <span>{brief(entry, kind)}</span>}
        </button>
        <button
          type="button"
          className="widget-entry-remove"
          aria-label={t("widget.removeEntry", { name: title })}
          title={t("widget.removeEntry", { name: title })}
          onClick={remove}
        >
          <X size={14} aria-hidden />
        </button>
      </div>
      {open && <Body {...props} kind={kind} id={body} title={title} />}
    </li>
  );
}

function Body({
  entry,
  kind,
  change,
  settle,
  id,
  title,
}: Props & { kind: RecordKind | undefined; id: string; title: string }) {
  const { t } = useTexts();
  const fields = Object.entries(kind?.fields ?? {});
  const note = !kind ? t("widget.unknownKind", { name: title }) : fields.length ? "" : t("widget.noSettings");
  return (
    <div className="widget-entry-body" id={id}>
      {note && <p>{note}</p>}
      {fields.map(([name, field]) => (
        <RecordField
          key={name}
          name={name}
          field={field}
          given={fieldOf(entry, name)}
          set={(value) => change(withField(entry, name, value))}
          settle={settle}
        />
      ))}
    </div>
  );
}
