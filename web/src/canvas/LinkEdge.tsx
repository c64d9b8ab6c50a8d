/** A link, in the colour of what flows along it. It passes the points that were put on it; a double click adds one. */

import { BaseEdge, type EdgeProps, useReactFlow } from "@xyflow/react";
import { memo, type PointerEvent } from "react";
import type { Point } from "../doc/types";
import { colourOf } from "../nodes/Socket";
import { useTexts } from "../texts";
import { useEditing, useView } from "../view/context";
import { many } from "../view/within";
import { pathThrough } from "./paths";

export const LinkEdge = memo(function LinkEdge(props: EdgeProps) {
  const { id, sourceX, sourceY, targetX, targetY, data, selected, source } = props;
  const points = (data?.points ?? []) as Point[];
  const stream = useView((state) => many(state.guesses[source]) !== false);
  const aimed = useView((state) => state.target === id);
  const path = pathThrough([[sourceX, sourceY], ...points, [targetX, targetY]]);
  const look = [
    "canvas-link",
    selected && "canvas-link-selected",
    stream && "canvas-link-many",
    aimed && "canvas-link-aimed",
  ];
  return (
    <>
      <BaseEdge
        id={id}
        path={path}
        interactionWidth={18}
        className={look.filter(Boolean).join(" ")}
        style={{ stroke: colourOf(String(data?.type ?? "anything")) }}
      />
      {points.map((point, index) => (
        // Points have no names, and their order is what tells them apart.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <Bend key={index} id={id} index={index} point={point} points={points} />
      ))}
    </>
  );
});

type BendProps = { id: string; index: number; point: Point; points: Point[] };

function Bend({ id, index, point, points }: BendProps) {
  const { t } = useTexts();
  const { doc } = useEditing();
  const { screenToFlowPosition } = useReactFlow();
  const put = (value: Point[]) =>
    doc.getState().edit({ do: "editor", part: "reroutes", id, value: value.length ? value : null }, `drag bend ${id}`);
  const move = (event: PointerEvent<SVGCircleElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const { x, y } = screenToFlowPosition({ x: event.clientX, y: event.clientY });
    put(points.map((old, at) => (at === index ? [Math.round(x), Math.round(y)] : old)));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: points are an ornament, and the menu of the link takes them away
    <circle
      className="canvas-bend nopan nodrag"
      cx={point[0]}
      cy={point[1]}
      r={5}
      onPointerDown={(event) => {
        event.stopPropagation();
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={move}
      onPointerUp={() => doc.getState().settle()}
      onDoubleClick={(event) => {
        event.stopPropagation();
        put(points.filter((_, at) => at !== index));
      }}
    >
      <title>{t("canvas.bend")}</title>
    </circle>
  );
}
