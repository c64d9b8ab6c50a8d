import { describe, expect, it } from "vitest";
import { dotAt, isQuestion, movedDot, NO_MARKS, Trail, withDot, withoutDot } from "./marks";

const PLUS = { x: 10, y: 10, add: true };
const MINUS = { x: 30, y: 10, add: false };
const both = withDot(withDot(NO_MARKS, PLUS), MINUS);

describe("marks", () => {
  it("ask only when they say what is meant", () => {
    expect(isQuestion(NO_MARKS)).toBe(false);
    expect(isQuestion(withDot(NO_MARKS, MINUS))).toBe(false);
    expect(isQuestion(both)).toBe(true);
    expect(isQuestion({ box: { x: 0, y: 0, w: 5, h: 5 }, dots: [MINUS] })).toBe(true);
  });

  it("are found by the nearest within reach", () => {
    expect(dotAt(both, { x: 22, y: 10 }, 15)).toBe(1);
    expect(dotAt(both, { x: 12, y: 10 }, 15)).toBe(0);
    expect(dotAt(both, { x: 20, y: 40 }, 15)).toBe(-1);
    expect(dotAt(NO_MARKS, { x: 0, y: 0 }, 1e9)).toBe(-1);
  });

  it("move and go without touching the others", () => {
    expect(movedDot(both, 1, { x: 5, y: 6 }).dots).toEqual([PLUS, { x: 5, y: 6, add: false }]);
    expect(movedDot(both, 7, { x: 5, y: 6 })).toBe(both);
    expect(withoutDot(both, 0).dots).toEqual([MINUS]);
    expect(both.dots).toEqual([PLUS, MINUS]);
  });

  it("are unsaid and said again step by step", () => {
    const trail = new Trail();
    expect(trail.undo()).toBe(false);
    trail.push(withDot(trail.now, PLUS));
    trail.push(withDot(trail.now, MINUS));
    expect(trail.undo()).toBe(true);
    expect(trail.now.dots).toEqual([PLUS]);
    expect(trail.redo()).toBe(true);
    expect(trail.now).toEqual(both);
    trail.undo();
    trail.push(withoutDot(trail.now, 0));
    expect(trail.canRedo).toBe(false);
    trail.undo();
    trail.undo();
    expect(trail.now).toBe(NO_MARKS);
    expect(trail.canUndo).toBe(false);
    trail.clear();
    expect(trail.canRedo).toBe(false);
  });
});
