/** A list of which only the rows in sight are in the page. */

import { type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { inSight } from "./windowing";

const NEAR = 3; // rows before the end at which more is asked for

type Props<T> = {
  items: T[];
  /** In rem, so that rows grow with the text. */
  rowHeight: number;
  label: string;
  keyOf: (item: T) => string;
  row: (item: T, index: number) => ReactNode;
  onNearEnd?: () => void;
};

export function VirtualList<T>({ items, rowHeight, label, keyOf, row, onNearEnd }: Props<T>) {
  const frame = useRef<HTMLDivElement>(null);
  const view = useView(frame);
  const height = useRowPixels(rowHeight);
  const { first, after } = inSight(view, { count: items.length, height });
  const atEnd = after >= items.length - NEAR;
  useEffect(() => {
    if (atEnd) onNearEnd?.();
  }, [atEnd, onNearEnd]);
  return (
    <div ref={frame} className="panels-scroll">
      <ul className="panels-list" aria-label={label} style={{ height: items.length * height }}>
        {items.slice(first, after).map((item, index) => (
          <li
            key={keyOf(item)}
            className="panels-list-row"
            aria-setsize={items.length}
            aria-posinset={first + index + 1}
            style={{ height, transform: `translateY(${(first + index) * height}px)` }}
          >
            {row(item, first + index)}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Rem as pixels. */
export function useRowPixels(rem: number): number {
  const [size, setSize] = useState(16);
  useLayoutEffect(() => setSize(Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16), []);
  return Math.round(rem * size);
}

/** Where a scrolling element stands, and how large it is. */
export function useView(frame: React.RefObject<HTMLElement | null>) {
  const [view, setView] = useState({ top: 0, height: 600, width: 300 });
  const look = useCallback(() => {
    const element = frame.current;
    if (!element) return;
    const now = { top: element.scrollTop, height: element.clientHeight, width: element.clientWidth };
    setView((was) => (was.top === now.top && was.height === now.height && was.width === now.width ? was : now));
  }, [frame]);
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    look();
    const watcher = new ResizeObserver(look);
    watcher.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      watcher.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, [frame, look]);
  return view;
}
