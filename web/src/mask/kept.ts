/** A mask that was painted is not lost with a closed page or a server that is gone: its layers lie in the browser until they are saved. */

import type { Plane } from "./core/plane";

export type KeptLayer = { name: string; visible: boolean; plane: Plane };
/** saved: the server has what these layers mark together. */
export type Kept = { layers: readonly KeptLayer[]; active: number; saved: boolean };
type Row = {
  picture: string;
  width: number;
  height: number;
  active: number;
  saved: boolean;
  layers: { name: string; visible: boolean; packed: ArrayBuffer }[];
  at: number;
};

const OLDEST = 30 * 24 * 3600 * 1000; // milliseconds after which what was never saved goes

let opened: Promise<IDBDatabase | null> | null = null;

/** Null in a private window, say: then nothing is kept and nothing breaks. */
function base(): Promise<IDBDatabase | null> {
  opened ??= new Promise<IDBDatabase | null>((resolve) => {
    const request = indexedDB.open("graft-masks", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("masks", { keyPath: "picture" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
  }).catch(() => null);
  return opened;
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function through(
  bytes: Uint8Array | ArrayBuffer,
  change: CompressionStream | DecompressionStream,
): Promise<ArrayBuffer> {
  return new Response(new Blob([bytes as BlobPart]).stream().pipeThrough(change)).arrayBuffer();
}

let last: Promise<unknown> = Promise.resolve();

/** One after the other: what is put away must not come back by an earlier write that took longer. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = last.then(work);
  last = mine.catch(() => {});
  return mine;
}

/** Throws when the browser has no room left. */
export function keep(picture: string, { layers, active, saved }: Kept): Promise<void> {
  const [first] = layers;
  if (!first) return Promise.resolve();
  const { width, height } = first.plane;
  const packing = layers.map(async ({ name, visible, plane }) => ({
    name,
    visible,
    packed: await through(plane.data as unknown as Uint8Array, new CompressionStream("deflate-raw")),
  }));
  return inTurn(async () => {
    const packed = await Promise.all(packing);
    const row: Row = { picture, width, height, active, saved, layers: packed, at: Date.now() };
    const to = await store("readwrite");
    if (to) await done(to.put(row));
  });
}

export function forget(picture: string): Promise<void> {
  return inTurn(async () => {
    const from = await store("readwrite");
    if (from) await done(from.delete(picture)).catch(() => {});
  });
}

async function store(mode: IDBTransactionMode): Promise<IDBObjectStore | null> {
  return (await base())?.transaction("masks", mode).objectStore("masks") ?? null;
}

/** What was kept for a picture of this size. */
export async function revive(picture: string, width: number, height: number): Promise<Kept | null> {
  const from = await store("readonly");
  if (!from) return null;
  const row = (await done(from.get(picture)).catch(() => null)) as Row | null;
  if (!row || row.width !== width || row.height !== height || Date.now() - row.at > OLDEST) return null;
  const layers = await Promise.all(
    row.layers.map(async ({ name, visible, packed }) => {
      const data = new Uint8ClampedArray(await through(packed, new DecompressionStream("deflate-raw")));
      return { name, visible, plane: { width, height, data } };
    }),
  );
  return layers.every(({ plane }) => plane.data.length === width * height)
    ? { layers, active: row.active, saved: row.saved }
    : null;
}
