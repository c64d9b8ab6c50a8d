/** The end edge of a node, drawn to make it wider or narrower; a double click gives it its usual width again. Commands do the same. */

import { useReactFlow } from "@xyflow/react";
import { type PointerEvent, useRef } from "react";
import { useTexts } from "../texts";
import { useEditing } from "../view/context";
import { widthFor } from "../view/layout";

type Grip = { x: number; width: number };

export function Edge({ id, width }: { id: string; width: number }) {
  const { t } = useTexts();
  const { doc } = useEditing();
  const { getZoom } = useReactFlow();
  const grip = useRef<Grip | null>(null);
  const set = (wish: number | undefined, merge?: string) =>
    doc.getState().edit({ do: "fields", node: id, fields: { width: wish } as never }, merge);
  const take = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.stopPropagation();
    event.currentTarget.setPointerCapture(event.pointerId);
    grip.current = { x: event.clientX, width };
  };
  const draw = (event: PointerEvent) => {
    const from = grip.current;
    if (!from) return;
    const now = widthFor(from.width + (event.clientX - from.x) / getZoom());
    if (now !== widthFor(width)) set(now, `drag width ${id}`);
  };
  const letGo = () => {
    grip.current = null;
    doc.getState().settle();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: commands do the same
    <div
      className="nodes-edge nodrag nopan"
      title={t("canvas.resizeNode")}
      onPointerDown={take}
      onPointerMove={draw}
      onPointerUp={letGo}
      onPointerCancel={letGo}
      onDoubleClick={(event) => {
        event.stopPropagation();
        if (doc.getState().flow.nodes[id]?.width !== undefined) set(undefined);
      }}
    />
  );
}
