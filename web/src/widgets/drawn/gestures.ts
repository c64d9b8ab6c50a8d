/** Drawing with a pointer: what is drawn is shown at once, and becomes one change when the pointer is lifted. */

import { type PointerEvent, useRef, useState } from "react";
import {
  boxBetween,
  HANDLES,
  type Kind,
  movedBy,
  type Place,
  pointAt,
  replaced,
  resizedTo,
  type Shape,
  type Size,
} from "./shapes";

type Drag = { index: number; from: Place; was: Shape | null; handle: number | null; far: boolean };
type Options = {
  kind: Kind;
  shapes: Shape[];
  size: Size | null;
  belongs: boolean;
  commit: (shapes: Shape[]) => void;
  select: (index: number) => void;
};

const FAR = 4; // pixels of the screen; less was a click

export function useGestures({ kind, shapes, size, belongs, commit, select }: Options) {
  const [draft, setDraft] = useState<Shape[] | null>(null);
  const drag = useRef<Drag | null>(null);
  const down = (event: PointerEvent<HTMLElement>) => {
    if (!size || (event.button !== 0 && !(kind === "points" && event.button === 2))) return;
    const begun = begin(event, kind, shapes.length);
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { ...begun, from: placeIn(event, size), was: shapes[begun.index] ?? null, far: false };
    select(begun.index);
    if (begun.index < shapes.length || kind === "boxes") return;
    const yes = belongs !== (event.altKey || event.button === 2);
    const point = pointAt(drag.current.from, yes, size);
    drag.current = { ...drag.current, was: point, far: true };
    setDraft([...shapes, point]);
  };
  const move = (event: PointerEvent<HTMLElement>) => {
    const now = drag.current;
    if (!now || !size) return;
    const at = placeIn(event, size);
    const scale = event.currentTarget.getBoundingClientRect().width / size[0];
    now.far ||= Math.max(Math.abs(at[0] - now.from[0]), Math.abs(at[1] - now.from[1])) * scale >= FAR;
    if (!now.far) return;
    const shape = dragged(now, at, size);
    setDraft(now.index < shapes.length ? replaced(shapes, now.index, shape) : [...shapes, shape]);
  };
  const up = () => {
    if (draft) commit(draft);
    else if (drag.current && drag.current.index >= shapes.length) select(-1);
    cancel();
  };
  const cancel = () => {
    drag.current = null;
    setDraft(null);
  };
  return { draft, handlers: { onPointerDown: down, onPointerMove: move, onPointerUp: up, onPointerCancel: cancel } };
}

/** Which shape and handle the pointer is on; on none a new one begins. */
function begin(event: PointerEvent<HTMLElement>, kind: Kind, count: number): Pick<Drag, "index" | "handle"> {
  const target = event.target as Element;
  const handle = target.closest("[data-handle]");
  const shape = target.closest("[data-shape]");
  const again = kind === "points" && (event.altKey || event.button === 2);
  if (!shape || again) return { index: count, handle: null };
  return {
    index: Number(shape.getAttribute("data-shape")),
    handle: handle ? Number(handle.getAttribute("data-handle")) : null,
  };
}

function dragged({ from, was, handle }: Drag, at: Place, size: Size): Shape {
  if (!was) return boxBetween(from, at, size);
  const side = handle === null ? undefined : HANDLES[handle];
  return side ? resizedTo(was, side, at, size) : movedBy(was, [at[0] - from[0], at[1] - from[1]], size);
}

/** Where the pointer is, in pixels of the picture. */
function placeIn(event: PointerEvent<HTMLElement>, [width, height]: Size): Place {
  const frame = event.currentTarget.getBoundingClientRect();
  return [((event.clientX - frame.left) / frame.width) * width, ((event.clientY - frame.top) / frame.height) * height];
}
