/** A field of an entry: the same widgets as those of nodes. */

import { RotateCcw } from "lucide-react";
import { useId, useState } from "react";
import type { InputSchema } from "../../doc/schema";
import type { Json } from "../../doc/types";
import { useTexts } from "../../texts";
import { widgetKind } from "../../view/layout";
import { FilePicker } from "../FilePicker";
import { widgets } from "../registry";

type Props = {
  name: string;
  field: InputSchema;
  given: Json | undefined;
  set: (value: Json | undefined) => void;
  settle: () => void;
};

export function RecordField({ name, field, given, set, settle }: Props) {
  const { t } = useTexts();
  const dom = useId();
  const [browsing, browse] = useState(false);
  const kind = widgetKind(field) ?? "json";
  const Widget = widgets[kind] ?? widgets.json;
  const label = name.replaceAll("_", " ");
  const value = given === undefined ? field.default : given;
  if (!Widget) return null;
  return (
    <div className={`widget-field widget-field-${kind}${given === undefined ? "" : " widget-field-set"}`}>
      <label className="widget-label" htmlFor={dom} title={field.help || label}>
        {label}
      </label>
      <Widget
        id={dom}
        label={label}
        input={field}
        value={value}
        set={set}
        settle={settle}
        bad={false}
        browse={() => browse(true)}
      />
      {given !== undefined && field.default !== undefined && (
        <button
          type="button"
          className="widget-reset"
          aria-label={t("widget.reset", { name: label })}
          title={t("widget.reset", { name: label })}
          onClick={() => {
            settle();
            set(undefined);
            settle();
          }}
        >
          <RotateCcw size={12} aria-hidden />
        </button>
      )}
      {browsing && (
        <FilePicker
          of={field.widget?.kind === "file" ? field.widget.of : "file"}
          now={String(value ?? "")}
          onChoose={(path) => {
            settle();
            set(path);
            settle();
            browse(false);
          }}
          onClose={() => browse(false)}
        />
      )}
    </div>
  );
}
