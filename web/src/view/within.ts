/** How a node fares that holds a graph, or is in one: told by the nodes that it became when the graph was laid out ("mend/3/sharpen"). Pure. */

import type { NodeRun } from "../run/store";
import type { Guesses } from "../server/api";

type Guess = Guesses[string];

/** How many items go through a node, null where that is not known yet; false outside of streams. */
export function many(guess: Guess | undefined): number | null | false {
  return !guess || guess.count === 1 ? false : guess.count;
}

/** What is known of the nodes of a graph before a run, as the server tells it, also of those that hold graphs: they pass what is in them. */
export function heldGuesses(guesses: Guesses): Guesses {
  const found: Guesses = {};
  for (const [name, guess] of Object.entries(guesses)) {
    found[name] ??= guess;
    const [holder, inner] = name.split("/");
    if (holder !== undefined && inner !== undefined) found[holder] ??= { sizes: {}, count: guess.count };
  }
  return found;
}

type Runs = Record<string, NodeRun>;

/** The name without the rounds of loops. */
export const plain = (name: string) => name.replace(/\/\d+(?=\/)/g, "");

/** The run of a node within a graph; of a loop, that of its newest round. */
export function innerRun(runs: Runs, whole: string): NodeRun | undefined {
  if (runs[whole] || !whole.includes("/")) return runs[whole];
  let found: NodeRun | undefined;
  for (const [name, now] of Object.entries(runs)) if (plain(name) === whole) found = now;
  return found;
}

/** What the nodes of a graph say of the one that holds it. */
export function heldRun(runs: Runs, whole: string): NodeRun | undefined {
  const inner = Object.entries(runs)
    .filter(([name]) => plain(name).startsWith(`${whole}/`))
    .map(([, now]) => now);
  if (!inner.length) return undefined;
  const failed = inner.find((now) => now.state === "failed");
  if (failed) return failed;
  if (inner.some((now) => now.state === "running")) return { state: "running" };
  const seconds = inner.reduce((sum, now) => sum + (now.seconds ?? 0), 0);
  return inner.every((now) => now.state === "cached") ? { state: "cached" } : { state: "done", seconds };
}
