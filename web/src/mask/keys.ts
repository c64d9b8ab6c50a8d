/** The keyboard: a letter for each tool, brackets for the brush. What is typed into a field stays there. */

import type { Gestures } from "./gestures";
import type { Session } from "./session";
import { steppedSize, type Tool } from "./state";

export const KEYS: Record<string, { tool: Tool; erase?: boolean }> = {
  b: { tool: "brush", erase: false },
  e: { tool: "brush", erase: true },
  l: { tool: "lasso" },
  p: { tool: "polygon" },
  r: { tool: "rectangle" },
  o: { tool: "ellipse" },
  g: { tool: "fill" },
  w: { tool: "words" },
  c: { tool: "click" },
};

/** Take a tool. Who puts the eraser down marks again, whatever comes next. */
export function choose(session: Session, tool: Tool, erase?: boolean): void {
  session.keyBrush.lift();
  const { state } = session;
  const next = erase ?? (state.tool === "brush" ? false : state.erase);
  session.set({ tool, draft: [], trouble: null, erase: next });
}

const STEP = 48; // CSS pixels that an arrow key moves the picture
const ARROWS: Record<string, [number, number]> = {
  arrowleft: [-1, 0],
  arrowright: [1, 0],
  arrowup: [0, -1],
  arrowdown: [0, 1],
};

function isField(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement)
    return target.type !== "range" && target.type !== "checkbox" && target.type !== "radio";
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Returns whether the key meant something here. */
export function press(event: KeyboardEvent, session: Session, gestures: Gestures | null, save: () => void): boolean {
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) return command(key, event, session, save);
  if (isField(event.target) || event.altKey || session.state.phase !== "ready") return false;
  if (event.target === session.surface?.host && byKeys(key, event, session)) return true;
  return letter(key, event, session) || whileDrawing(key, event, session, gestures);
}

function command(key: string, event: KeyboardEvent, session: Session, save: () => void): boolean {
  const { shiftKey: shift, target } = event;
  const arrow = ARROWS[key];
  if (key === "s") save();
  else if (isField(target)) return false;
  else if (arrow && target === session.surface?.host) session.surface.pan(-arrow[0] * STEP, -arrow[1] * STEP);
  else if (key === "z" && !shift) session.undo();
  else if (key === "y" || key === "z") session.redo();
  else if (key === "i") void session.work({ kind: "invert" });
  else return false;
  return true;
}

/** Keys that lead the brush, while the picture has the focus. Space moves the picture with a pointer until an arrow has brought the brush out. */
function byKeys(key: string, event: KeyboardEvent, session: Session): boolean {
  const { keyBrush, state } = session;
  const arrow = ARROWS[key];
  if (!keyBrush.fits) {
    if (arrow) session.surface?.pan(-arrow[0] * STEP, -arrow[1] * STEP);
    return arrow !== undefined;
  }
  if (arrow) keyBrush.move(...arrow, event.shiftKey);
  else if (key !== " " && key !== "enter") return false;
  else if (event.repeat) return state.keyAt !== null;
  else if (key === "enter" && state.proposed) return false;
  else if (key === " " && !state.keyAt) return false;
  else keyBrush.press();
  return true;
}

function letter(key: string, event: KeyboardEvent, session: Session): boolean {
  const { state } = session;
  const chosen = KEYS[key];
  if (chosen) choose(session, chosen.tool, chosen.erase);
  else if (key === "x") session.set({ erase: !state.erase });
  else if (key === "[" || key === "]")
    session.set({ brush: { ...state.brush, size: steppedSize(state.brush.size, key === "]" ? 1 : -1) } });
  else if (key === "?") session.set({ keysShown: true });
  else if (key === "0") session.surface?.fit();
  else if (key === "1") session.surface?.zoom(session.surface.ratio);
  else if (key === "+" || key === "=") session.surface?.zoom(session.surface.view.scale * 1.25);
  else if (key === "-") session.surface?.zoom(session.surface.view.scale / 1.25);
  else if (key === "v" && !event.repeat) {
    const looks = ["overlay", "mask", "outline"] as const;
    session.set({ look: looks[(looks.indexOf(state.look) + 1) % looks.length] ?? "overlay" });
  } else return false;
  return true;
}

function whileDrawing(key: string, event: KeyboardEvent, session: Session, gestures: Gestures | null): boolean {
  const onButton = event.target instanceof HTMLButtonElement;
  if (key === " " && gestures && !onButton) gestures.space = true;
  else if (key === "enter" && !onButton && session.state.tool === "polygon") gestures?.closePolygon();
  else if (key === "enter" && !onButton && session.state.proposed) session.finder.accept("add");
  else if (key === "backspace" && session.state.draft.length) session.draft(session.state.draft.slice(0, -1));
  else return false;
  return true;
}
