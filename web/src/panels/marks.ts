/** Stars and tags of pictures. The server keeps them, so that they are there on every computer. */

import { createStore } from "zustand/vanilla";
import { server } from "../server/api";
import { t } from "../texts";
import { tellError } from "./tell";

export type Mark = { star?: true; tags?: string[] };
/** By a picture's place, such as "outputs/a.png". */
export type Marks = Record<string, Mark>;

export const marks = createStore<{ of: Marks }>(() => ({ of: {} }));

let asked = false;

/** Fetch them, once. */
export async function loadMarks(): Promise<void> {
  if (asked) return;
  asked = true;
  try {
    marks.setState({ of: await kept() });
  } catch {
    asked = false;
  }
}

async function kept(): Promise<Marks> {
  const { stars } = (await server.settings()).editor;
  return typeof stars === "object" && stars !== null && !Array.isArray(stars) ? (stars as Marks) : {};
}

/** Marks with those of one picture changed; one without any is left out. Pure. */
export function marked(all: Marks, path: string, mark: Mark): Marks {
  const { [path]: _, ...rest } = all;
  const star = mark.star ? { star: true as const } : {};
  const tags = mark.tags?.length ? { tags: mark.tags } : {};
  return mark.star || mark.tags?.length ? { ...rest, [path]: { ...star, ...tags } } : rest;
}

/** The words of "red, car,,red" without doubles. */
export function tagsIn(text: string): string[] {
  return [...new Set(text.split(",").map((tag) => tag.trim().slice(0, 60)))].filter(Boolean).slice(0, 20);
}

let saving: Promise<void> = Promise.resolve();

/** Star or tag a picture: shown at once, and laid over what another page may have kept meanwhile. */
export function mark(path: string, change: Mark): void {
  marks.setState(({ of }) => ({ of: marked(of, path, change) }));
  saving = saving.then(async () => {
    try {
      await server.setEditor({ stars: marked(await kept(), path, change) });
    } catch (error) {
      tellError(t("gallery.notMarked"), error);
    }
  });
}
