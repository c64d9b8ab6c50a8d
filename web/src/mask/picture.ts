/**
 * The picture under the masks. It is shown from copies of half, a quarter … of its size, so that a large one costs no more to draw than a small one.
 */

import type { Plane } from "./core/plane";

/** Pixels of a side up to which a picture is painted on: beyond, masks and undo would need gigabytes. */
export const LARGEST = 8192;

export type Trouble = { kind: "size"; width: number; height: number } | { kind: "load" };

export class PictureError extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble.kind);
  }
}

export class Picture {
  constructor(
    readonly width: number,
    readonly height: number,
    private readonly levels: readonly CanvasImageSource[],
  ) {}

  /** Draw the part that a view shows of it. */
  draw(context: CanvasRenderingContext2D, view: { scale: number; x: number; y: number }): void {
    let level = 0;
    while (level + 1 < this.levels.length && view.scale * 2 ** (level + 1) <= 1) level++;
    context.imageSmoothingEnabled = view.scale < 2;
    const source = this.levels[level] as CanvasImageSource;
    context.drawImage(source, view.x, view.y, this.width * view.scale, this.height * view.scale);
  }

  close(): void {
    for (const level of this.levels) if (level instanceof ImageBitmap) level.close();
  }
}

export async function loadPicture(url: string): Promise<Picture> {
  const image = new Image();
  image.decoding = "async";
  image.src = url;
  await new Promise<void>((resolve, reject) => {
    image.onload = () => resolve();
    image.onerror = () => reject(new PictureError({ kind: "load" }));
  });
  const { naturalWidth: width, naturalHeight: height } = image;
  if (Math.max(width, height) > LARGEST) throw new PictureError({ kind: "size", width, height });
  if (!width || !height) throw new PictureError({ kind: "load" });
  try {
    return new Picture(width, height, await levelsOf(image, width, height));
  } catch {
    throw new PictureError({ kind: "load" });
  }
}

async function levelsOf(image: HTMLImageElement, width: number, height: number): Promise<ImageBitmap[]> {
  const levels = [await createImageBitmap(image)];
  for (let [w, h] = [width, height]; Math.max(w, h) > 1024; ) {
    [w, h] = [Math.max(1, Math.round(w / 2)), Math.max(1, Math.round(h / 2))];
    const above = levels.at(-1) as ImageBitmap;
    levels.push(await createImageBitmap(above, { resizeWidth: w, resizeHeight: h, resizeQuality: "medium" }));
  }
  return levels;
}

const STRIP = 256; // rows that are read at a time

/** A grey picture as a mask of a given size; one of another size is stretched to it. */
export async function maskOf(blob: Blob, width: number, height: number): Promise<Plane & { stretched: boolean }> {
  const bitmap = await createImageBitmap(blob, { colorSpaceConversion: "none", premultiplyAlpha: "none" }).catch(() => {
    throw new PictureError({ kind: "load" });
  });
  const plane = { width, height, data: new Uint8ClampedArray(width * height) };
  const canvas = new OffscreenCanvas(width, Math.min(STRIP, height));
  const context = canvas.getContext("2d", { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D;
  for (let top = 0; top < height; top += STRIP) {
    const rows = Math.min(STRIP, height - top);
    context.clearRect(0, 0, width, STRIP);
    context.drawImage(bitmap, 0, -top, width, height);
    const { data } = context.getImageData(0, 0, width, rows);
    for (let i = 0, o = top * width; i < data.length; i += 4, o++) plane.data[o] = data[i] as number;
  }
  const stretched = bitmap.width !== width || bitmap.height !== height;
  bitmap.close();
  return { ...plane, stretched };
}
