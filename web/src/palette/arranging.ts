/** What commands do to where things stand: line up, spread, lay out. Each is one step to undo. */

import type { Edit } from "../doc/edits";
import type { Point } from "../doc/types";
import { align, columns, distribute, layOut, type Side } from "../view/arrange";
import { GROUP, NOTE } from "../view/build";
import { boxesOf, edit, graph, picked, pickedNodes, type Scope } from "./actions";

const SLOW = 600; // nodes from which a careful layout takes too long

export function lineUp(scope: Scope, side: Side): void {
  place(scope, align(boxesOf(scope, picked(scope)), side));
}

export function spread(scope: Scope, along: "x" | "y"): void {
  place(scope, distribute(boxesOf(scope, picked(scope)), along));
}

/** Lay out what is selected, or all. */
export function tidy(scope: Scope): void {
  const some = pickedNodes(scope);
  const boxes = boxesOf(scope, some.length > 1 ? some : Object.keys(graph(scope).nodes));
  const links = scope.editing.view.getState().drawn.edges.map((edge) => [edge.source, edge.target] as [string, string]);
  place(scope, boxes.length > SLOW ? columns(boxes, links) : layOut(boxes, links));
}

function place(scope: Scope, at: Record<string, Point>): void {
  const edits: Edit[] = [];
  const moved: Record<string, Point> = {};
  const { groups, notes } = graph(scope).editor ?? {};
  for (const [id, point] of Object.entries(at)) {
    if (graph(scope).nodes[id]) moved[id] = point;
    const [part, name] = id.startsWith(GROUP)
      ? (["groups", id.slice(GROUP.length)] as const)
      : (["notes", id.slice(NOTE.length)] as const);
    const old = (part === "groups" ? groups : notes)?.[name];
    if (old) edits.push({ do: "editor", part, id: name, value: { ...old, at: point } });
  }
  if (Object.keys(moved).length) edits.push({ do: "move", at: moved });
  if (edits.length) edit(scope, { do: "many", edits });
}
