/**
 * Painting without a pointer: the arrow keys move a brush over the picture, the space bar sets it down and lifts it. With the tool for clicks it puts points,
 * with the one for fills it fills. Where it is, is said as well as shown.
 */

import { t } from "../texts";
import type { Point } from "./core/plane";
import type { Session } from "./session";
import type { Ring } from "./surface";

const STEP = 8; // CSS pixels that one press of an arrow moves the brush
const LEAP = 48; // the same with Shift
export const KEYED = new Set(["brush", "fill", "click"]);

export class KeyBrush {
  private stops: (() => void) | null = null;

  constructor(private readonly session: Session) {}

  /** Whether the held tool can be led by keys. */
  get fits(): boolean {
    return KEYED.has(this.session.state.tool);
  }

  /** What is drawn for it; null while a pointer leads. */
  ring(): Ring | null {
    const { keyAt, keyDown, brush, erase, tool } = this.session.state;
    if (!keyAt || !KEYED.has(tool)) return null;
    return { ...keyAt, radius: tool === "brush" ? brush.size / 2 : 0, down: keyDown, erase };
  }

  /** dx, dy: -1, 0 or 1. */
  move(dx: number, dy: number, far: boolean): void {
    const { session } = this;
    const { picture, state } = session;
    if (!picture) return;
    const step = Math.max(1, Math.round((far ? LEAP : STEP) / state.zoom));
    const from = state.keyAt ?? this.middle();
    const at = {
      x: Math.min(picture.width - 1, Math.max(0, from.x + dx * step)),
      y: Math.min(picture.height - 1, Math.max(0, from.y + dy * step)),
    };
    session.set({ keyAt: at });
    session.surface?.reveal(at);
    if (state.keyDown) session.sheets?.extendStroke({ ...at, pressure: 1 }, true);
    this.say(state.keyDown ? (state.erase ? "mask.saidErasing" : "mask.saidPainting") : "mask.saidMoved");
  }

  /** Set the brush down or lift it; put or take away a point; fill. */
  press(): void {
    const { session } = this;
    const { state } = session;
    if (!session.picture || state.working) return;
    const at = state.keyAt ?? this.middle();
    session.set({ keyAt: at });
    session.surface?.reveal(at);
    if (state.tool === "click") {
      const known = session.finder.dotAt(at) >= 0;
      session.finder.click(at, !state.erase);
      this.say(known ? "mask.saidPointGone" : state.erase ? "mask.saidMinus" : "mask.saidPlus");
    } else if (state.tool === "fill") session.fill(at, state.erase);
    else if (state.keyDown) this.lift();
    else this.lower(at);
  }

  private lower(at: Point): void {
    const { sheets, state } = this.session;
    if (!sheets?.current.visible) {
      this.session.set({ notice: t("mask.hidden") });
      return;
    }
    sheets.beginStroke(state.brush, state.erase, { ...at, pressure: 1 });
    sheets.extendStroke({ ...at, pressure: 1 }, true);
    this.session.set({ keyDown: true });
    // Whatever changes the tool or the mask ends the stroke.
    this.stops = this.session.store.subscribe((now, before) => {
      if (now.tool !== before.tool || now.active !== before.active || now.erase !== before.erase) this.lift();
    });
    this.say("mask.saidDown");
  }

  /** End the stroke, if there is one. */
  lift(): void {
    if (!this.session.state.keyDown) return;
    this.rest();
    this.session.sheets?.endStroke();
    this.say("mask.saidUp");
  }

  /** Take the stroke back that is being painted. Says whether there was one. */
  giveUp(): boolean {
    if (!this.session.state.keyDown) return false;
    this.rest();
    this.session.sheets?.dropStroke();
    return true;
  }

  /** A pointer leads now. */
  leave(): void {
    this.lift();
    if (this.session.state.keyAt) this.session.set({ keyAt: null });
  }

  private rest(): void {
    this.stops?.();
    this.stops = null;
    this.session.set({ keyDown: false });
  }

  private middle(): Point {
    const { surface, picture } = this.session;
    const { width = 1, height = 1 } = picture ?? {};
    const seen = surface?.toPicture(surface.host.clientWidth / 2, surface.host.clientHeight / 2);
    const { x, y } = seen ?? { x: width / 2, y: height / 2 };
    return { x: Math.min(width - 1, Math.max(0, Math.round(x))), y: Math.min(height - 1, Math.max(0, Math.round(y))) };
  }

  private say(key: string): void {
    const { x = 0, y = 0 } = this.session.state.keyAt ?? {};
    this.session.set({ said: t(key, { x: Math.round(x), y: Math.round(y) }) });
  }
}
