/**
 * A part of the page whose code is fetched when it is first shown, or sooner by its `fetch`. React's `lazy` alone is late: once it has shown a
 * placeholder it keeps it for 300 ms, even where the code came after ten.
 */

import { type ComponentType, lazy, useState } from "react";

export type Part<P> = {
  fetch: () => Promise<void>;
  component: () => ComponentType<P>;
};

export function part<P extends object>(load: () => Promise<{ default: ComponentType<P> }>): Part<P> {
  let come: ComponentType<P> | null = null;
  const get = async () => {
    const module = await load();
    come = module.default;
    return module;
  };
  const late = lazy(get) as unknown as ComponentType<P>;
  return { fetch: async () => void (await get()), component: () => come ?? late };
}

/** The same component for as long as the caller is shown, so that it keeps its state. */
export function usePart<P>(wanted: Part<P>): ComponentType<P> {
  const [component] = useState<ComponentType<P>>(() => wanted.component());
  return component;
}
