/** Finding things by a few letters: in their names first, then in other words for them, then in what they are said to do. */

import fuzzysort from "fuzzysort";

export type Item = {
  id: string;
  title: string;
  /** What stands beside the title. */
  note?: string;
  /** Other words for it. */
  tags?: string[];
  summary?: string;
  /** The heading that it stands under while nothing is looked for. */
  group?: string;
  keys?: string;
  disabled?: boolean;
};

const MOST = 80;
const WEIGHTS = [1, 0.85, 0.7, 0.55];

/** The items that fit a query, the best first; all in their order where there is none. */
export function find<T extends Item>(items: T[], query: string): T[] {
  const wish = query.trim();
  if (!wish) return items;
  const results = fuzzysort.go(wish, items, {
    keys: ["title", (item: Item) => (item.tags ?? []).join(" "), "note", "summary"] as never,
    limit: MOST,
    threshold: 0.25,
    scoreFn: (result) => Math.max(...Array.from(result, (one, at) => (one?.score ?? 0) * (WEIGHTS[at] ?? 0.5))),
  });
  return results.map((result) => result.obj);
}
