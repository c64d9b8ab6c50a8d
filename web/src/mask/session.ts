/** One open mask editor: loads the picture and its mask, keeps what is painted, saves it. Everything the controls and gestures do goes through here. */

import { createStore, type StoreApi } from "zustand/vanilla";
import { ask, type FileEntry, server } from "../server/api";
import { t } from "../texts";
import type { Point, Rect } from "./core/plane";
import { greyPng } from "./core/png";
import { Sheets } from "./core/sheets";
import type { Task } from "./core/task";
import { Finder } from "./finder";
import { forget, keep, revive } from "./kept";
import { KeyBrush } from "./keybrush";
import { Labor } from "./labor";
import { loadPicture, maskOf, type Picture } from "./picture";
import { draftOf, shownOf } from "./sight";
import { beginning, keepPreferences, type MaskState } from "./state";
import { Surface } from "./surface";
import { troubleOf } from "./trouble";

const KEEP_AFTER = 800; // milliseconds after the last change

export class Session {
  readonly store: StoreApi<MaskState> = createStore<MaskState>(() => beginning());
  sheets: Sheets | null = null;
  picture: Picture | null = null;
  surface: Surface | null = null;
  readonly finder: Finder;
  readonly keyBrush: KeyBrush;
  private readonly labor = new Labor();
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
    this.keyBrush = new KeyBrush(this);
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
      shown: () => shownOf(this),
      draft: () => draftOf(this),
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
        now.marks !== before.marks ||
        now.keyAt !== before.keyAt ||
        now.keyDown !== before.keyDown ||
        now.brush !== before.brush ||
        now.erase !== before.erase ||
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
    this.labor.cancel();
    this.labor.close();
    clearTimeout(this.timer);
    this.picture?.close();
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

  /** What was said last for a proposal is unsaid, or else the last step. */
  undo(): void {
    if (this.state.working) return;
    this.keyBrush.lift();
    if (!this.finder.undo()) this.sheets?.undo();
  }

  redo(): void {
    if (this.state.working) return;
    this.keyBrush.lift();
    if (!this.finder.redo()) this.sheets?.redo();
  }

  /** Change the whole active layer, away from the page; until it is done nothing else changes. */
  async work(task: Task): Promise<void> {
    if (!this.sheets || this.state.working) return;
    this.keyBrush.lift();
    const { kind } = task;
    this.set({ working: { kind, share: 0 }, trouble: null });
    const { id, plane } = this.sheets.copy();
    const mine = this.opening;
    try {
      const picture = new URL(this.url, document.baseURI).href;
      const outcome = await this.labor.run(task, plane, picture, (share) => this.set({ working: { kind, share } }));
      if (outcome && mine === this.opening) this.sheets.take(id, outcome);
    } catch (error) {
      this.set({ trouble: troubleOf(error) });
    } finally {
      this.set({ working: null });
    }
  }

  /** Mark what looks like a place and touches it. */
  fill(from: Point, erase: boolean): void {
    const { tolerance, brush } = this.state;
    void this.work({ kind: "flood", from, tolerance, opacity: brush.opacity, erase });
  }

  stopWork(): void {
    this.labor.cancel();
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
