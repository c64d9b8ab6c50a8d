/** What a person has said about a thing to be found: a box around it and places that belong to it or do not. With steps back and forth. */

import type { Point, Rect } from "./plane";

export type Dot = Point & { add: boolean };
export type Marks = { readonly box: Rect | null; readonly dots: readonly Dot[] };

export const NO_MARKS: Marks = { box: null, dots: [] };

/** Whether they say what is meant: what does not belong to a thing says nothing alone. */
export function isQuestion({ box, dots }: Marks): boolean {
  return box !== null || dots.some((dot) => dot.add);
}

/** The dot within so many pixels of a place, the nearest first; -1 for none. */
export function dotAt({ dots }: Marks, at: Point, within: number): number {
  let [found, least] = [-1, within];
  dots.forEach((dot, index) => {
    const away = Math.hypot(dot.x - at.x, dot.y - at.y);
    if (away <= least) [found, least] = [index, away];
  });
  return found;
}

export function withDot(marks: Marks, dot: Dot): Marks {
  return { ...marks, dots: [...marks.dots, dot] };
}

export function movedDot(marks: Marks, index: number, { x, y }: Point): Marks {
  const dot = marks.dots[index];
  return dot ? { ...marks, dots: marks.dots.with(index, { ...dot, x, y }) } : marks;
}

export function withoutDot(marks: Marks, index: number): Marks {
  return { ...marks, dots: marks.dots.filter((_, place) => place !== index) };
}

/** All that was said since the last mask was taken, so that it can be unsaid. */
export class Trail {
  private past: Marks[] = [];
  private future: Marks[] = [];
  now: Marks = NO_MARKS;

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  push(marks: Marks): void {
    this.past.push(this.now);
    this.future = [];
    this.now = marks;
  }

  undo(): boolean {
    return this.step(this.past, this.future);
  }

  redo(): boolean {
    return this.step(this.future, this.past);
  }

  clear(): void {
    [this.past, this.future, this.now] = [[], [], NO_MARKS];
  }

  private step(from: Marks[], to: Marks[]): boolean {
    const next = from.pop();
    if (!next) return false;
    to.push(this.now);
    this.now = next;
    return true;
  }
}
