/** The other side of labor.ts: one task after the other, away from the page. It reads the picture by itself, for fills, and keeps its pixels. */

import type { Pixels } from "./core/flood";
import type { Plane } from "./core/plane";
import { type Outcome, perform, type Task } from "./core/task";

/** picture: the whole address of the picture that the mask belongs to. */
export type Order = { task: Task; plane: Plane; picture: string };
export type Reply = { share: number } | { outcome: Outcome } | { error: string; memory: boolean };

type Scope = {
  onmessage: (event: MessageEvent<Order>) => void;
  postMessage: (reply: Reply, transfer?: Transferable[]) => void;
};

const scope = self as unknown as Scope;
const PAUSE = 40; // milliseconds between two words on how far it is
let known: { picture: string; pixels: Pixels } | null = null;

scope.onmessage = async ({ data: { task, plane, picture } }) => {
  let last = 0;
  try {
    const pixels = task.kind === "flood" ? await pixelsOf(picture, plane) : null;
    const outcome = perform(
      plane,
      task,
      () => pixels as Pixels,
      (share) => {
        if (performance.now() - last < PAUSE) return;
        last = performance.now();
        scope.postMessage({ share });
      },
    );
    const tiles = outcome.tiles.flatMap(({ bytes }) => (typeof bytes === "number" ? [] : [bytes.buffer]));
    scope.postMessage({ outcome }, [outcome.after.data.buffer, ...tiles]);
  } catch (error) {
    scope.postMessage({ error: String(error), memory: error instanceof RangeError });
  }
};

async function pixelsOf(picture: string, { width, height }: Plane): Promise<Pixels> {
  if (known?.picture === picture) return known.pixels;
  const response = await fetch(picture);
  if (!response.ok) throw new Error(`the picture was answered with ${response.status}`);
  const bitmap = await createImageBitmap(await response.blob());
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D;
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  known = { picture, pixels: context.getImageData(0, 0, width, height) };
  return known.pixels;
}
