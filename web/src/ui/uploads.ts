/**
 * Files on their way to the server. What can't be taken is refused before it is sent; what goes says how far it is and can be stopped; what the
 * server refuses is told in the page's language, with what to do about it.
 */

import { createStore } from "zustand/vanilla";
import { type FileEntry, ServerError, server } from "../server/api";
import { t } from "../texts";

export const MOST = 512 << 20; // bytes that the server takes
const MEGAPIXELS = 200; // that a picture may have

export type Going = { id: number; title: string; part: number; stop: () => void };

/** Those that are shown in the corner of the page; who shows his own leaves it to himself. */
export const uploads = createStore<{ going: Going[] }>(() => ({ going: [] }));

/** Why a file did not get there. stopped: because its owner said so, who needs no word about it. */
export class NotSent extends Error {
  constructor(
    readonly what: string,
    readonly cure: string,
    readonly stopped = false,
  ) {
    super(cure ? `${what}. ${cure}` : what);
  }
}

type More = {
  /** What is wanted: "image" refuses all else. */
  of?: string;
  /** Told which part has gone out, 0 to 1, and how to stop it; then the corner of the page is left out. */
  onProgress?: (part: number, stop: () => void) => void;
};

let count = 0;

/** Send a file; the server's entry of it. Throws NotSent, or Unreachable when the server is away. */
export async function send(file: File, { of = "", onProgress }: More = {}): Promise<FileEntry> {
  const title = file.name || t("form.pasted");
  refuse(file, title, of);
  const stopper = new AbortController();
  const stop = () => stopper.abort();
  const id = count++;
  const tell = onProgress
    ? (part: number) => onProgress(part, stop)
    : (part: number) => note({ id, title, part, stop });
  tell(0);
  try {
    const entry = await server.upload(file, file.name || "pasted.png", { signal: stopper.signal, onProgress: tell });
    if (of === "image" && !entry.type.startsWith("image/")) throw noPicture(title);
    return entry;
  } catch (error) {
    throw explained(error, title, of);
  } finally {
    uploads.setState(({ going }) => ({ going: going.filter((one) => one.id !== id) }));
  }
}

function note(now: Going): void {
  uploads.setState(({ going }) => {
    const known = going.some((one) => one.id === now.id);
    return { going: known ? going.map((one) => (one.id === now.id ? now : one)) : [...going, now] };
  });
}

function refuse(file: File, title: string, of: string): void {
  if (of === "image" && file.type !== "" && !file.type.startsWith("image/")) throw noPicture(title);
  if (file.size > MOST) throw new NotSent(t("form.tooLarge", { title }), t("form.tooLargeCure"));
  if (file.size === 0) throw new NotSent(t("results.emptyFile", { title }), t("results.emptyFileCure"));
}

function noPicture(title: string): NotSent {
  return new NotSent(t("form.notPicture", { title }), t("form.notPictureCure"));
}

function explained(error: unknown, title: string, of: string): unknown {
  if ((error as Error).name === "AbortError") return new NotSent(t("results.uploadStopped", { title }), "", true);
  if (!(error instanceof ServerError)) return error;
  if (error.status === 415 && of === "image") return noPicture(title);
  if (error.status === 413)
    return new NotSent(t("results.tooManyPixels", { title, n: MEGAPIXELS }), t("results.tooManyPixelsCure"));
  if (error.status === 422) return new NotSent(t("results.damaged", { title }), t("results.damagedCure"));
  return new NotSent(error.what, error.cure);
}
