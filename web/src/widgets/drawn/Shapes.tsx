/** What is drawn on the picture: each is a button, so that keys can do all that a pointer can. */

import type { KeyboardEvent } from "react";
import { t } from "../../texts";
import { arrow, isDelete } from "../keys";
import { markOf } from "./DrawnWidget";
import { HANDLES, movedBy, placeOf, resizedTo, type Shape, type Size } from "./shapes";

type Props = {
  shape: Shape;
  index: number;
  size: Size;
  selected: boolean;
  onSelect: () => void;
  onChange: (shape: Shape) => void;
  onRemove: () => void;
};

export function ShapeOn({ shape, index, size, selected, onSelect, onChange, onRemove }: Props) {
  const press = (event: KeyboardEvent) => {
    const next = pressed(event, shape, size);
    if (isDelete(event)) onRemove();
    else if (next) onChange(next);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <button
        type="button"
        className={`${markOf(shape)} widget-drawn-shape`}
        style={placeOf(shape, size)}
        data-shape={index}
        data-selected={selected || undefined}
        aria-label={nameOf(shape, index)}
        onFocus={onSelect}
        onKeyDown={press}
      >
        <span aria-hidden>{index + 1}</span>
      </button>
      {selected && shape.length === 4 && <Handles shape={shape} index={index} size={size} />}
    </>
  );
}

/** For a pointer alone: Alt and the arrow keys do the same. */
function Handles({ shape, index, size: [width, height] }: { shape: Shape; index: number; size: Size }) {
  const [left = 0, top = 0, right = 0, bottom = 0] = shape;
  return HANDLES.map(([x, y], at) => (
    <i
      key={`${x}${y}`}
      className="widget-drawn-handle"
      data-shape={index}
      data-handle={at}
      style={{
        left: `${((left + ((x + 1) / 2) * (right - left)) / width) * 100}%`,
        top: `${((top + ((y + 1) / 2) * (bottom - top)) / height) * 100}%`,
        cursor: CURSORS[at % 4],
      }}
    />
  ));
}

const CURSORS = ["nwse-resize", "ns-resize", "nesw-resize", "ew-resize"];

function pressed(event: KeyboardEvent, shape: Shape, size: Size): Shape | null {
  const [x = 0, y = 0, right = 0, bottom = 0] = shape;
  const step = arrow(event);
  if (step && event.altKey && shape.length === 4)
    return resizedTo(shape, [1, 1], [right + step[0], bottom + step[1]], size);
  if (step) return movedBy(shape, step, size);
  const turns = shape.length === 3 && (event.key === "Enter" || event.key === " ");
  return turns ? [x, y, right === 1 ? 0 : 1] : null;
}

export function nameOf(shape: Shape, index: number): string {
  const [left = 0, top = 0, right = 0, bottom = 0] = shape;
  const n = index + 1;
  if (shape.length === 4) return t("widget.boxAt", { n, left, top, right, bottom });
  return t(right === 1 ? "widget.pointIn" : "widget.pointOut", { n, x: left, y: top });
}
