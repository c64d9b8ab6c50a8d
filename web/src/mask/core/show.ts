/**
 * What of the masks is on the screen, pixel by pixel of the screen: however large the picture, only what is seen is computed, and during a stroke
 * only the touched part of it.
 */

import type { Plane, Rect } from "./plane";

/** Screen = picture × scale + (x, y), in pixels of the screen. */
export type View = { scale: number; x: number; y: number };
export type Look = "overlay" | "mask" | "outline";
export type Shown = {
  active: Plane | null;
  others: readonly Plane[];
  proposal: Plane | null;
  look: Look;
  /** Red, green, blue and opacity (0 to 1) of what is marked. */
  colour: readonly [number, number, number];
  opacity: number;
};

const OTHERS = 0.55; // layers that are not worked on are shown at this share of the opacity
const PROPOSED = [56, 128, 255] as const;
const HATCH = 8; // screen pixels from one stripe of a proposal to the next

/** The marked value under each screen pixel of `rect`: the mean of a few places when the picture is shrunk. */
export function sample(planes: readonly Plane[], view: View, rect: Rect, into: Uint8ClampedArray): void {
  into.fill(0, 0, rect.w * rect.h);
  const [first] = planes;
  if (!first) return;
  const taps = view.scale < 0.7 ? 2 : 1;
  const columns = places(rect.x, rect.w, taps, view.x, view.scale, first.width);
  const rows = places(rect.y, rect.h, taps, view.y, view.scale, first.height);
  for (const plane of planes) {
    if (taps === 1) sampleOnce(plane, columns, rows, into);
    else sampleFour(plane, columns, rows, into);
  }
}

/** For each screen pixel the picture's pixel (or two) under it; -1 outside. */
function places(start: number, count: number, taps: number, offset: number, scale: number, limit: number): Int32Array {
  const found = new Int32Array(count * taps);
  for (let i = 0; i < found.length; i++) {
    const at = Math.floor((start + (i + 0.5) / taps - offset) / scale);
    found[i] = at >= 0 && at < limit ? at : -1;
  }
  return found;
}

function sampleOnce({ width, data }: Plane, columns: Int32Array, rows: Int32Array, into: Uint8ClampedArray): void {
  for (let y = 0, o = 0; y < rows.length; y++) {
    const row = rows[y] as number;
    for (let x = 0; x < columns.length; x++, o++) {
      const column = columns[x] as number;
      if (row < 0 || column < 0) continue;
      const value = data[row * width + column] as number;
      if (value > (into[o] as number)) into[o] = value;
    }
  }
}

function sampleFour({ width, data }: Plane, columns: Int32Array, rows: Int32Array, into: Uint8ClampedArray): void {
  for (let y = 0, o = 0; y < rows.length; y += 2) {
    const [upper, lower] = [rows[y] as number, rows[y + 1] as number];
    if (upper < 0 || lower < 0) {
      o += columns.length / 2;
      continue;
    }
    const [a, b] = [upper * width, lower * width];
    for (let x = 0; x < columns.length; x += 2, o++) {
      const [left, right] = [columns[x] as number, columns[x + 1] as number];
      if (left < 0 || right < 0) continue;
      const sum =
        (data[a + left] as number) +
        (data[a + right] as number) +
        (data[b + left] as number) +
        (data[b + right] as number);
      if (sum >> 2 > (into[o] as number)) into[o] = sum >> 2;
    }
  }
}

/** Draw a rectangle of the screen into `out` (RGBA, not premultiplied). */
export function paint(out: Uint8ClampedArray, rect: Rect, view: View, shown: Shown): void {
  const wide: Rect = { x: rect.x - 1, y: rect.y - 1, w: rect.w + 2, h: rect.h + 2 };
  const size = wide.w * wide.h;
  const active = new Uint8ClampedArray(size);
  const others = new Uint8ClampedArray(size);
  if (shown.active) sample([shown.active], view, wide, active);
  if (shown.others.length) sample(shown.others, view, wide, others);
  if (shown.look === "mask") paintGrey(out, rect, active, others);
  else if (shown.look === "outline") paintOutline(out, rect, active, others);
  else paintTint(out, rect, shown, active, others);
  if (shown.proposal) {
    const proposed = new Uint8ClampedArray(size);
    sample([shown.proposal], view, wide, proposed);
    paintProposal(out, rect, proposed);
  }
}

function paintTint(
  out: Uint8ClampedArray,
  rect: Rect,
  { colour, opacity }: Shown,
  active: Uint8ClampedArray,
  others: Uint8ClampedArray,
): void {
  for (let y = 0, o = 0; y < rect.h; y++) {
    for (let x = 0, i = (y + 1) * (rect.w + 2) + 1; x < rect.w; x++, i++, o += 4) {
      const value = Math.max(active[i] as number, (others[i] as number) * OTHERS);
      out[o] = colour[0];
      out[o + 1] = colour[1];
      out[o + 2] = colour[2];
      out[o + 3] = value * opacity;
    }
  }
}

function paintGrey(out: Uint8ClampedArray, rect: Rect, active: Uint8ClampedArray, others: Uint8ClampedArray): void {
  for (let y = 0, o = 0; y < rect.h; y++) {
    for (let x = 0, i = (y + 1) * (rect.w + 2) + 1; x < rect.w; x++, i++, o += 4) {
      const value = Math.max(active[i] as number, others[i] as number);
      out[o] = out[o + 1] = out[o + 2] = value;
      out[o + 3] = 255;
    }
  }
}

/** Whether the edge of the mask passes between this pixel and one beside it. */
function isEdge(values: Uint8ClampedArray, i: number, stride: number): boolean {
  if ((values[i] as number) < 128) return false;
  return (
    (values[i - 1] as number) < 128 ||
    (values[i + 1] as number) < 128 ||
    (values[i - stride] as number) < 128 ||
    (values[i + stride] as number) < 128
  );
}

/** A dark and a light line side by side, so that it is seen on any picture. */
function paintOutline(out: Uint8ClampedArray, rect: Rect, active: Uint8ClampedArray, others: Uint8ClampedArray): void {
  const stride = rect.w + 2;
  for (let y = 0, o = 0; y < rect.h; y++) {
    for (let x = 0, i = (y + 1) * stride + 1; x < rect.w; x++, i++, o += 4) {
      const inner = isEdge(active, i, stride);
      const outer = !inner && (active[i] as number) < 128 && touches(active, i, stride);
      const other = !inner && !outer && isEdge(others, i, stride);
      out[o] = out[o + 1] = out[o + 2] = inner ? 255 : other ? 190 : 0;
      out[o + 3] = inner || outer ? 255 : other ? 200 : 0;
    }
  }
}

function touches(values: Uint8ClampedArray, i: number, stride: number): boolean {
  return (
    (values[i - 1] as number) >= 128 ||
    (values[i + 1] as number) >= 128 ||
    (values[i - stride] as number) >= 128 ||
    (values[i + stride] as number) >= 128
  );
}

/** Stripes and a rim: told from what is painted by its pattern as well as by its colour. */
function paintProposal(out: Uint8ClampedArray, rect: Rect, values: Uint8ClampedArray): void {
  const stride = rect.w + 2;
  for (let y = 0, o = 0; y < rect.h; y++) {
    for (let x = 0, i = (y + 1) * stride + 1; x < rect.w; x++, i++, o += 4) {
      const value = values[i] as number;
      if (value === 0) continue;
      const rim = isEdge(values, i, stride);
      const stripe = (rect.x + x + rect.y + y) % HATCH < HATCH / 2;
      const share = rim ? 1 : (value / 255) * (stripe ? 0.62 : 0.38);
      const under = (out[o + 3] as number) / 255;
      const total = share + under * (1 - share);
      for (let k = 0; k < 3; k++)
        out[o + k] =
          ((rim ? 255 : (PROPOSED[k] as number)) * share + (out[o + k] as number) * under * (1 - share)) / total;
      out[o + 3] = total * 255;
    }
  }
}
