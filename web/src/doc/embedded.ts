/**
 * A picture that was saved by a graph carries it: PNG in a text chunk, JPEG and WebP in the EXIF user comment (nodes/disk.py writes them). The bytes come
 * from strangers, so every length is looked at before it is believed.
 */

import { NotAWorkflow } from "./text";

const KEY = "graft";
const LONGEST = 16 << 20; // bytes of a graph, as the server takes them: more than a hundred thousand nodes
const USER_COMMENT = 0x9286;
const EXIF_PART = 0x8769;
const COMMENT_CODE = "ASCII\0\0\0";

/** The text of the graph in a picture, null where there is none. */
export function graphIn(bytes: Uint8Array): string | null {
  try {
    if (startsWith(bytes, 0, "\x89PNG\r\n\x1a\n")) return inPng(bytes);
    if (startsWith(bytes, 0, "\xff\xd8")) return ofComment(exifOfJpeg(bytes));
    if (startsWith(bytes, 0, "RIFF") && startsWith(bytes, 8, "WEBP")) return ofComment(exifOfWebp(bytes));
  } catch {
    return null; // a length that leads out of the file
  }
  return null;
}

/** The text of a graph from a file of either kind: a picture that carries one, or the graph itself; null where there is none. Throws NotAWorkflow. */
export async function graphInFile(file: Blob): Promise<string | null> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const found = graphIn(bytes);
  if (found !== null) return found;
  if (!/^\s*\{/.test(new TextDecoder().decode(bytes.subarray(0, 1000)))) return null;
  if (bytes.length > LONGEST) {
    const [size, most] = [bytes.length, LONGEST].map((count) => Math.ceil(count / (1 << 20)));
    throw new NotAWorkflow(`it has ${size} MB, and a graph may have ${most}`);
  }
  return new TextDecoder().decode(bytes);
}

function inPng(bytes: Uint8Array): string | null {
  const view = viewOf(bytes);
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const start = at + 8;
    if (length > LONGEST && startsWith(bytes, at + 4, "tEXt")) return null;
    if (startsWith(bytes, at + 4, "tEXt") && startsWith(bytes, start, `${KEY}\0`))
      return latin(bytes.subarray(start + KEY.length + 1, start + length));
    at = start + length + 4;
  }
  return null;
}

/** The part of a JPEG that holds its EXIF data, from the byte order on. */
function exifOfJpeg(bytes: Uint8Array): Uint8Array | null {
  const view = viewOf(bytes);
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1];
    const length = view.getUint16(at + 2);
    if (marker === 0xda || length < 2) return null;
    if (marker === 0xe1 && startsWith(bytes, at + 4, "Exif\0\0")) return bytes.subarray(at + 10, at + 2 + length);
    at += 2 + length;
  }
  return null;
}

function exifOfWebp(bytes: Uint8Array): Uint8Array | null {
  const view = viewOf(bytes);
  for (let at = 12; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at + 4, true);
    if (startsWith(bytes, at, "EXIF")) {
      const part = bytes.subarray(at + 8, at + 8 + length);
      return startsWith(part, 0, "Exif\0\0") ? part.subarray(6) : part;
    }
    at += 8 + length + (length % 2);
  }
  return null;
}

/** The graph in the user comment of EXIF data, which is laid out as a TIFF file is. */
function ofComment(exif: Uint8Array | null): string | null {
  if (!exif) return null;
  const view = viewOf(exif);
  const little = startsWith(exif, 0, "II");
  const first = view.getUint32(4, little);
  const part = entry(view, first, EXIF_PART, little);
  if (part === null) return null;
  const comment = entry(view, view.getUint32(part + 8, little), USER_COMMENT, little);
  if (comment === null) return null;
  const length = view.getUint32(comment + 4, little);
  const start = view.getUint32(comment + 8, little);
  if (length > LONGEST || !startsWith(exif, start, COMMENT_CODE)) return null;
  const found = JSON.parse(latin(exif.subarray(start + COMMENT_CODE.length, start + length))) as unknown;
  const flow = typeof found === "object" && found !== null ? (found as Record<string, unknown>)[KEY] : undefined;
  return typeof flow === "object" && flow !== null ? JSON.stringify(flow) : null;
}

/** Where the entry of a tag begins in the directory at `at`. */
function entry(view: DataView, at: number, tag: number, little: boolean): number | null {
  const count = view.getUint16(at, little);
  for (let index = 0; index < count; index++) {
    const place = at + 2 + 12 * index;
    if (view.getUint16(place, little) === tag) return place;
  }
  return null;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function startsWith(bytes: Uint8Array, at: number, text: string): boolean {
  for (let index = 0; index < text.length; index++) if (bytes[at + index] !== text.charCodeAt(index)) return false;
  return true;
}

/** The writer escapes all beyond ASCII. */
function latin(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}
