/** The saves of a graph: shown, opened, and brought back. Whatever takes the place of what is open can be undone there. */

import { parse } from "../doc/text";
import type { Workflow } from "../doc/types";
import { type Revision, server } from "../server/api";
import { addressOf, go } from "../ui/App";
import { change, openFlow, type Tab } from "../ui/workspace";

/** A graph that is saved on the server: its name, and what it must not overwrite unseen. */
export type Saved = { text: string; flow: Workflow; etag: string };

/** The newest save of a tab's graph. */
export async function theirs(tab: Tab): Promise<Saved> {
  const { text, etag } = await server.open(tab.name ?? "");
  return { text, flow: parse(text), etag };
}

/** Put a text into a tab, as it is saved on the server under `etag`: one step to undo. */
export function adopt(tab: Tab, text: string, etag: string): void {
  const flow = parse(text);
  const { edit, settle } = tab.doc.getState();
  settle();
  const gone = Object.keys(tab.doc.getState().flow).filter((field) => !Object.hasOwn(flow, field));
  edit({ do: "head", fields: { ...Object.fromEntries(gone.map((field) => [field, undefined])), ...flow } });
  tab.doc.getState().markSaved(tab.doc.getState().flow, text);
  change(tab.id, { etag });
}

/** Save an earlier text as the newest. newest: the revision that was last when the person chose. ServerError 412 when there is a newer one. */
export async function bringBack(tab: Tab, text: string, newest: Revision): Promise<void> {
  if (tab.name === null) return;
  const etag = await server.save(tab.name, text, `"${newest.etag}"`);
  adopt(tab, text, etag);
}

/** Open a text as a graph of its own, which has no name yet. */
export function openAside(text: string, title: string): void {
  const flow = parse(text);
  go(addressOf("graph", openFlow({ ...flow, title }, { text: null })));
}
