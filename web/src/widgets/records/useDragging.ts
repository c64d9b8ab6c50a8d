/** Entries that change places by dragging: where one would go is marked, and it goes there when the pointer is lifted. */

import { type PointerEvent, type RefObject, useState } from "react";

export type Over = { from: number; to: number };
export type Grip = Record<
  "onPointerDown" | "onPointerMove" | "onPointerUp" | "onPointerCancel",
  (event: PointerEvent<HTMLElement>) => void
>;

export function useDragging(list: RefObject<HTMLElement | null>, put: (from: number, to: number) => void) {
  const [over, setOver] = useState<Over | null>(null);
  const grip = (index: number): Grip => ({
    onPointerDown: (event) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      setOver({ from: index, to: index });
    },
    onPointerMove: (event) => {
      if (over) setOver({ ...over, to: placeAt(list.current, event.clientY, over.to) });
    },
    onPointerUp: () => {
      if (over) put(over.from, over.to);
      setOver(null);
    },
    onPointerCancel: () => setOver(null),
  });
  return { over: over && over.from !== over.to ? over : null, grip };
}

function placeAt(list: HTMLElement | null, y: number, before: number): number {
  const rows = [...(list?.children ?? [])].map((row) => row.getBoundingClientRect());
  const found = rows.findIndex((row) => y < row.bottom);
  return rows.length ? (found < 0 ? rows.length - 1 : found) : before;
}
