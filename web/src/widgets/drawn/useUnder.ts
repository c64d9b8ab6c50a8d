/** The picture that feeds an input of a node: the file that is read there, or what the node before it made last. */

import { useStore } from "zustand/react";
import type { InputSchema } from "../../doc/schema";
import { isLink, type Node } from "../../doc/types";
import { run } from "../../run/store";
import { placeOf, thumbnail } from "../../server/api";
import { runTab, workspace } from "../../ui/workspace";
import { useEditing, useJob, useMade, useView } from "../../view/context";
import type { Under } from "../types";

export function useUnder(id: string, on: string): Under {
  const editing = useEditing();
  const link = useStore(editing.doc, ({ flow }) => flow.nodes[id]?.inputs?.[on]);
  const [source, output] = isLink(link) ? [link.node, link.output] : ["", ""];
  const node = useStore(editing.doc, ({ flow }) => flow.nodes[source]);
  const inputs = useStore(workspace, ({ schemas }) => schemas[node?.type ?? ""]?.inputs);
  const made = useMade(source)?.[output];
  const guess = useView((state) => state.guesses[source]?.sizes[output]);
  const job = useJob();
  const making = useStore(run, ({ jobs }) => ["pending", "running"].includes(jobs[job ?? ""]?.status ?? ""));
  const file = fileOf(node, inputs);
  if (file) return { url: guess ? thumbnail(file, 1024) : `api/files/${file}`, size: guess ?? null, on };
  const size: Under["size"] = made?.width && made.height ? [made.width, made.height] : (guess ?? null);
  if (made?.thumbnail) return { url: made.thumbnail.replace(/^\/(?=api\/)/, ""), size, on };
  if (!source) return { url: null, size: null, why: "link", on };
  const make = async () => {
    const tab = workspace.getState().tabs.find((entry) => entry.id === editing.tabId);
    if (tab) await runTab(tab, { targets: [editing.prefix + source] });
  };
  return { url: null, size, why: "run", on, make, making };
}

/** The place on the server of the picture that a node reads; "" where it reads none, or changes it on the way. */
export function fileOf(node: Node | undefined, inputs: Record<string, InputSchema> | undefined): string {
  const rows = Object.entries(inputs ?? {});
  if (!node || rows.some(([, input]) => input.type === "image" || input.type === "mask")) return "";
  const found = rows.find(([, { widget }]) => widget?.kind === "file" && widget.of === "image");
  const value = found ? (node.inputs?.[found[0]] ?? found[1].default) : undefined;
  return typeof value === "string" ? (placeOf(value) ?? "") : "";
}
