/**
 * Masks that are found, not painted: by words and boxes on the server, by clicks here. What is found is a proposal over the active layer until a person
 * takes it. A new question ends the one before.
 */

import { server } from "../server/api";
import { t } from "../texts";
import { answer, pathOf, type Stand, type Wish } from "./ask";
import type { Way } from "./core/combine";
import { isEmpty, type Plane, type Point, type Rect, within } from "./core/plane";
import { type Click, layEnlarged, regionOf } from "./core/seeds";
import { maskOf } from "./picture";
import type { Session } from "./session";
import { troubleOf } from "./session";

const WAIT = 350; // milliseconds that the threshold must rest before it is asked for
const KEY = "graft.mask.proposal";
const FRAME = 1; // pixels of surroundings that a box must leave

/** One name for each tab of the browser, written over each time: what is only proposed shall not fill the outputs. */
function proposalName(): string {
  const fresh = Math.random().toString(36).slice(2, 10);
  try {
    const kept = sessionStorage.getItem(KEY) ?? fresh;
    sessionStorage.setItem(KEY, kept);
    return `masks/proposal-${kept}`;
  } catch {
    return `masks/proposal-${fresh}`;
  }
}

export class Finder {
  /** What was found and is not taken yet. */
  proposal: Plane | null = null;
  /** What the server found in the box, before clicks. */
  private boxed: Plane | null = null;
  private running: AbortController | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private path: Promise<string> | null = null;
  private readonly name = proposalName();

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
    void this.ask({ kind: "words", words, threshold: this.session.state.threshold });
  }

  /** Ask anew when the threshold has come to rest; only where words were asked for already. */
  setThreshold(threshold: number): void {
    this.session.set({ threshold });
    const { proposed, asking, words, tool } = this.session.state;
    if (tool !== "words" || !words.trim() || !(proposed || asking)) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.askWords(), WAIT);
  }

  // Boxes and clicks

  askBox(a: Point, b: Point): void {
    const { picture } = this.session;
    if (!picture) return;
    const [x, y] = [Math.round(Math.min(a.x, b.x)), Math.round(Math.min(a.y, b.y))];
    const far = { x: Math.round(Math.max(a.x, b.x)), y: Math.round(Math.max(a.y, b.y)) };
    const inner: Rect = { x: FRAME, y: FRAME, w: picture.width - 2 * FRAME, h: picture.height - 2 * FRAME };
    const box = within({ x, y, w: far.x - x, h: far.y - y }, inner);
    if (isEmpty(box)) return;
    this.session.set({ box, clicks: [] });
    void this.ask({ kind: "box", box });
  }

  click(at: Point, add: boolean): void {
    const { picture, state } = this.session;
    if (!picture || at.x < 0 || at.y < 0 || at.x >= picture.width || at.y >= picture.height) return;
    this.session.set({ clicks: [...state.clicks, { ...at, add }] });
    this.follow();
  }

  undoClick(): boolean {
    const { clicks } = this.session.state;
    if (!clicks.length) return false;
    this.session.set({ clicks: clicks.slice(0, -1) });
    this.follow();
    return true;
  }

  /** The proposal of the box with all clicks, each in its turn. */
  private follow(): void {
    const { picture, state } = this.session;
    if (!picture) return;
    const small = picture.small();
    const scale = small.width / picture.width;
    const clicks: Click[] = state.clicks.map(({ x, y, add }) => ({ x: x * scale, y: y * scale, add }));
    if (!this.boxed && !clicks.some((click) => click.add)) {
      this.show(null);
      return;
    }
    const reach = Math.max(8, state.reach * Math.min(small.width, small.height));
    const { width, height } = picture;
    const found: Plane = { width, height, data: this.boxed?.data.slice() ?? new Uint8ClampedArray(width * height) };
    clicks.forEach((click, index) => {
      layEnlarged(found, regionOf(small, clicks, index, reach), click.add);
    });
    this.show(found);
  }

  // Asking

  private async ask(wish: Wish): Promise<void> {
    const { session } = this;
    this.cancel();
    const mine = new AbortController();
    this.running = mine;
    const told = (stand: Stand) => {
      if (this.running === mine) session.set({ asking: { since, kind: wish.kind, ...stand } });
    };
    const since = Date.now();
    session.set({ trouble: null, asking: { kind: wish.kind, since, job: null, position: null } });
    try {
      const path = await this.picturePath();
      mine.signal.throwIfAborted();
      const title = wish.kind === "words" ? t("mask.jobWords", { words: wish.words }) : t("mask.jobBox");
      const blob = await answer(path, wish, { name: this.name, title, signal: mine.signal, told });
      const { picture } = session;
      if (!picture || mine.signal.aborted) return;
      const plane = await maskOf(blob, picture.width, picture.height);
      if (this.running !== mine) return;
      this.taken(wish, plane);
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
    this.boxed = wish.kind === "box" ? plane : null;
    if (wish.kind === "words" && !plane.data.some((value) => value > 0)) {
      this.show(null);
      this.session.set({
        trouble: { what: t("mask.nothingFound", { words: wish.words }), cure: t("mask.nothingFoundCure") },
      });
    } else if (wish.kind === "box") this.follow();
    else this.show(plane);
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

  private show(plane: Plane | null): void {
    this.proposal = plane;
    this.session.set({ proposed: plane !== null });
    this.session.surface?.touchAll();
  }

  /** Lay what was found over the active layer. */
  accept(way: Way): void {
    const { proposal } = this;
    if (!proposal) return;
    this.drop();
    this.session.sheets?.combine(proposal, way);
    this.session.surface?.host.focus({ preventScroll: true });
  }

  /** Put away what was found. */
  drop(): void {
    this.cancel();
    this.boxed = null;
    this.session.set({ box: null, clicks: [] });
    this.show(null);
  }
}
