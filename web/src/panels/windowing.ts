/** Ten thousand rows must not hang the page: only those in sight are drawn. All rows of a list are of one height, so that no row must be measured. */

export type Span = { first: number; after: number };

/** The rows to draw, with a few on both sides of what is in sight. */
export function inSight(
  view: { top: number; height: number },
  rows: { count: number; height: number },
  beside = 6,
): Span {
  const first = Math.max(0, Math.min(Math.floor(view.top / rows.height) - beside, rows.count - 1));
  const after = Math.min(rows.count, Math.ceil((view.top + view.height) / rows.height) + beside);
  return { first, after: Math.max(first, after) };
}

/** How many tiles of at least `least` pixels fit beside each other. */
export function columnsIn(width: number, least: number, gap: number): number {
  return Math.max(1, Math.floor((width + gap) / (least + gap)));
}
