/** How numbers meet a slider: wide ranges get finer steps at their small end, and what is typed is brought into what is allowed. */

const WIDE = 1000; // spans from which the slider's steps grow
const ENDLESS = 100_000; // spans for which a slider is no help

export type Range = { low: number; high: number; step: number | null; whole: boolean };

export function isUseful({ low, high }: Range): boolean {
  return Number.isFinite(low) && Number.isFinite(high) && high > low && high - low <= ENDLESS;
}

const bend = ({ low, high }: Range) => (high - low > WIDE && low >= 0 ? 3 : 1);

/** 0..1: where on the slider a value lies. */
export function shareOf(range: Range, value: number): number {
  const share = (value - range.low) / (range.high - range.low);
  return Math.min(1, Math.max(0, share)) ** (1 / bend(range));
}

/** The value at a place of the slider, rounded to what one would write. */
export function valueAt(range: Range, share: number): number {
  const value = range.low + Math.min(1, Math.max(0, share)) ** bend(range) * (range.high - range.low);
  return tidy(range, value);
}

export function stepOf(range: Range): number {
  if (range.step) return range.step;
  if (range.whole) return 1;
  const span = range.high - range.low;
  return span <= 2 ? 0.01 : span <= 20 ? 0.05 : span <= 200 ? 0.5 : 1;
}

/** A value brought into the range and onto its steps. */
export function tidy(range: Range, value: number): number {
  const step = stepOf(range);
  const from = range.step ? range.low : 0;
  const rounded = from + Math.round((value - from) / step) * step;
  return clamp(range, Number(rounded.toFixed(6)));
}

/** A value that was typed: any within the range, whole where it must be. */
export function clamp({ low, high, whole }: Range, value: number): number {
  const within = Math.min(high, Math.max(low, value));
  return whole ? Math.round(within) : within;
}

/** The number that a text says, also with a comma; null for none. */
export function read(text: string): number | null {
  const plain = text.trim().replace(",", ".");
  if (!plain) return null;
  const value = Number(plain);
  return Number.isFinite(value) ? value : null;
}

export function written(value: unknown): string {
  return typeof value === "number" ? String(Number(value.toPrecision(12))) : "";
}
