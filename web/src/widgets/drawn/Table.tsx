/** The numbers of what is drawn, to be typed: exact places, and a way without a picture or a pointer. */

import { X } from "lucide-react";
import { useState } from "react";
import { useTexts } from "../../texts";
import { read } from "../range";
import { COLUMNS, type Kind, type Shape, typed } from "./shapes";

type Props = {
  kind: Kind;
  shapes: Shape[];
  selected: number;
  onSelect: (index: number) => void;
  onChange: (index: number, shape: Shape) => void;
  onRemove: (index: number) => void;
  settle: () => void;
};

export function Table({ kind, shapes, ...rest }: Props) {
  const { t } = useTexts();
  if (!shapes.length) return null;
  const columns = kind === "points" ? [...COLUMNS.points, "belongs"] : COLUMNS.boxes;
  return (
    <div className="widget-drawn-table">
      <table>
        <thead>
          <tr>
            <td />
            {columns.map((name) => (
              <th key={name} scope="col">
                {t(`widget.column_${name}`)}
              </th>
            ))}
            <td />
          </tr>
        </thead>
        <tbody>
          {shapes.map((shape, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: shapes have no names, and equal ones may stand twice
            <Row key={index} kind={kind} shape={shape} index={index} {...rest} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

type RowProps = Omit<Props, "shapes"> & { shape: Shape; index: number };

function Row({ kind, shape, index, selected, onSelect, onChange, onRemove, settle }: RowProps) {
  const { t } = useTexts();
  const n = index + 1;
  return (
    <tr data-selected={selected === index || undefined} onFocus={() => onSelect(index)}>
      <th scope="row">{n}</th>
      {COLUMNS[kind].map((name, column) => (
        <td key={name}>
          <Cell
            label={t("widget.numberOf", { name: t(`widget.column_${name}`), n })}
            value={shape[column] ?? 0}
            take={(number) => {
              const next = typed(shape, column, number);
              if (next) onChange(index, next);
              return next !== null;
            }}
            settle={settle}
          />
        </td>
      ))}
      {kind === "points" && (
        <td>
          <input
            type="checkbox"
            aria-label={t("widget.numberOf", { name: t("widget.belongs"), n })}
            checked={shape[2] === 1}
            onChange={(event) => onChange(index, [shape[0] ?? 0, shape[1] ?? 0, event.target.checked ? 1 : 0])}
          />
        </td>
      )}
      <td>
        <button
          type="button"
          className="widget-button"
          aria-label={t("widget.removeNumber", { n })}
          onClick={() => onRemove(index)}
        >
          <X size={14} aria-hidden />
        </button>
      </td>
    </tr>
  );
}

type CellProps = { label: string; value: number; take: (number: number) => boolean; settle: () => void };

/** A number that is typed: what can't be taken stays only until it is left. */
export function Cell({ label, value, take, settle }: CellProps) {
  const [text, setText] = useState<string | null>(null);
  const [wrong, setWrong] = useState(false);
  return (
    <input
      className="widget-number"
      inputMode="decimal"
      autoComplete="off"
      aria-label={label}
      aria-invalid={wrong || undefined}
      value={text ?? String(+value.toFixed(3))}
      onFocus={(event) => event.target.select()}
      onChange={(event) => {
        setText(event.target.value);
        const number = read(event.target.value);
        setWrong(number === null || !take(number));
      }}
      onBlur={() => {
        setText(null);
        setWrong(false);
        settle();
      }}
    />
  );
}
