/** The weights that the server has and can fetch, and what is being fetched. They are asked for once, and again when a list is opened. */

import { createStore } from "zustand/vanilla";
import { type Download, type ModelKind, server } from "../../server/api";

/** since, from: when this page heard of it first, and how far it was. */
export type Fetching = Download & { since: number; from: number };

type Shelf = { kinds: Record<string, ModelKind>; asked: boolean; fetching: Record<string, Fetching> };

export const shelf = createStore<Shelf>(() => ({ kinds: {}, asked: false, fetching: {} }));

export async function askModels(): Promise<void> {
  shelf.setState({ asked: true });
  try {
    shelf.setState({ kinds: await server.models() });
  } catch {
    shelf.setState({ asked: false });
  }
}

/** What is being fetched, by this page or another. A server that fetches nothing has no such list. */
export async function askDownloads(): Promise<void> {
  try {
    for (const download of await server.downloads()) takeDownload(download);
  } catch {
    // The server is away: then its events tell when it is back.
  }
}

export function takeDownload(download: Download): void {
  const { fetching } = shelf.getState();
  const before = fetching[download.id];
  const { since, from } = before ?? { since: Date.now(), from: download.done };
  shelf.setState({ fetching: { ...fetching, [download.id]: { ...download, since, from } } });
  if (download.state === "done" && before?.state !== "done") void askModels();
}

/** Rejects with what the server says against it. */
export async function fetchModel(kind: string, name: string): Promise<void> {
  takeDownload(await server.download(kind, name));
}

export async function stopFetching(id: string): Promise<void> {
  const now = shelf.getState().fetching[id];
  await server.stopDownload(id);
  if (now?.state === "running") takeDownload({ ...now, state: "cancelled" });
}

/** The newest order for a model. */
export function fetchingOf(fetching: Record<string, Fetching>, kind: string, name: string): Fetching | undefined {
  return Object.values(fetching).findLast((entry) => entry.kind === kind && entry.name === name);
}

/** Seconds that are left, as far as the pace since `since` tells; null when it tells nothing yet. */
export function leftOf({ done, total, since, from }: Fetching, now: number): number | null {
  const seconds = (now - since) / 1000;
  const came = done - from;
  return seconds < 1 || came <= 0 || total <= done ? null : ((total - done) / came) * seconds;
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

/** "5.5 GB" in the page's language. */
export function sizeOf(bytes: number, language: string): string {
  const step = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const number = bytes / 1000 ** step;
  const form = { style: "unit", unit: UNITS[step], maximumFractionDigits: number < 10 && step ? 1 : 0 } as const;
  return new Intl.NumberFormat(language, form as Intl.NumberFormatOptions).format(number);
}
