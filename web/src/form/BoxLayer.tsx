/** A box is drawn on the picture itself; its four numbers stay in their fields, for who has no pointer. */

import { type PointerEvent, useRef, useState } from "react";
import { useTexts } from "../texts";
import type { Tab } from "../ui/workspace";
import { type Box, type BoxParameters, boxFrom } from "./box";
import { useFlow, useValues } from "./hooks";
import { formValue } from "./params";
import { formOf, setForm } from "./state";

type Size = [number, number];
type Props = { tab: Tab; box: BoxParameters; src: string; onError: () => void };

export function BoxLayer({ tab, box, src, onError }: Props) {
  const { t } = useTexts();
  const [size, setSize] = useState<Size | null>(null);
  const drawing = useDrawing(size, (next) => {
    const entered = Object.entries(box).map(([side, parameter]) => [parameter.name, next[side as keyof Box]]);
    setForm(tab.id, { values: { ...formOf(tab.id).values, ...Object.fromEntries(entered) } });
  });
  return (
    <div className="form-box" dir="ltr" {...drawing}>
      <img
        src={src}
        alt={t("form.yourPicture")}
        draggable={false}
        onError={onError}
        onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => setSize([naturalWidth, naturalHeight])}
      />
      {size && <Line tab={tab} box={box} size={size} />}
    </div>
  );
}

function Line({ tab, box, size: [width, height] }: { tab: Tab; box: BoxParameters; size: Size }) {
  const flow = useFlow(tab);
  const values = useValues(tab);
  const at = (side: keyof Box, whole: number) => {
    const number = Number(formValue(flow, box[side], values)) || 0;
    return `${(number / whole) * 100}%`;
  };
  const style = { left: at("x", width), top: at("y", height), width: at("width", width), height: at("height", height) };
  return <div className="form-box-line" style={style} />;
}

/** From where the pointer is put down to where it is, in pixels of the picture. */
function useDrawing(size: Size | null, onBox: (box: Box) => void) {
  const start = useRef<[number, number] | null>(null);
  const place = (event: PointerEvent<HTMLElement>): [number, number] => {
    const frame = event.currentTarget.getBoundingClientRect();
    const [width, height] = size ?? [1, 1];
    return [
      ((event.clientX - frame.left) / frame.width) * width,
      ((event.clientY - frame.top) / frame.height) * height,
    ];
  };
  const end = () => {
    start.current = null;
  };
  return {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      start.current = place(event);
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      if (start.current && size) onBox(boxFrom(start.current, place(event), size));
    },
    onPointerUp: end,
    onPointerCancel: end,
  };
}
