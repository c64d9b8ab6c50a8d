/** A curve to be bent: points that are dragged, moved by keys, or typed; double click adds one. */

import { Plus, Trash2 } from "lucide-react";
import { type MouseEvent, type PointerEvent, useState } from "react";
import { useTexts } from "../../texts";
import { Cell } from "../drawn/Table";
import { arrow, isDelete } from "../keys";
import type { WidgetProps } from "../types";
import { added, gap, type Knot, knotsIn, movedTo, pathOf, USUAL, without } from "./spline";

const STEP = 0.01;

export default function CurveEditor({ value, set, settle, label }: WidgetProps) {
  const { t } = useTexts();
  const [selected, select] = useState(0);
  const [draft, setDraft] = useState<Knot[] | null>(null);
  const knots = draft ?? knotsIn(value);
  const chosen = Math.min(selected, knots.length - 1);
  const commit = (next: Knot[]) => {
    settle();
    set(next);
    settle();
  };
  const add = (at: Knot) => {
    const next = added(knots, at);
    if (!next) return;
    commit(next.knots);
    select(next.index);
  };
  const remove = (index: number) => {
    commit(without(knots, index));
    select(Math.max(0, index - 1));
  };
  const plot = { knots, chosen, select, add, remove, set, label };
  return (
    <div className="widget-curve">
      <Plot {...plot} draft={setDraft} drop={() => draft && commit(draft)} />
      <div className="widget-curve-row">
        <Typed knots={knots} index={chosen} set={set} settle={settle} />
        <button
          type="button"
          className="widget-button"
          aria-label={t("widget.addPoint")}
          title={t("widget.addPoint")}
          onClick={() => add(gap(knots))}
        >
          <Plus size={14} aria-hidden />
        </button>
        <button
          type="button"
          className="widget-button"
          aria-label={t("widget.removeNumber", { n: chosen + 1 })}
          title={t("widget.removeNumber", { n: chosen + 1 })}
          disabled={knots.length <= 2}
          onClick={() => remove(chosen)}
        >
          <Trash2 size={14} aria-hidden />
        </button>
      </div>
      <Usual now={knots} choose={commit} />
      <p>{t("widget.curveHint")}</p>
    </div>
  );
}

type PlotProps = {
  knots: Knot[];
  chosen: number;
  label: string;
  select: (index: number) => void;
  add: (at: Knot) => void;
  remove: (index: number) => void;
  set: (knots: Knot[]) => void;
  draft: (knots: Knot[] | null) => void;
  drop: () => void;
};

function Plot({ knots, chosen, label, select, add, draft, drop, ...rest }: PlotProps) {
  const { t } = useTexts();
  const [held, hold] = useState<number | null>(null);
  const end = () => {
    drop();
    draft(null);
    hold(null);
  };
  const down = (event: PointerEvent<HTMLElement>) => {
    const found = (event.target as Element).closest("[data-knot]");
    if (!found || event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    hold(Number(found.getAttribute("data-knot")));
    select(Number(found.getAttribute("data-knot")));
  };
  const twice = (event: MouseEvent<HTMLElement>) => {
    if (!(event.target as Element).closest("[data-knot]")) add(placeIn(event));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the points are buttons, and there is one that adds another
    <div
      className="widget-curve-plot"
      dir="ltr"
      onPointerDown={down}
      onPointerMove={(event) => held !== null && draft(movedTo(knots, held, placeIn(event)))}
      onPointerUp={end}
      onPointerCancel={() => {
        draft(null);
        hold(null);
      }}
      onDoubleClick={twice}
    >
      <svg viewBox="0 0 1 1" preserveAspectRatio="none" role="img" aria-label={label}>
        <title>{t("widget.curveName", { n: knots.length })}</title>
        <path className="widget-curve-grid" d={GRID} />
        <path className="widget-curve-even" d="M0 1L1 0" />
        <path className="widget-curve-line" d={pathOf(knots)} />
      </svg>
      {knots.map((knot, index) => (
        <KnotOn
          // biome-ignore lint/suspicious/noArrayIndexKey: a point keeps its place among the others
          key={index}
          knots={knots}
          knot={knot}
          index={index}
          chosen={index === chosen}
          select={select}
          {...rest}
        />
      ))}
    </div>
  );
}

const GRID = [0.25, 0.5, 0.75].map((at) => `M${at} 0V1M0 ${at}H1`).join("");

type KnotProps = Pick<PlotProps, "knots" | "select" | "remove" | "set"> & {
  knot: Knot;
  index: number;
  chosen: boolean;
};

function KnotOn({ knots, knot: [x, y], index, chosen, select, remove, set }: KnotProps) {
  const { t } = useTexts();
  return (
    <button
      type="button"
      className="widget-curve-knot"
      style={{ left: `${x * 100}%`, top: `${(1 - y) * 100}%` }}
      data-knot={index}
      data-selected={chosen || undefined}
      aria-label={t("widget.knot", { n: index + 1, x: +x.toFixed(3), y: +y.toFixed(3) })}
      onFocus={() => select(index)}
      onKeyDown={(event) => {
        const step = arrow(event, STEP);
        if (isDelete(event)) remove(index);
        else if (step) set(movedTo(knots, index, [x + step[0], y - step[1]]));
        else return;
        event.preventDefault();
      }}
    />
  );
}

function placeIn(event: { currentTarget: HTMLElement; clientX: number; clientY: number }): Knot {
  const frame = event.currentTarget.getBoundingClientRect();
  return [(event.clientX - frame.left) / frame.width, 1 - (event.clientY - frame.top) / frame.height];
}

type TypedProps = { knots: Knot[]; index: number; set: (knots: Knot[]) => void; settle: () => void };

/** The place of the chosen point in numbers. */
function Typed({ knots, index, set, settle }: TypedProps) {
  const { t } = useTexts();
  const [x, y] = knots[index] ?? [0, 0];
  const take = (at: Knot) => {
    const next = movedTo(knots, index, at);
    set(next);
    return true;
  };
  return (
    <>
      <span className="widget-curve-number">
        {t("widget.knotFrom")}
        <Cell label={t("widget.knotFrom")} value={x} take={(number) => take([number, y])} settle={settle} />
      </span>
      <span className="widget-curve-number">
        {t("widget.knotTo")}
        <Cell label={t("widget.knotTo")} value={y} take={(number) => take([x, number])} settle={settle} />
      </span>
    </>
  );
}

function Usual({ now, choose }: { now: Knot[]; choose: (knots: Knot[]) => void }) {
  const { t } = useTexts();
  return (
    <fieldset className="widget-curve-usual">
      <legend className="widget-hidden">{t("widget.usual")}</legend>
      {Object.entries(USUAL).map(([name, knots]) => (
        <button
          key={name}
          type="button"
          aria-label={t(`widget.usual_${name}`)}
          title={t(`widget.usual_${name}`)}
          aria-pressed={JSON.stringify(knots) === JSON.stringify(now)}
          onClick={() => choose(knots)}
        >
          <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
            <path d={pathOf(knots, 24)} />
          </svg>
        </button>
      ))}
    </fieldset>
  );
}
