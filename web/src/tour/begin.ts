/** The tour is about a copy of a graph that ships, so that whatever is done in it changes nothing that somebody has made. */

import { parse } from "../doc/text";
import { server } from "../server/api";
import { addressOf, go } from "../ui/App";
import { openFlow, openSaved, type Tab } from "../ui/workspace";
import { NARROW } from "./place";
import { type Kind, tour } from "./state";

export const GRAPH = "replace_object";

export async function begin(): Promise<void> {
  const kind: Kind = innerWidth < NARROW ? "form" : "graph";
  const tab = kind === "form" ? await openSaved(GRAPH) : await copyOf(GRAPH);
  go(addressOf(kind, tab));
  tour.setState({ kind, step: 0, back: false, tabId: tab.id });
}

async function copyOf(name: string): Promise<Tab> {
  const { text } = await server.open(name);
  return openFlow(parse(text), { text });
}
