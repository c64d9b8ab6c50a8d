/** Boxes or points on a picture: how many there are, small on the picture, and a button to draw them. */

import { MousePointerClick, SquareDashedMousePointer } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTexts } from "../../texts";
import type { Under, WidgetProps } from "../types";
import { type Kind, placeOf, type Shape, shapesIn } from "./shapes";
import "./drawn.css";

const Board = lazy(() => import("./Board"));

export function DrawnWidget(props: WidgetProps) {
  const { t } = useTexts();
  const [open, setOpen] = useState(false);
  const kind: Kind = props.input.type === "points" ? "points" : "boxes";
  const shapes = shapesIn(props.value, kind);
  const said = t(shapes.length ? `widget.${kind}_count` : `widget.${kind}_none`, { n: shapes.length });
  const Icon = kind === "boxes" ? SquareDashedMousePointer : MousePointerClick;
  return (
    <>
      <button
        id={props.id}
        type="button"
        className="widget-open widget-drawn-open"
        aria-haspopup="dialog"
        aria-label={t("widget.named", { name: props.label, state: said })}
        data-bad={props.bad || undefined}
        onClick={() => setOpen(true)}
      >
        {shapes.length > 0 && <Mini under={props.under} shapes={shapes} />}
        <span className="widget-drawn-said">
          <Icon size={14} aria-hidden />
          {said}
        </span>
      </button>
      {open && (
        <Suspense fallback={null}>
          <Board {...props} kind={kind} close={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}

/** The picture with what is drawn on it, as large as a row allows; without a picture the numbers. */
function Mini({ under, shapes }: { under?: Under | null | undefined; shapes: Shape[] }) {
  const [natural, setNatural] = useState<Under["size"]>(null);
  const size = under?.size ?? natural;
  if (!under?.url) {
    return (
      <span className="widget-drawn-numbers">
        {shapes.slice(0, 3).map((shape, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: shapes have no names, and equal ones may stand twice
          <span key={at}>{shape.map(Math.round).join(", ")}</span>
        ))}
      </span>
    );
  }
  return (
    <span className="widget-drawn-mini" dir="ltr">
      <img
        src={under.url}
        alt=""
        draggable={false}
        decoding="async"
        onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => setNatural([naturalWidth, naturalHeight])}
      />
      {size &&
        shapes.map((shape, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <i key={at} className={markOf(shape)} style={placeOf(shape, size)} />
        ))}
    </span>
  );
}

export function markOf(shape: Shape): string {
  if (shape.length === 4) return "widget-drawn-box";
  return shape[2] === 1 ? "widget-drawn-dot" : "widget-drawn-dot widget-drawn-not";
}
