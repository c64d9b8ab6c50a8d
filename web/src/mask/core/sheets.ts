/**
 * The masks of one picture and everything that can be done to them. Each change is one step to undo, and says which part of the picture must be
 * drawn anew. A stroke is laid over the layer as it was when the stroke began.
 */

import { type Brush, type Falloff, falloff, lay, radiusOf, type Sample, sweep } from "./brush";
import { combine, union, type Way } from "./combine";
import { changedTiles, History, type Step, swapTiles } from "./history";
import { type Layer, type Layers, moved, withFields, without } from "./layers";
import {
  around,
  bytesOf,
  copyRect,
  fillRect,
  makePlane,
  type Plane,
  type Point,
  type Rect,
  whole,
  within,
} from "./plane";
import { fillOutline } from "./shapes";
import { type Outcome, replace } from "./task";

/** `drawn`: what must be drawn anew. `changed`: a step ended, or the list of layers is another one. */
export type Watcher = { drawn: (rect: Rect) => void; changed: () => void };

type Stroke = { brush: Brush; erase: boolean; fall: Falloff; last: Sample; rect: Rect | null };

const FINE = 0.1; // share of the radius under which a further point of a stroke is not worth a pass

export class Sheets {
  layers: Layers;
  active: string;
  /** The bytes of each layer, summed: whole numbers, so that they don't drift over many steps. */
  readonly counts = new Map<string, number>();
  private readonly history = new History();
  private readonly cover: Plane;
  private readonly before: Plane;
  private stroke: Stroke | null = null;
  private count = 1;

  constructor(
    readonly width: number,
    readonly height: number,
    private readonly watcher: Watcher,
    name: string,
  ) {
    this.cover = makePlane(width, height);
    this.before = makePlane(width, height);
    this.layers = [{ id: "1", name, visible: true, plane: makePlane(width, height) }];
    this.active = "1";
    this.counts.set("1", 0);
  }

  get current(): Layer {
    return this.layers.find((layer) => layer.id === this.active) as Layer;
  }

  get canUndo(): boolean {
    return this.history.canUndo;
  }

  get canRedo(): boolean {
    return this.history.canRedo;
  }

  get isStroking(): boolean {
    return this.stroke !== null;
  }

  /** The share of the picture that the active layer marks, 0 to 1. */
  get share(): number {
    return (this.counts.get(this.active) ?? 0) / (255 * this.width * this.height);
  }

  // Strokes

  beginStroke(brush: Brush, erase: boolean, at: Sample): void {
    this.endStroke();
    this.stroke = { brush, erase, fall: falloff(brush.hardness), last: at, rect: null };
    this.reach(at);
  }

  extendStroke(to: Sample, isLast = false): void {
    const { stroke } = this;
    if (!stroke) return;
    const moved = Math.hypot(to.x - stroke.last.x, to.y - stroke.last.y);
    if (moved < Math.max(0.5, radiusOf(stroke.brush, to.pressure) * FINE) && !isLast) return;
    this.reach(to);
  }

  private reach(to: Sample): void {
    const stroke = this.stroke as Stroke;
    const radii = [radiusOf(stroke.brush, stroke.last.pressure), radiusOf(stroke.brush, to.pressure)] as const;
    const { erase, brush } = stroke;
    const ground = { layer: this.current.plane, before: this.before, opacity: brush.opacity, erase };
    const rect = sweep(this.cover, stroke.last, to, radii, stroke.fall, ground);
    stroke.last = to;
    stroke.rect = around(stroke.rect, rect);
    this.watcher.drawn(rect);
  }

  endStroke(): void {
    const { stroke } = this;
    this.stroke = null;
    if (!stroke?.rect) return;
    fillRect(this.cover, stroke.rect, 0);
    this.noted(stroke.rect);
  }

  /** Take a stroke back that was not meant, as when a second finger comes down. */
  dropStroke(): void {
    const { stroke } = this;
    this.stroke = null;
    if (!stroke?.rect) return;
    fillRect(this.cover, stroke.rect, 0);
    copyRect(this.before, this.current.plane, stroke.rect);
    this.watcher.drawn(stroke.rect);
  }

  // Areas

  /** Mark the inside of an outline, or take it away. */
  outline(points: readonly Point[], opacity: number, erase: boolean): void {
    this.covered((cover) => fillOutline(cover, points), opacity, erase);
  }

  /** Mark what `raise` puts into an empty coverage. */
  covered(raise: (cover: Plane) => Rect | null, opacity: number, erase: boolean): void {
    this.endStroke();
    const rect = raise(this.cover);
    if (!rect || rect.w === 0 || rect.h === 0) return;
    lay(this.current.plane, this.before, this.cover, rect, { opacity, erase });
    fillRect(this.cover, rect, 0);
    this.noted(rect);
  }

  /** Lay another mask over the active layer. */
  combine(other: Plane, way: Way): void {
    this.whole((plane) => combine(plane, other, way, whole(plane)));
  }

  /** A copy of the active layer for a task that is done elsewhere. */
  copy(): { id: string; plane: Plane } {
    this.endStroke();
    const { id, plane } = this.current;
    return { id, plane: { ...plane, data: plane.data.slice() } };
  }

  /** One step: the outcome of a task takes the place of the layer that it came from. Nothing else may have changed that layer meanwhile. */
  take(id: string, outcome: Outcome): void {
    const layer = this.layers.find((entry) => entry.id === id);
    const { rect, tiles, bytes } = outcome;
    if (!layer || !rect) return;
    this.endStroke();
    replace(layer.plane, outcome);
    if (id === this.active) copyRect(outcome.after, this.before, rect);
    this.counts.set(id, (this.counts.get(id) ?? 0) + bytes);
    this.history.push({ kind: "tiles", layer: id, tiles });
    this.watcher.drawn(rect);
    this.watcher.changed();
  }

  private whole(change: (plane: Plane) => unknown): void {
    this.endStroke();
    change(this.current.plane);
    this.noted(whole(this.current.plane));
  }

  /** A step of the active layer has ended that changed nothing outside of `rect`. */
  private noted(rect: Rect): void {
    const { id, plane } = this.current;
    const area = within(rect, whole(plane));
    const tiles = changedTiles(this.before, plane, area);
    if (tiles.length) {
      this.recount(id, plane, area);
      copyRect(plane, this.before, area);
      this.history.push({ kind: "tiles", layer: id, tiles });
    }
    this.watcher.drawn(area);
    this.watcher.changed();
  }

  private recount(id: string, plane: Plane, rect: Rect): void {
    this.counts.set(id, (this.counts.get(id) ?? 0) + bytesOf(plane, rect) - bytesOf(this.before, rect));
  }

  // Undo

  undo(): void {
    this.endStroke();
    this.swap(this.history.undo());
  }

  redo(): void {
    this.endStroke();
    this.swap(this.history.redo());
  }

  private swap(step: Step | null): void {
    if (!step) return;
    if (step.kind === "swap") {
      step.swap();
    } else {
      const layer = this.layers.find((entry) => entry.id === step.layer);
      if (!layer) return;
      this.choose(layer.id);
      for (const rect of swapTiles(layer.plane, step.tiles)) {
        this.recount(layer.id, layer.plane, rect);
        copyRect(layer.plane, this.before, rect);
        this.watcher.drawn(rect);
      }
    }
    this.watcher.changed();
  }

  // Layers

  choose(id: string): void {
    if (id === this.active) return;
    this.endStroke();
    this.active = id;
    this.before.data.set(this.current.plane.data);
    this.watcher.drawn(whole(this.before));
    this.watcher.changed();
  }

  /** A new empty layer above the others, or one with a mask in it. */
  add(name: string, plane = makePlane(this.width, this.height)): void {
    const id = String(++this.count);
    this.counts.set(id, bytesOf(plane, whole(plane)));
    this.arrange([...this.layers, { id, name, visible: true, plane }], id);
  }

  remove(id: string): void {
    const rest = without(this.layers, id, this.active);
    if (rest) this.arrange(rest.layers, rest.active);
  }

  rename(id: string, name: string): void {
    this.arrange(withFields(this.layers, id, { name }));
  }

  show(id: string, visible: boolean): void {
    this.arrange(withFields(this.layers, id, { visible }));
  }

  /** Up or down by one. */
  move(id: string, by: 1 | -1): void {
    const layers = moved(this.layers, id, by);
    if (layers !== this.layers) this.arrange(layers);
  }

  private arrange(layers: Layers, active = this.active): void {
    this.endStroke();
    let other = { layers: this.layers, active: this.active };
    const swap = () => {
      const now = { layers: this.layers, active: this.active };
      this.put(other.layers, other.active);
      other = now;
    };
    const gone = this.layers.filter(
      (layer) => !layers.includes(layer) && !layers.some((entry) => entry.id === layer.id),
    );
    this.history.push({ kind: "swap", swap, bytes: gone.length * this.width * this.height });
    this.put(layers, active);
    this.watcher.changed();
  }

  private put(layers: Layers, active: string): void {
    this.layers = layers;
    if (active !== this.active) {
      this.active = active;
      this.before.data.set(this.current.plane.data);
    }
    this.watcher.drawn(whole(this.before));
  }

  // Whole

  /** Begin with other layers, as they were kept or loaded; there is nothing to undo then. */
  restore(layers: readonly { name: string; visible: boolean; plane: Plane }[], active: number): void {
    this.layers = layers.map((layer) => ({ ...layer, id: String(++this.count) }));
    for (const { id, plane } of this.layers) this.counts.set(id, bytesOf(plane, whole(plane)));
    this.active = (this.layers[active] ?? (this.layers[0] as Layer)).id;
    this.before.data.set(this.current.plane.data);
    this.watcher.drawn(whole(this.before));
    this.watcher.changed();
  }

  blank(): Plane {
    return makePlane(this.width, this.height);
  }

  /** What is saved: all that any visible layer marks. */
  union(): Plane {
    const planes = this.layers.filter((layer) => layer.visible).map((layer) => layer.plane);
    return union(planes, makePlane(this.width, this.height));
  }
}
