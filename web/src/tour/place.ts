/** Where the card stands: beside the part that it is about, never on it. Pure. */

export type Rect = { x: number; y: number; width: number; height: number };
export type Size = { width: number; height: number };

export const NARROW = 720; // pixels of a page below which the card lies along an edge
const GAP = 16;
const EDGE = 12;

/** The corner of the card. `target`: null where the part is not to be seen. `rtl`: the page is read from right to left. */
export function placeCard(target: Rect | null, card: Size, page: Size, rtl: boolean): { x: number; y: number } {
  const low = page.height - card.height - EDGE;
  const after = rtl ? EDGE : page.width - card.width - EDGE;
  if (!target) return { x: after, y: low };
  const middle = target.y + target.height / 2;
  if (page.width < NARROW) return { x: (page.width - card.width) / 2, y: middle > page.height / 2 ? EDGE : low };
  const beside = within(middle - card.height / 2, EDGE, low);
  const right = { x: target.x + target.width + GAP, y: beside };
  const left = { x: target.x - card.width - GAP, y: beside };
  const along = within(target.x + target.width / 2 - card.width / 2, EDGE, page.width - card.width - EDGE);
  const below = { x: along, y: target.y + target.height + GAP };
  const above = { x: along, y: target.y - card.height - GAP };
  const sides = rtl ? [left, right] : [right, left];
  const fits = ({ x, y }: { x: number; y: number }) =>
    x >= EDGE && y >= EDGE && x + card.width <= page.width - EDGE && y + card.height <= page.height - EDGE;
  const wishes = target.height < card.height / 2 && target.y < page.height / 3 ? [below, ...sides] : [...sides, below];
  return [...wishes, above].find(fits) ?? { x: after, y: middle > page.height / 2 ? EDGE : low };
}

const within = (value: number, least: number, most: number) => Math.max(least, Math.min(most, value));

/** What of a part is to be seen on the page; null where nothing is. */
export function seen({ x, y, width, height }: Rect, page: Size): Rect | null {
  const [left, top] = [Math.max(0, x), Math.max(0, y)];
  const [right, bottom] = [Math.min(page.width, x + width), Math.min(page.height, y + height)];
  return right - left > 4 && bottom - top > 4 ? { x: left, y: top, width: right - left, height: bottom - top } : null;
}
