/** Two states of one picture, to be judged side by side: a line to drag, one or the other, or what differs. Knows of nothing but the two addresses. */

import { type KeyboardEvent, type PointerEvent, useState } from "react";
import "./compare.css";

export type CompareMode = "slider" | "toggle" | "difference";
export type CompareLabels = {
  before: string;
  after: string;
  /** Name of the handle. */
  handle: string;
  /** Name of the group of buttons, and of each. */
  mode: string;
  slider: string;
  toggle: string;
  difference: string;
};

const STEP = 2; // per cent that an arrow key moves the line
const LEAP = 10;
const LARGEST = 2; // times the picture's own size; beyond, its pixels show

type Props = {
  before: string;
  after: string;
  /** What the picture shows. */
  alt: string;
  labels: CompareLabels;
};

export function Compare({ before, after, alt, labels }: Props) {
  const [mode, setMode] = useState<CompareMode>("slider");
  const [second, setSecond] = useState(true);
  const [split, setSplit] = useState(50);
  const [size, setSize] = useState<[number, number] | null>(null);
  const ratio = size ? size[0] / size[1] : 1.5;
  const isSlider = mode === "slider";
  const width = `min(100%, calc(var(--compare-height, 68vh) * ${ratio}))`;
  const clip = isSlider ? { clipPath: `inset(0 ${100 - split}% 0 0)` } : { opacity: shows(mode, second) };
  return (
    <div className="compare">
      <div
        className={`compare-frame compare-${mode}`}
        dir="ltr"
        style={{ width, aspectRatio: ratio, maxWidth: size ? size[0] * LARGEST : undefined }}
        {...(isSlider ? dragging(setSplit) : {})}
      >
        <img
          src={after}
          alt={alt}
          draggable={false}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => {
            if (naturalHeight) setSize([naturalWidth, naturalHeight]);
          }}
        />
        <img src={before} alt="" draggable={false} className="compare-before" style={clip} />
        {isSlider && <Handle split={split} onSplit={setSplit} label={labels.handle} />}
        <Tags mode={mode} second={second} labels={labels} />
        {mode === "toggle" && (
          <button
            type="button"
            className="compare-flip"
            aria-pressed={second}
            aria-label={labels.toggle}
            onClick={() => setSecond(!second)}
          />
        )}
      </div>
      <Modes mode={mode} labels={labels} onMode={setMode} />
    </div>
  );
}

/** Which of the two is seen, and where. */
function Tags({ mode, second, labels }: { mode: CompareMode; second: boolean; labels: CompareLabels }) {
  if (mode === "difference") return null;
  return (
    <>
      {(mode === "slider" || !second) && <span className="compare-tag compare-tag-before">{labels.before}</span>}
      {(mode === "slider" || second) && <span className="compare-tag compare-tag-after">{labels.after}</span>}
    </>
  );
}

function Modes({
  mode,
  labels,
  onMode,
}: {
  mode: CompareMode;
  labels: CompareLabels;
  onMode: (mode: CompareMode) => void;
}) {
  return (
    <fieldset className="compare-modes">
      <legend className="compare-hidden">{labels.mode}</legend>
      {(["slider", "toggle", "difference"] as const).map((entry) => (
        <button key={entry} type="button" aria-pressed={mode === entry} onClick={() => onMode(entry)}>
          {labels[entry]}
        </button>
      ))}
    </fieldset>
  );
}

function shows(mode: CompareMode, second: boolean): number {
  return mode === "difference" || !second ? 1 : 0;
}

/** The line follows the pointer from wherever it is put down. */
function dragging(onSplit: (split: number) => void) {
  const follow = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    onSplit(within(((event.clientX - box.left) / box.width) * 100));
  };
  return {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      follow(event);
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      if (event.currentTarget.hasPointerCapture(event.pointerId)) follow(event);
    },
  };
}

function Handle({ split, onSplit, label }: { split: number; onSplit: (split: number) => void; label: string }) {
  const press = (event: KeyboardEvent) => {
    const to = moved(split, event.key);
    if (to === null) return;
    event.preventDefault();
    onSplit(to);
  };
  return (
    <div
      className="compare-handle"
      style={{ left: `${split}%` }}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(split)}
      onKeyDown={press}
    >
      <span className="compare-grip" aria-hidden="true" />
    </div>
  );
}

/** Where a key moves the line; null for a key that does not. */
export function moved(split: number, key: string): number | null {
  switch (key) {
    case "ArrowLeft":
    case "ArrowDown":
      return within(split - STEP);
    case "ArrowRight":
    case "ArrowUp":
      return within(split + STEP);
    case "PageDown":
      return within(split - LEAP);
    case "PageUp":
      return within(split + LEAP);
    case "Home":
      return 0;
    case "End":
      return 100;
    default:
      return null;
  }
}

function within(split: number): number {
  return Math.min(100, Math.max(0, split));
}
