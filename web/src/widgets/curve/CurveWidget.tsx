/** A curve, small in its row; the larger one opens beside it. */

import { lazy, Suspense } from "react";
import { useTexts } from "../../texts";
import { Flyout } from "../Flyout";
import type { WidgetProps } from "../types";
import { knotsIn, pathOf, USUAL } from "./spline";
import "./curve.css";

const CurveEditor = lazy(() => import("./CurveEditor"));

export function CurveWidget(props: WidgetProps) {
  const { t } = useTexts();
  const knots = knotsIn(props.value);
  const usual = Object.keys(USUAL).find((name) => JSON.stringify(USUAL[name]) === JSON.stringify(knots));
  const said = usual ? t(`widget.usual_${usual}`) : t("widget.curveName", { n: knots.length });
  const face = (
    <>
      <svg className="widget-curve-small" viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
        <path d={pathOf(knots, 48)} />
      </svg>
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
    >
      {() => (
        <Suspense fallback={<div className="widget-curve" />}>
          <CurveEditor {...props} />
        </Suspense>
      )}
    </Flyout>
  );
}
