/** The list of masks of a picture, the lowest first. A changed list is a new one; the masks themselves change in place. */

import type { Plane } from "./plane";

export type Layer = { readonly id: string; readonly name: string; readonly visible: boolean; readonly plane: Plane };
export type Layers = readonly Layer[];

export function withFields(layers: Layers, id: string, fields: Partial<Pick<Layer, "name" | "visible">>): Layers {
  return layers.map((layer) => (layer.id === id ? { ...layer, ...fields } : layer));
}

/** One place up or down; the same list where there is no such place. */
export function moved(layers: Layers, id: string, by: 1 | -1): Layers {
  const at = layers.findIndex((layer) => layer.id === id);
  const other = layers[at + by];
  if (at < 0 || !other) return layers;
  return layers.with(at + by, layers[at] as Layer).with(at, other);
}

/** Without one, and which is worked on then; null when it is the last one. */
export function without(layers: Layers, id: string, active: string): { layers: Layers; active: string } | null {
  const at = layers.findIndex((layer) => layer.id === id);
  const rest = layers.filter((layer) => layer.id !== id);
  const next = rest[Math.max(0, at - 1)];
  if (at < 0 || !next) return null;
  return { layers: rest, active: active === id ? next.id : active };
}
