/**
 * Masks that are found, not painted: by words, or by a box and points on the thing. What is found is a proposal over the active layer until a person takes
 * it. A new question ends the one before.
 */

import { server } from "../server/api";
import { t } from "../texts";
import { answer, type Method, pathOf, type Stand, type Wish } from "./ask";
import type { Way } from "./core/combine";
import { dotAt, isQuestion, type Marks, movedDot, Trail, withDot, withoutDot } from "./core/marks";
import { isEmpty, type Plane, type Point, type Rect, within } from "./core/plane";
import { maskOf } from "./picture";
import type { Session } from "./session";
import { troubleOf } from "./trouble";

const WAIT = 350; // milliseconds that the threshold must rest before it is asked for
const FRAME = 1; // pixels of surroundings that a box must leave
const GRIP = 10; // CSS pixels around a point within which it is meant

export class Finder {
  /** What was found and is not taken yet. */
  proposal: Plane | null = null;
  private readonly trail = new Trail();
  private running: AbortController | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private path: Promise<string> | null = null;
  private method: Promise<Method> | null = null;

  constructor(private readonly session: Session) {}

  close(): void {
    this.cancel();
  }

  cancel(): void {
    clearTimeout(this.timer);
    this.running?.abort();
    this.running = null;
    this.session.set({ asking: null });
  }

  // Words

  askWords(): void {
    const words = this.session.state.words.trim();
    if (!words) return;
    this.forget();
    void this.ask("words", async () => ({ kind: "words", words, threshold: this.session.state.threshold }));
  }

  /** Ask anew when the threshold has come to rest; only where words were asked for already. */
  setThreshold(threshold: number): void {
    this.session.set({ threshold });
    const { proposed, asking, words, tool } = this.session.state;
    if (tool !== "words" || !words.trim() || !(proposed || asking)) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.askWords(), WAIT);
  }

  // A box and points

  askBox(a: Point, b: Point): void {
    const { picture } = this.session;
    if (!picture) return;
    const [x, y] = [Math.round(Math.min(a.x, b.x)), Math.round(Math.min(a.y, b.y))];
    const far = { x: Math.round(Math.max(a.x, b.x)), y: Math.round(Math.max(a.y, b.y)) };
    const inner: Rect = { x: FRAME, y: FRAME, w: picture.width - 2 * FRAME, h: picture.height - 2 * FRAME };
    const box = within({ x, y, w: far.x - x, h: far.y - y }, inner);
    if (!isEmpty(box)) this.mark({ box, dots: [] });
  }

  /** The point under a place, -1 for none. */
  dotAt(at: Point): number {
    return dotAt(this.trail.now, at, GRIP / this.session.state.zoom);
  }

  /** A click takes away the point under it, or puts one there. */
  click(at: Point, add: boolean): void {
    const { picture } = this.session;
    const known = this.dotAt(at);
    if (known >= 0) this.mark(withoutDot(this.trail.now, known));
    else if (picture && at.x >= 0 && at.y >= 0 && at.x < picture.width && at.y < picture.height)
      this.mark(withDot(this.trail.now, { ...at, add }));
  }

  /** Show a point at another place; asked for is only what it is dropped at. */
  drag(index: number, to: Point): void {
    this.session.set({ marks: movedDot(this.trail.now, index, this.inPicture(to)) });
  }

  dropDot(index: number, at: Point): void {
    this.mark(movedDot(this.trail.now, index, this.inPicture(at)));
  }

  /** Leave the points as they were before one was dragged. */
  leaveDot(): void {
    this.session.set({ marks: this.trail.now });
  }

  private inPicture({ x, y }: Point): Point {
    const { width = 1, height = 1 } = this.session.picture ?? {};
    return { x: Math.min(width - 1, Math.max(0, x)), y: Math.min(height - 1, Math.max(0, y)) };
  }

  undo(): boolean {
    return this.trail.undo() && this.follow();
  }

  redo(): boolean {
    return this.trail.redo() && this.follow();
  }

  private mark(marks: Marks): void {
    this.trail.push(marks);
    this.follow();
  }

  /** Ask for what is marked now. */
  private follow(): true {
    const { now: marks } = this.trail;
    this.shareMarks();
    if (isQuestion(marks)) {
      void this.ask("thing", async () => ({ kind: "thing", marks, method: await this.whoFinds() }));
      return true;
    }
    this.cancel();
    this.show(null, null);
    if (marks.dots.length) this.session.set({ notice: t("mask.onlyMinus") });
    return true;
  }

  private shareMarks(): void {
    const { trail } = this;
    this.session.set({ marks: trail.now, canUndoMarks: trail.canUndo, canRedoMarks: trail.canRedo });
  }

  /** Asked of the server once: whether weights lie there does not change while somebody clicks. */
  private whoFinds(): Promise<Method> {
    this.method ??= server
      .models()
      .then(({ sam }): Method => (sam && sam.problem === null ? "sam" : "grab"))
      .catch((error: unknown) => {
        this.method = null;
        throw error;
      });
    return this.method;
  }

  // Asking

  private async ask(kind: Wish["kind"], wishes: () => Promise<Wish>): Promise<void> {
    const { session } = this;
    this.cancel();
    const mine = new AbortController();
    this.running = mine;
    const since = Date.now();
    const told = (stand: Stand) => {
      if (this.running === mine) session.set({ asking: { since, kind, ...stand } });
    };
    session.set({ trouble: null, notice: null });
    told({ job: null, position: null });
    try {
      const [wish, path] = await Promise.all([wishes(), this.picturePath()]);
      mine.signal.throwIfAborted();
      const title = wish.kind === "words" ? t("mask.jobWords", { words: wish.words }) : t("mask.jobBox");
      const blob = await answer(path, wish, { name: freshName(), title, signal: mine.signal, told });
      const { picture } = session;
      if (!picture || mine.signal.aborted) return;
      const plane = await maskOf(blob, picture.width, picture.height);
      if (this.running === mine) this.taken(wish, plane);
    } catch (error) {
      if (!mine.signal.aborted) session.set({ trouble: troubleOf(error) });
    } finally {
      if (this.running === mine) {
        this.running = null;
        session.set({ asking: null });
      }
    }
  }

  private taken(wish: Wish, plane: Plane): void {
    if (wish.kind === "words" && !plane.data.some((value) => value > 0)) {
      this.show(null, null);
      const { words } = wish;
      this.session.set({ trouble: { what: t("mask.nothingFound", { words }), cure: t("mask.nothingFoundCure") } });
      return;
    }
    const method = wish.kind === "words" ? null : wish.method;
    this.show(plane, method);
    this.session.set({ said: method ? t(`mask.foundBy_${method}`) : t("mask.found") });
  }

  /** How the server finds the picture; one that it does not have is uploaded first. */
  private picturePath(): Promise<string> {
    const known = pathOf(this.session.url, document.baseURI);
    if (known) return Promise.resolve(known);
    this.path ??= (async () => {
      const blob = await (await fetch(this.session.url)).blob();
      const { root, path } = await server.upload(blob, "picture.png");
      return `${root}/${path}`;
    })().catch((error: unknown) => {
      this.path = null;
      throw error;
    });
    return this.path;
  }

  // Taking

  private show(plane: Plane | null, method: Method | null): void {
    this.proposal = plane;
    this.session.set({ proposed: plane !== null, method });
    this.session.surface?.touchAll();
  }

  private forget(): void {
    this.trail.clear();
    this.shareMarks();
  }

  /** Lay what was found over the active layer. */
  accept(way: Way): void {
    const { proposal } = this;
    if (!proposal || this.session.state.working) return;
    this.drop();
    this.session.sheets?.combine(proposal, way);
    this.session.surface?.host.focus({ preventScroll: true });
  }

  /** Put away what was found, and what was said for it. */
  drop(): void {
    this.cancel();
    this.forget();
    this.show(null, null);
  }
}

/** A name for one answer, so that nobody writes over another's. */
function freshName(): string {
  return `masks/proposal-${Math.random().toString(36).slice(2, 12)}`;
}
