/**
 * What a pointer does on the picture. A finger or the left button paints, the middle button, the space bar and two fingers move the picture, the wheel zooms
 * at the pointer. Points of a stroke are gathered as they come and drawn once per frame.
 */

import { t } from "../texts";
import type { Sample } from "./core/brush";
import type { Point } from "./core/plane";
import { ellipsePoints, rectanglePoints, squared } from "./core/shapes";
import { pinch, turn } from "./moving";
import type { Session } from "./session";

const NEAR = 10; // CSS pixels within which a click closes a polygon, and under which a drag is a click
const PEN_ERASER = 5; // the button that the far end of a pen is

type Doing = "nothing" | "pan" | "pinch" | "stroke" | "drag" | "lasso" | "box" | "dot";

export class Gestures {
  /** Held space turns every tool into the hand. */
  space = false;
  private doing: Doing = "nothing";
  private pointers = new Map<number, Point>();
  private waiting: Sample[] = [];
  private start: Point = { x: 0, y: 0 };
  private last: Sample | null = null;
  private erase = false;
  private dot = -1;
  private readonly stops: (() => void)[] = [];

  constructor(
    private readonly session: Session,
    private readonly host: HTMLElement,
    private readonly cursor: HTMLElement,
  ) {
    this.on("pointerdown", (event) => this.down(event));
    this.on("pointermove", (event) => this.move(event));
    this.on("pointerup", (event) => this.up(event));
    this.on("pointercancel", (event) => this.up(event));
    this.on("pointerleave", () => this.hideCursor());
    this.on("dblclick", () => this.closePolygon());
    this.on("blur", () => this.left());
    this.on("contextmenu", (event) => event.preventDefault());
    this.on("wheel", (event) => turn(session.surface, event, this.place(event)), { passive: false });
    session.beforeFrame = () => this.flush();
    this.stops.push(session.store.subscribe(() => this.drawCursor()));
  }

  close(): void {
    for (const stop of this.stops) stop();
    this.session.beforeFrame = () => {};
  }

  private on<K extends keyof HTMLElementEventMap>(
    name: K,
    hear: (event: HTMLElementEventMap[K]) => void,
    options?: AddEventListenerOptions,
  ): void {
    this.host.addEventListener(name, hear, options);
    this.stops.push(() => this.host.removeEventListener(name, hear));
  }

  private place(event: MouseEvent): Point {
    const frame = this.host.getBoundingClientRect();
    return { x: event.clientX - frame.left, y: event.clientY - frame.top };
  }

  private inPicture(event: MouseEvent): Point {
    const { x, y } = this.place(event);
    return this.session.surface?.toPicture(x, y) ?? { x: 0, y: 0 };
  }

  private sample(event: PointerEvent): Sample {
    const usesPressure = event.pointerType === "pen" && this.session.state.pressure;
    return { ...this.inPicture(event), pressure: usesPressure ? event.pressure : 1 };
  }

  // Pointers

  private down(event: PointerEvent): void {
    this.host.dataset.pointer = ""; // no ring around the picture for who uses a pointer
    this.host.focus({ preventScroll: true });
    this.pointers.set(event.pointerId, this.place(event));
    try {
      this.host.setPointerCapture(event.pointerId);
    } catch {
      // The pointer is gone already.
    }
    const isSecond = this.pointers.size > 1;
    if (isSecond && event.pointerType === "touch" && this.pointers.size === 2) this.beginPinch();
    if (isSecond) return;
    if (event.button === 1 || (event.button === 0 && this.space)) {
      this.doing = "pan";
      this.host.dataset.doing = "pan";
      event.preventDefault();
    } else if (event.button === 0 || event.button === PEN_ERASER) this.begin(event);
  }

  private begin(event: PointerEvent): void {
    const { session } = this;
    const { tool, erase, draft, working } = session.state;
    session.keyBrush.leave();
    if (working) return;
    this.start = this.inPicture(event);
    this.erase = erase !== event.altKey || event.button === PEN_ERASER;
    if (tool === "brush") this.beginStroke(event);
    else if (tool === "lasso") {
      this.doing = "lasso";
      session.draft([this.start]);
    } else if (tool === "polygon") this.corner(event, draft);
    else if (tool === "fill") session.fill(this.start, this.erase);
    else if (tool === "click") {
      this.dot = session.finder.dotAt(this.start);
      this.doing = this.dot >= 0 ? "dot" : "box";
    } else if (tool !== "words") this.doing = "drag";
  }

  private beginStroke(event: PointerEvent): void {
    const { sheets, state } = this.session;
    if (!sheets?.current.visible) {
      this.session.set({ notice: t("mask.hidden") });
      return;
    }
    const to = this.sample(event);
    const from = event.shiftKey && this.last ? { ...this.last, pressure: to.pressure } : to;
    this.doing = "stroke";
    sheets.beginStroke(state.brush, this.erase, from);
    if (from !== to) sheets.extendStroke(to, true);
    this.last = to;
  }

  private move(event: PointerEvent): void {
    if (this.pointers.has(event.pointerId)) {
      const [before, now] = [this.pointers.get(event.pointerId) as Point, this.place(event)];
      if (this.doing === "pinch") pinch(this.session.surface, this.pointers, event.pointerId, now);
      this.pointers.set(event.pointerId, now);
      if (this.doing === "pan") this.session.surface?.pan(now.x - before.x, now.y - before.y);
    }
    if ((event.movementX || event.movementY) && !this.session.state.keyDown) this.session.keyBrush.leave();
    if (this.doing === "stroke" || this.doing === "lasso") {
      const seen = event.getCoalescedEvents?.() ?? [];
      for (const one of seen.length ? seen : [event]) this.waiting.push(this.sample(one));
      this.session.surface?.request();
    } else if (this.doing === "dot") {
      if (this.isFar(event)) this.session.finder.drag(this.dot, this.inPicture(event));
    } else if (this.doing === "drag" || this.doing === "box") {
      const now = this.inPicture(event);
      const to = event.shiftKey && this.doing === "drag" ? squared(this.start, now) : now;
      if (this.session.state.draft.length || this.isFar(event)) this.session.draft([this.start, to]);
    }
    this.moveCursor(event);
  }

  private isFar(event: PointerEvent): boolean {
    const zoom = this.session.state.zoom;
    const now = this.inPicture(event);
    return Math.hypot(now.x - this.start.x, now.y - this.start.y) * zoom > NEAR / 2;
  }

  private up(event: PointerEvent): void {
    const wasPainting = this.pointers.delete(event.pointerId);
    if (this.pointers.size > 0 || !wasPainting) return;
    const { doing } = this;
    this.flush();
    this.doing = "nothing";
    delete this.host.dataset.doing;
    if (doing === "stroke") this.endStroke();
    else if (doing === "lasso" || doing === "drag") this.endShape();
    else if (doing === "box") this.endBox();
    else if (doing === "dot") this.endDot(event);
  }

  /** To the very place where the pen was lifted, however near. */
  private endStroke(): void {
    const { sheets } = this.session;
    if (this.last) sheets?.extendStroke(this.last, true);
    sheets?.endStroke();
  }

  private endShape(): void {
    const { session } = this;
    const { tool, draft, brush } = session.state;
    session.draft([]);
    const [a, b] = draft;
    if (!a || !b) return;
    const points = tool === "rectangle" ? rectanglePoints(a, b) : tool === "ellipse" ? ellipsePoints(a, b) : draft;
    session.sheets?.outline(points, brush.opacity, this.erase);
  }

  private endBox(): void {
    const { session } = this;
    const [a, b] = session.state.draft;
    session.draft([]);
    if (a && b) session.finder.askBox(a, b);
    else session.finder.click(this.start, !this.erase);
  }

  /** Dropped elsewhere it has moved; a mere click on it takes it away. */
  private endDot(event: PointerEvent): void {
    const { finder } = this.session;
    if (this.isFar(event)) finder.dropDot(this.dot, this.inPicture(event));
    else finder.click(this.start, !this.erase);
  }

  /** Draw what came since the last frame. */
  private flush(): void {
    const { waiting, session } = this;
    if (!waiting.length) return;
    this.waiting = [];
    if (this.doing === "lasso") session.draft([...session.state.draft, ...waiting]);
    else for (const sample of waiting) session.sheets?.extendStroke(sample);
    this.last = waiting.at(-1) ?? this.last;
  }

  // Polygons

  private corner(event: PointerEvent, draft: readonly Point[]): void {
    const [first] = draft;
    const near = first && Math.hypot(first.x - this.start.x, first.y - this.start.y) * this.session.state.zoom < NEAR;
    if (draft.length >= 3 && near) this.closePolygon();
    else if (event.detail <= 1 || !draft.length) this.session.draft([...draft, this.start]);
  }

  closePolygon(): void {
    const { session } = this;
    const { tool, draft, brush } = session.state;
    if (tool !== "polygon" || !draft.length) return;
    session.draft([]);
    session.sheets?.outline(draft, brush.opacity, this.erase);
  }

  /** Give up what is being drawn. Says whether there was anything. */
  giveUp(): boolean {
    const { session } = this;
    if (session.keyBrush.giveUp()) return true;
    const was = this.doing === "stroke" || this.doing === "dot" || session.state.draft.length > 0;
    if (this.doing === "stroke") session.sheets?.dropStroke();
    if (this.doing === "dot") session.finder.leaveDot();
    if (this.doing !== "pan") this.doing = "nothing";
    this.waiting = [];
    session.draft([]);
    return was;
  }

  /** A second finger came down: what the first one began was not meant. */
  private beginPinch(): void {
    const polygon = this.session.state.tool === "polygon" ? this.session.state.draft.slice(0, -1) : [];
    this.giveUp();
    this.session.draft(polygon);
    this.doing = "pinch";
  }

  // The brush's ring

  private moveCursor(event: PointerEvent): void {
    const { x, y } = this.place(event);
    this.cursor.style.translate = `${x}px ${y}px`;
    this.cursor.hidden =
      event.pointerType === "touch" ||
      this.session.state.tool !== "brush" ||
      this.session.state.keyAt !== null ||
      this.space;
    this.drawCursor();
  }

  private drawCursor(): void {
    const { brush, zoom, erase, keyAt } = this.session.state;
    if (keyAt) this.cursor.hidden = true;
    const size = `${Math.max(3, brush.size * zoom)}px`;
    if (this.cursor.style.width !== size) this.cursor.style.width = this.cursor.style.height = size;
    this.cursor.dataset.erase = String(erase);
  }

  /** The focus is elsewhere. */
  private left(): void {
    delete this.host.dataset.pointer;
    this.session.keyBrush.lift();
  }

  private hideCursor(): void {
    this.cursor.hidden = true;
  }
}
