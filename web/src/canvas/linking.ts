/** Drawing links: which ends fit, why a link is refused, and what happens where one is dropped. */

import { apply, type Edit } from "../doc/edits";
import { fits, reaches, type Types } from "../doc/schema";
import { isLink, type Link, type Node, type Workflow } from "../doc/types";
import { t } from "../texts";
import { workspace } from "../ui/workspace";
import { type Editing, schemaNow } from "../view/context";
import type { Known } from "../view/schemas";
import type { End } from "../view/store";

type Place = { node: string; socket: string };
export type Ends = { from: Link; to: Place };

const types = (): Types => workspace.getState().types ?? {};

/** Two ends as a link, whichever way it was drawn; null when both are of one side. */
export function endsOf(a: End, b: End): Ends | null {
  if (a.side === b.side) return null;
  const [output, input] = a.side === "output" ? [a, b] : [b, a];
  return { from: { node: output.node, output: output.socket }, to: { node: input.node, socket: input.socket } };
}

/** Why a link may not be drawn, in words; null when it may. */
export function refused(editing: Editing, { from, to }: Ends): string | null {
  if (from.node === to.node) return t("canvas.refusedItself");
  const output = schemaNow(editing, from.node).outputs[from.output];
  const input = schemaNow(editing, to.node).inputs[to.socket];
  if (output && input && !fits(types(), output.type, input.type)) {
    return t("canvas.refusedType", { output: output.type, input: to.socket, type: input.type });
  }
  return reaches(editing.doc.getState().flow, to.node, from.node) ? t("canvas.refusedCycle") : null;
}

export function link(editing: Editing, ends: Ends): void {
  editing.doc.getState().edit({ do: "link", ...ends });
}

/** Taking a link away: with the points that it passed. */
export function unlinked(flow: Workflow, node: string, socket: string): Edit {
  const id = `${node}.${socket}`;
  const clear: Edit = { do: "clear", node, socket };
  if (!flow.editor?.reroutes?.[id]) return clear;
  return { do: "many", edits: [clear, { do: "editor", part: "reroutes", id, value: null }] };
}

/** Leading the link that ends at `old` from and to elsewhere, as one step; its points go along with it. Null where nothing is another. */
export function relinked(flow: Workflow, old: Place, { from, to }: Ends): Edit | null {
  const now = flow.nodes[old.node]?.inputs?.[old.socket];
  const stays = old.node === to.node && old.socket === to.socket;
  if (stays && isLink(now) && now.node === from.node && now.output === from.output) return null;
  if (stays) return { do: "link", from, to };
  const points = flow.editor?.reroutes?.[`${old.node}.${old.socket}`];
  const edits: Edit[] = [unlinked(flow, old.node, old.socket), { do: "link", from, to }];
  if (points) edits.push({ do: "editor", part: "reroutes", id: `${to.node}.${to.socket}`, value: points });
  return { do: "many", edits };
}

export function typeOf(editing: Editing, end: End): string {
  const schema = schemaNow(editing, end.node);
  return (end.side === "input" ? schema.inputs[end.socket] : schema.outputs[end.socket])?.type ?? "anything";
}

/** The socket of a node type that a link from `end` fits best: exact types before those for anything, free ones before set ones. */
export function bestSocket(type: string, side: End["side"], schema: Known, node?: Node): string | null {
  const far = side === "output" ? schema.inputs : schema.outputs;
  const good = Object.entries(far).filter(([, entry]) =>
    side === "output" ? fits(types(), type, entry.type) : fits(types(), entry.type, type),
  );
  const rank = ([name, entry]: (typeof good)[number]) =>
    (entry.type === type ? 0 : entry.type === "anything" ? 2 : 1) + (isLink(node?.inputs?.[name]) ? 4 : 0);
  return good.sort((a, b) => rank(a) - rank(b))[0]?.[0] ?? null;
}

/** Every socket of the graph that an end could be linked to. */
export function partners(editing: Editing, end: End): End[] {
  const found: End[] = [];
  for (const id of Object.keys(editing.doc.getState().flow.nodes)) {
    if (id === end.node) continue;
    const schema = schemaNow(editing, id);
    const side = end.side === "input" ? "output" : "input";
    for (const socket of Object.keys(side === "input" ? schema.inputs : schema.outputs)) {
      const other: End = { node: id, socket, side };
      const ends = endsOf(end, other);
      if (ends && refused(editing, ends) === null) found.push(other);
    }
  }
  return found;
}

/** The edits that put a node on a link, or null where it has no sockets for it. */
export function insertion(editing: Editing, edge: string, node: string): Edit[] | null {
  const dot = edge.lastIndexOf(".");
  const [target, socket] = [edge.slice(0, dot), edge.slice(dot + 1)];
  const { flow } = editing.doc.getState();
  const value = flow.nodes[target]?.inputs?.[socket];
  if (!isLink(value) || value.node === node || target === node) return null;
  const schema = schemaNow(editing, node);
  const type = typeOf(editing, { node: value.node, socket: value.output, side: "output" });
  const wanted = typeOf(editing, { node: target, socket, side: "input" });
  const input = bestSocket(type, "output", schema, flow.nodes[node]);
  const output = bestSocket(wanted, "input", schema);
  if (input === null || output === null) return null;
  const edits: Edit[] = [
    { do: "link", from: value, to: { node, socket: input } },
    { do: "link", from: { node, output }, to: { node: target, socket } },
  ];
  const first = apply(flow, edits[0] as Edit);
  return reaches(flow, target, value.node) || reaches(first, target, node) ? null : edits;
}
