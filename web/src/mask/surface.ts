/**
 * The screen of the editor: the picture, the masks and what is being drawn, on three canvases as large as the window's part, whatever the picture's size.
 * Everything is drawn once per frame at most, and only where something changed.
 */

import type { Dot } from "./core/marks";
import { type Point, type Rect, whole, within } from "./core/plane";
import { paint, type Shown, type View } from "./core/show";
import type { Picture } from "./picture";
import { drawDot, drawRing } from "./signs";

/** radius: in pixels of the picture. */
export type Ring = Point & { radius: number; down: boolean; erase: boolean };
export type Draft = { points: readonly Point[]; closed: boolean; dots?: readonly Dot[]; ring?: Ring };

const MARGIN = 24; // CSS pixels around a picture that is fitted
const SMALLEST = 1 / 64;
const GREATEST = 48;

export class Surface {
  view: View = { scale: 1, x: 0, y: 0 };
  private readonly below: CanvasRenderingContext2D;
  private readonly masks: CanvasRenderingContext2D;
  private readonly above: CanvasRenderingContext2D;
  private readonly watch: ResizeObserver;
  private dirty: Rect | null = null;
  private moved = true;
  private drafted = true;
  private frame = 0;
  private fitted = true;

  constructor(
    readonly host: HTMLElement,
    private readonly picture: Picture,
    private readonly asks: {
      shown: () => Shown;
      draft: () => Draft | null;
      beforeFrame: () => void;
      viewed: (view: View) => void;
    },
  ) {
    [this.below, this.masks, this.above] = [0, 1, 2].map(() => {
      const canvas = document.createElement("canvas");
      canvas.className = "mask-canvas";
      host.append(canvas);
      return canvas.getContext("2d") as CanvasRenderingContext2D;
    }) as [CanvasRenderingContext2D, CanvasRenderingContext2D, CanvasRenderingContext2D];
    this.watch = new ResizeObserver(() => this.resized());
    this.watch.observe(host);
    this.resized();
  }

  close(): void {
    cancelAnimationFrame(this.frame);
    this.watch.disconnect();
    for (const context of [this.below, this.masks, this.above]) context.canvas.remove();
  }

  /** Device pixels for each CSS pixel. */
  get ratio(): number {
    return devicePixelRatio || 1;
  }

  private get size(): { width: number; height: number } {
    return this.below.canvas;
  }

  private resized(): void {
    const [width, height] = [
      Math.round(this.host.clientWidth * this.ratio),
      Math.round(this.host.clientHeight * this.ratio),
    ];
    if (width === this.size.width && height === this.size.height) return;
    for (const { canvas } of [this.below, this.masks, this.above]) [canvas.width, canvas.height] = [width, height];
    if (this.fitted) this.fit();
    else this.look(this.view);
  }

  /** The picture's place under a place of the host, in CSS pixels from its corner. */
  toPicture(x: number, y: number): Point {
    return { x: (x * this.ratio - this.view.x) / this.view.scale, y: (y * this.ratio - this.view.y) / this.view.scale };
  }

  fit(): void {
    const { width, height } = this.size;
    const margin = 2 * MARGIN * this.ratio;
    const scale = Math.min((width - margin) / this.picture.width, (height - margin) / this.picture.height, 4);
    const kept = Math.max(SMALLEST, scale);
    this.look({
      scale: kept,
      x: (width - this.picture.width * kept) / 2,
      y: (height - this.picture.height * kept) / 2,
    });
    this.fitted = true;
  }

  /** Zoom so that what is under a place of the host stays there; without a place, its middle. */
  zoom(scale: number, at: Point = { x: this.host.clientWidth / 2, y: this.host.clientHeight / 2 }): void {
    const next = Math.min(GREATEST, Math.max(SMALLEST, scale));
    const fixed = this.toPicture(at.x, at.y);
    this.look({ scale: next, x: at.x * this.ratio - fixed.x * next, y: at.y * this.ratio - fixed.y * next });
  }

  /** CSS pixels. */
  pan(dx: number, dy: number): void {
    this.look({ ...this.view, x: this.view.x + dx * this.ratio, y: this.view.y + dy * this.ratio });
  }

  private look(view: View): void {
    const { width, height } = this.size;
    const keep = 40 * this.ratio; // so much of the picture can't be pushed out of sight
    const [w, h] = [this.picture.width * view.scale, this.picture.height * view.scale];
    this.view = {
      scale: view.scale,
      x: Math.round(Math.min(width - keep, Math.max(keep - w, view.x))),
      y: Math.round(Math.min(height - keep, Math.max(keep - h, view.y))),
    };
    this.fitted = false;
    this.moved = true;
    this.request();
    this.asks.viewed(this.view);
  }

  /** A part of the picture's masks has changed. */
  touch(rect: Rect): void {
    const { scale, x, y } = this.view;
    const [left, top] = [Math.floor(rect.x * scale + x) - 2, Math.floor(rect.y * scale + y) - 2];
    const [right, bottom] = [
      Math.ceil((rect.x + rect.w) * scale + x) + 2,
      Math.ceil((rect.y + rect.h) * scale + y) + 2,
    ];
    const seen = within({ x: left, y: top, w: right - left, h: bottom - top }, whole(this.size));
    if (seen.w === 0 || seen.h === 0) return;
    this.dirty = this.dirty ? joined(this.dirty, seen) : seen;
    this.request();
  }

  /** All masks are to be drawn anew, as after a change of colour. */
  touchAll(): void {
    this.touch(whole(this.picture));
  }

  redraft(): void {
    this.drafted = true;
    this.request();
  }

  request(): void {
    this.frame ||= requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    this.frame = 0;
    this.asks.beforeFrame();
    if (this.moved) {
      this.drawPicture();
      this.dirty = whole(this.size);
      this.drafted = true;
    }
    if (this.dirty) this.drawMasks(this.dirty);
    if (this.drafted) this.drawDraft();
    this.moved = this.drafted = false;
    this.dirty = null;
    cancelAnimationFrame(this.frame);
    this.frame = 0;
  }

  private drawPicture(): void {
    this.below.clearRect(0, 0, this.size.width, this.size.height);
    this.picture.draw(this.below, this.view);
  }

  private drawMasks(dirty: Rect): void {
    const { scale, x, y } = this.view;
    const seen = { x, y, w: Math.round(this.picture.width * scale), h: Math.round(this.picture.height * scale) };
    if (dirty.w === this.size.width && dirty.h === this.size.height) this.masks.clearRect(0, 0, dirty.w, dirty.h);
    const rect = within(within(dirty, seen), whole(this.size));
    if (rect.w === 0 || rect.h === 0) return;
    const image = new ImageData(rect.w, rect.h);
    paint(image.data, rect, this.view, this.asks.shown());
    this.masks.putImageData(image, rect.x, rect.y);
  }

  private drawDraft(): void {
    const { above } = this;
    above.clearRect(0, 0, this.size.width, this.size.height);
    const draft = this.asks.draft();
    if (!draft) return;
    const { scale, x, y } = this.view;
    above.beginPath();
    for (const point of draft.points) above.lineTo(point.x * scale + x, point.y * scale + y);
    if (draft.closed) above.closePath();
    above.lineWidth = 3 * this.ratio;
    above.strokeStyle = "rgb(0 0 0 / 65%)";
    above.stroke();
    above.lineWidth = 1.25 * this.ratio;
    above.strokeStyle = "white";
    above.stroke();
    for (const dot of draft.dots ?? []) drawDot(above, dot.x * scale + x, dot.y * scale + y, dot.add, this.ratio);
    if (draft.ring) drawRing(above, draft.ring, this.view, this.ratio);
  }

  /** The place of the host over a place of the picture, in CSS pixels; the other way round than `toPicture`. */
  toHost({ x, y }: Point): Point {
    const { scale } = this.view;
    return { x: (x * scale + this.view.x) / this.ratio, y: (y * scale + this.view.y) / this.ratio };
  }

  /** Move the view until a place of the picture is seen, with some room around it. */
  reveal(at: Point): void {
    const { x, y } = this.toHost(at);
    const { clientWidth: width, clientHeight: height } = this.host;
    const room = Math.min(MARGIN * 2, width / 4, height / 4);
    const dx = Math.max(0, room - x) - Math.max(0, x - (width - room));
    const dy = Math.max(0, room - y) - Math.max(0, y - (height - room));
    if (dx || dy) this.pan(dx, dy);
  }
}

function joined(a: Rect, b: Rect): Rect {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  return { x, y, w: Math.max(a.x + a.w, b.x + b.w) - x, h: Math.max(a.y + a.h, b.y + b.h) - y };
}
