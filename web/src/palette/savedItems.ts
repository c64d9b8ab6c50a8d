/** Saved graphs as items of the palette: each can stand in another graph as one node. */

import { useEffect, useMemo, useState } from "react";
import { server } from "../server/api";
import { t } from "../texts";
import { workspace } from "../ui/workspace";
import type { NodeItem } from "./nodeItems";

const SAVED = "~saved/";

/** The name of the saved graph that an item stands for, null for node types. */
export const savedIn = (item: NodeItem) => (item.id.startsWith(SAVED) ? item.id.slice(SAVED.length) : null);

/** One's own saved graphs but the one that is open; none while a link looks for an end. */
export function useSavedItems(tabId: string, wanted: boolean): NodeItem[] {
  const [names, setNames] = useState<string[]>([]);
  useEffect(() => {
    if (!wanted) return;
    let here = true;
    const take = (rows: { name: string; shipped: boolean }[]) =>
      here && setNames(rows.filter((row) => !row.shipped).map((row) => row.name));
    server.workflows().then(take, () => {}); // without a server, node types are all there is
    return () => {
      here = false;
    };
  }, [wanted]);
  return useMemo(() => {
    const own = workspace.getState().tabs.find((tab) => tab.id === tabId)?.name;
    const group = t("command.savedGraphs");
    const note = t("command.useGraph");
    const others = names.filter((name) => name !== own);
    return others.map((name) => ({ id: SAVED + name, type: "", family: "graph", title: name, note, group }));
  }, [names, tabId]);
}
