/** Node types as items of a list that is searched: the palette and the node browser find the same. */

import type { Schemas } from "../doc/schema";
import type { Item } from "./search";

export type NodeItem = Item & { type: string; family: string };

export function nodeItems(schemas: Schemas, fitting: (type: string) => boolean): NodeItem[] {
  return Object.values(schemas)
    .filter((schema) => fitting(schema.type))
    .map((schema) => ({
      id: schema.type,
      type: schema.type,
      family: schema.family,
      title: schema.title,
      note: schema.summary,
      tags: [schema.type.replaceAll(/[._]/g, " "), ...schema.tags],
      summary: schema.help,
      group: schema.family,
    }))
    .sort((a, b) => a.family.localeCompare(b.family) || a.title.localeCompare(b.title));
}
