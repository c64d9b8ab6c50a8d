/** A list of records: the names of its entries in a row; the editor opens beside it. */

import { ListPlus } from "lucide-react";
import { lazy, Suspense } from "react";
import type { InputSchema, RecordKind } from "../../doc/schema";
import { useTexts } from "../../texts";
import { Flyout } from "../Flyout";
import type { WidgetProps } from "../types";
import { entriesIn, kindOf } from "./entries";
import "./records.css";

const RecordsEditor = lazy(() => import("./RecordsEditor"));
const NAMED = 2; // entries whose names a row has room for

export function kindsOf(input: InputSchema): RecordKind[] {
  return input.widget?.kind === "records" ? input.widget.of : [];
}

export function RecordsWidget(props: WidgetProps) {
  const { t, code } = useTexts();
  const kinds = kindsOf(props.input);
  const entries = entriesIn(props.value);
  const titles = entries.map((entry) => kindOf(entry, kinds)?.title ?? "?");
  const listed = new Intl.ListFormat(code, { type: "unit" });
  const rest = titles.length - NAMED;
  const said = !titles.length
    ? t("widget.records_none")
    : rest > 0
      ? t("widget.recordsMore", { names: listed.format(titles.slice(0, NAMED)), n: rest })
      : listed.format(titles);
  const face = (
    <>
      <ListPlus size={14} aria-hidden />
      <span>{said}</span>
    </>
  );
  return (
    <Flyout
      id={props.id}
      name={t("widget.named", { name: props.label, state: said })}
      title={t("widget.edit", { name: props.label })}
      bad={props.bad}
      face={face}
      undo={props.undo}
      wide
    >
      {() => (
        <Suspense fallback={null}>
          <RecordsEditor {...props} />
        </Suspense>
      )}
    </Flyout>
  );
}
