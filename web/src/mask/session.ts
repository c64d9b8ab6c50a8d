/** One open mask editor: loads the picture and its mask, keeps what is painted, saves it. Everything the controls and gestures do goes through here. */

import { createStore, type StoreApi } from "zustand/vanilla";
import { ask, type FileEntry, ServerError, server, Unreachable } from "../server/api";
import { t } from "../texts";
import type { Point, Rect } from "./core/plane";
import { greyPng } from "./core/png";
import { ellipsePoints, rectanglePoints } from "./core/shapes";
import { Sheets } from "./core/sheets";
import type { Shown } from "./core/show";
import { Finder } from "./finder";
import { forget, keep, revive } from "./kept";
import { LARGEST, loadPicture, maskOf, type Picture, PictureError } from "./picture";
import { beginning, COLOURS, keepPreferences, type MaskState, type Trouble } from "./state";
import { type Draft, Surface } from "./surface";

const KEEP_AFTER = 800; // milliseconds after the last change

export class Session {
  readonly store: StoreApi<MaskState> = createStore<MaskState>(() => beginning());
  sheets: Sheets | null = null;
  picture: Picture | null = null;
  surface: Surface | null = null;
  readonly finder: Finder;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts the openings: what belongs to an earlier one is put away. */
  private opening = 0;
  /** Called before each frame: waiting strokes are drawn then. */
  beforeFrame: () => void = () => {};

  constructor(
    readonly url: string,
    private maskUrl: string | null,
  ) {
    this.finder = new Finder(this);
  }

  get state(): MaskState {
    return this.store.getState();
  }

  set(fields: Partial<MaskState>): void {
    this.store.setState(fields);
  }

  // Opening

  async open(): Promise<void> {
    const mine = ++this.opening;
    try {
      const picture = await loadPicture(this.url);
      if (this.opening !== mine) {
        picture.close();
        return;
      }
      this.picture = picture;
      const watcher = { drawn: (rect: Rect) => this.surface?.touch(rect), changed: () => this.stepped() };
      this.sheets = new Sheets(picture.width, picture.height, watcher, t("mask.layerName", { number: 1 }));
      const notice = await this.openMask();
      this.set({ phase: "ready", notice, changed: notice === t("mask.revived") });
      this.listed();
    } catch (error) {
      if (this.opening === mine) this.set({ phase: "failed", trouble: troubleOf(error) });
    }
  }

  /** What was kept in the browser goes before what is saved: it is newer. Returns what a person should know. */
  private async openMask(): Promise<string | null> {
    const { picture, sheets } = this as unknown as { picture: Picture; sheets: Sheets };
    const kept = await revive(this.keepName, picture.width, picture.height).catch(() => null);
    if (kept) {
      sheets.restore(kept.layers, kept.active);
      return kept.saved ? null : t("mask.revived");
    }
    return this.openSaved();
  }

  private async openSaved(): Promise<string | null> {
    const { picture, sheets } = this as unknown as { picture: Picture; sheets: Sheets };
    const name = t("mask.layerName", { number: 1 });
    if (!this.maskUrl) {
      sheets.restore([{ name, visible: true, plane: sheets.blank() }], 0);
      return null;
    }
    try {
      const blob = await (await ask(this.maskUrl)).blob();
      const plane = await maskOf(blob, picture.width, picture.height);
      sheets.restore([{ name, visible: true, plane }], 0);
      return plane.stretched ? t("mask.stretched") : null;
    } catch (error) {
      this.set({ trouble: { what: t("mask.maskNotOpened"), cure: troubleOf(error).what } });
      return null;
    }
  }

  /** Put away what was brought back, and begin with what is saved. */
  async startOver(): Promise<void> {
    await forget(this.keepName);
    this.set({ notice: null });
    await this.openSaved();
    this.set({ changed: false });
    this.listed();
  }

  private get keepName(): string {
    return `${new URL(this.url, document.baseURI).href}|${(this.maskUrl ?? "").replace(/^\//, "")}`;
  }

  attach(host: HTMLElement): () => void {
    if (!this.picture) return () => {};
    const surface = new Surface(host, this.picture, {
      shown: () => this.shown(),
      draft: () => this.drafted(),
      beforeFrame: () => this.beforeFrame(),
      viewed: (view) => this.set({ zoom: view.scale / (devicePixelRatio || 1) }),
    });
    this.surface = surface;
    surface.fit();
    const stop = this.store.subscribe((now, before) => {
      if (now.look !== before.look || now.colour !== before.colour || now.opacity !== before.opacity)
        surface.touchAll();
      if (
        now.draft !== before.draft ||
        now.clicks !== before.clicks ||
        now.box !== before.box ||
        now.tool !== before.tool
      )
        surface.redraft();
      keepPreferences(now, before);
    });
    return () => {
      stop();
      surface.close();
      this.surface = null;
    };
  }

  close(): void {
    this.opening++;
    this.finder.close();
    clearTimeout(this.timer);
    this.picture?.close();
  }

  private shown(): Shown {
    const { look, colour, opacity } = this.state;
    const layers = this.sheets?.layers ?? [];
    const seen = layers.filter((layer) => layer.visible);
    return {
      active: seen.find((layer) => layer.id === this.sheets?.active)?.plane ?? null,
      others: seen.filter((layer) => layer.id !== this.sheets?.active).map((layer) => layer.plane),
      proposal: this.finder.proposal,
      look,
      colour: (COLOURS[colour] ?? (COLOURS[0] as (typeof COLOURS)[0])).rgb,
      opacity,
    };
  }

  private drafted(): Draft | null {
    const { tool, draft, box, clicks } = this.state;
    const [a, b] = draft;
    const dots = clicks;
    if (a && b && (tool === "rectangle" || tool === "click"))
      return { points: rectanglePoints(a, b), closed: true, dots };
    if (a && b && tool === "ellipse") return { points: ellipsePoints(a, b), closed: true };
    if (draft.length) return { points: draft, closed: false, dots };
    if (tool !== "click") return null;
    if (!box) return { points: [], closed: false, dots };
    const far = { x: box.x + box.w, y: box.y + box.h };
    return { points: rectanglePoints(box, far), closed: true, dots };
  }

  // Changes

  /** A step ended. */
  private stepped(): void {
    this.listed();
    if (this.state.phase !== "ready") return;
    this.set({ changed: true });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.keep(), KEEP_AFTER);
  }

  private listed(): void {
    const { sheets } = this;
    if (!sheets) return;
    const { layers: before } = this.state;
    const rows = sheets.layers.map(({ id, name, visible }) => ({ id, name, visible }));
    const same =
      rows.length === before.length &&
      rows.every(
        (row, i) => row.id === before[i]?.id && row.name === before[i].name && row.visible === before[i].visible,
      );
    this.set({
      layers: same ? before : rows,
      active: sheets.active,
      share: sheets.share,
      canUndo: sheets.canUndo,
      canRedo: sheets.canRedo,
    });
  }

  /** The layers lie in the browser until they are saved, and several ones after it too: the server has only what they mark together. */
  async keep(saved = false): Promise<void> {
    const { sheets } = this;
    if (!sheets || (!saved && (!this.state.changed || this.state.saving))) return;
    if (sheets.isStroking) {
      this.timer = setTimeout(() => void this.keep(), KEEP_AFTER);
      return;
    }
    const active = sheets.layers.findIndex((layer) => layer.id === sheets.active);
    try {
      await keep(this.keepName, { layers: sheets.layers, active, saved });
    } catch {
      if (!saved) this.set({ trouble: { what: t("mask.notKept"), cure: t("mask.notKeptCure") } });
    }
  }

  /** Close without saving, for good. */
  async discard(): Promise<void> {
    clearTimeout(this.timer);
    this.set({ changed: false });
    await forget(this.keepName);
  }

  /** The last click of a proposal, or else the last step. */
  undo(): void {
    if (!this.finder.undoClick()) this.sheets?.undo();
  }

  draft(points: readonly Point[]): void {
    this.set({ draft: points });
  }

  // Saving

  /** The visible layers as one PNG on the server; null when that failed, and then it says why. */
  async save(): Promise<FileEntry | null> {
    if (!this.sheets || this.state.saving) return null;
    this.sheets.endStroke();
    this.set({ saving: true, trouble: null });
    try {
      const entry = await server.upload(await greyPng(this.sheets.union()), this.fileName());
      clearTimeout(this.timer);
      this.set({ changed: false });
      await forget(this.keepName);
      this.maskUrl = entry.url.replace(/^\//, "");
      if (this.sheets.layers.length > 1) await this.keep(true);
      return entry;
    } catch (error) {
      this.set({ trouble: troubleOf(error) });
      return null;
    } finally {
      this.set({ saving: false });
      if (this.state.changed) void this.keep();
    }
  }

  private fileName(): string {
    const last = new URL(this.url, document.baseURI).pathname.split("/").at(-1) ?? "";
    let name = last;
    try {
      name = decodeURIComponent(last);
    } catch {
      // A name that is no proper address is taken as it is.
    }
    return `${name.replace(/\.[^.]*$/, "") || "picture"}-mask.png`;
  }
}

/** In words, with what helps. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof PictureError) {
    const { trouble } = error;
    if (trouble.kind === "load") return { what: t("mask.notLoaded"), cure: t("mask.notLoadedCure") };
    const { width, height } = trouble;
    return {
      what: t("mask.tooLarge", { width, height, largest: LARGEST }),
      cure: t("mask.tooLargeCure", { largest: LARGEST }),
    };
  }
  if (error instanceof Unreachable) return { what: t("mask.serverGone"), cure: t("mask.serverGoneCure") };
  if (error instanceof ServerError) {
    const [problem] = error.problems;
    const what = problem?.what ?? error.what;
    return { what: what || t("mask.jobEnded"), cure: (problem?.cure ?? error.cure) || t("mask.tryAgain") };
  }
  if (error instanceof RangeError) return { what: t("mask.noMemory"), cure: t("mask.noMemoryCure") };
  return { what: error instanceof Error ? error.message : String(error), cure: t("mask.tryAgain") };
}
