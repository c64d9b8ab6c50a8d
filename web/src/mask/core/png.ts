/** A mask as an 8-bit grey PNG. A canvas would take four bytes for each pixel and a second for 4,096²; the browser's own deflate takes one. */

import type { Plane } from "./plane";

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
const UP = 2; // filter: each byte less the one above it; even areas and straight edges become zeros

export async function greyPng(plane: Plane): Promise<Blob> {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, plane.width);
  view.setUint32(4, plane.height);
  header.set([8, 0, 0, 0, 0], 8); // 8 bits, grey, deflate, the usual filters, not interlaced
  const pixels = await deflated(filtered(plane));
  const parts = [
    new Uint8Array(SIGNATURE),
    chunk("IHDR", header),
    chunk("IDAT", pixels),
    chunk("IEND", new Uint8Array()),
  ];
  return new Blob(parts as BlobPart[], { type: "image/png" });
}

function filtered({ width, height, data }: Plane): Uint8Array {
  const out = new Uint8Array((width + 1) * height);
  for (let y = 0; y < height; y++) {
    const [to, from] = [y * (width + 1), y * width];
    out[to] = y === 0 ? 0 : UP;
    if (y === 0) out.set(data.subarray(0, width), 1);
    else
      for (let x = 0; x < width; x++) out[to + 1 + x] = (data[from + x] as number) - (data[from + x - width] as number);
  }
  return out;
}

async function deflated(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function chunk(name: string, body: Uint8Array): Uint8Array {
  const out = new Uint8Array(body.length + 12);
  const view = new DataView(out.buffer);
  view.setUint32(0, body.length);
  for (let i = 0; i < 4; i++) out[4 + i] = name.charCodeAt(i);
  out.set(body, 8);
  view.setUint32(8 + body.length, crc(out.subarray(4, 8 + body.length)));
  return out;
}

let table: Uint32Array | null = null;

function crc(bytes: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c;
  });
  let c = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) c = (table[(c ^ (bytes[i] as number)) & 255] as number) ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}
