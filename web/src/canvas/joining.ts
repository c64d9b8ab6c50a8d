/** Links by mouse: what happens at either end of one that is being drawn or moved, and on those that are there. */

import type { Connection, FinalConnectionState, Edge as FlowEdge, HandleType } from "@xyflow/react";
import type { MouseEvent } from "react";
import { isLink, type Point } from "../doc/types";
import { t } from "../texts";
import { type Editing, schemaNow } from "../view/context";
import { type End, hint } from "../view/store";
import { bestSocket, type Ends, endsOf, link, refused, relinked, typeOf, unlinked } from "./linking";
import { stretchAt } from "./paths";

type ToFlow = (at: { x: number; y: number }) => { x: number; y: number };
type Let = globalThis.MouseEvent | TouchEvent;

const endOf = (node: string, socket: string, side: End["side"]): End => ({ node, socket, side });
const endsIn = (of: Connection | FlowEdge) =>
  endsOf(endOf(of.source, of.sourceHandle ?? "", "output"), endOf(of.target, of.targetHandle ?? "", "input"));

type Handle = { nodeId: string; id?: string | null; type: HandleType };
const endAt = ({ nodeId, id, type }: Handle) => endOf(nodeId, id ?? "", type === "source" ? "output" : "input");
const placeOf = (event: Let) => {
  const { clientX: x, clientY: y } = "changedTouches" in event ? (event.changedTouches[0] as Touch) : event;
  return { x, y };
};

export function joining(editing: Editing, toFlow: ToFlow) {
  // The link one end of which is held now: the library tells of its end as of that of a new one, and then of it as such.
  let held: FlowEdge | null = null;
  return {
    isValidConnection: (of: Connection | FlowEdge) => {
      const wanted = endsIn(of);
      return wanted !== null && refused(editing, wanted) === null;
    },
    onConnect: (of: Connection) => {
      const wanted = endsIn(of);
      if (wanted) link(editing, wanted);
    },
    onConnectEnd: (event: Let, state: FinalConnectionState) => {
      if (!state.fromHandle || state.isValid || held) return;
      const { x, y } = placeOf(event);
      const from = endAt(state.fromHandle);
      if (state.toHandle) explain(editing, from, endAt(state.toHandle), x, y);
      else dropLink(editing, from, x, y, toFlow);
    },
    onReconnectStart: (_: MouseEvent, edge: FlowEdge) => {
      held = edge;
    },
    onReconnect: (edge: FlowEdge, of: Connection) => {
      const wanted = endsIn(of);
      if (wanted) move(editing, edge, wanted);
    },
    onReconnectEnd: (event: Let, edge: FlowEdge, _: HandleType, state: FinalConnectionState) => {
      held = null;
      if (!state.fromHandle || state.isValid) return;
      const { x, y } = placeOf(event);
      if (state.toHandle) explain(editing, endAt(state.fromHandle), endAt(state.toHandle), x, y);
      else letGo(editing, edge, endAt(state.fromHandle), x, y);
    },
    onEdgeClick: (event: MouseEvent, edge: FlowEdge) => {
      if (event.altKey) cut(editing, edge);
    },
    onEdgeDoubleClick: (event: MouseEvent, edge: FlowEdge) =>
      bend(editing, edge, toFlow({ x: event.clientX, y: event.clientY })),
  };
}

function cut({ doc }: Editing, edge: FlowEdge): void {
  const { flow, edit } = doc.getState();
  edit(unlinked(flow, edge.target, edge.targetHandle ?? ""));
}

function move({ doc }: Editing, edge: FlowEdge, wanted: Ends): void {
  const { flow, edit } = doc.getState();
  const change = relinked(flow, { node: edge.target, socket: edge.targetHandle ?? "" }, wanted);
  if (change) edit(change);
}

function explain(editing: Editing, from: End, to: End, x: number, y: number): void {
  if (to.node === from.node && to.socket === from.socket && to.side === from.side) return;
  const wanted = endsOf(from, to);
  hint(editing.view, (wanted ? refused(editing, wanted) : null) ?? t("canvas.refusedSide"), x, y);
}

/** The end of a link let go elsewhere than on a socket: over a node it takes its best one, over the empty canvas the link is taken away. */
function letGo(editing: Editing, edge: FlowEdge, from: End, x: number, y: number): void {
  const under = document.elementFromPoint(x, y);
  const id = under?.closest(".react-flow__node-node")?.getAttribute("data-id");
  if (!id) {
    if (under?.closest(".react-flow__pane, .react-flow__edges, .react-flow__edge, .react-flow__node"))
      cut(editing, edge);
    return;
  }
  if (id === from.node || id === (from.side === "output" ? edge.target : edge.source)) return; // it stays where it was
  const wanted = fittingEnds(editing, from, id);
  const why = wanted ? refused(editing, wanted) : t("canvas.refusedNone", { type: typeOf(editing, from) });
  if (wanted && why === null) move(editing, edge, wanted);
  else hint(editing.view, why ?? "", x, y);
}

/** A link let go over a node takes its best socket; over the empty canvas, the nodes that fit are offered. */
function dropLink(editing: Editing, from: End, x: number, y: number, toFlow: ToFlow): void {
  const card = document.elementFromPoint(x, y)?.closest(".react-flow__node-node");
  const id = card?.getAttribute("data-id");
  if (!id) {
    if (document.elementFromPoint(x, y)?.closest(".react-flow")) {
      editing.view.setState({ palette: { at: toFlow({ x, y }), end: from } });
    }
    return;
  }
  if (id === from.node) return;
  const wanted = fittingEnds(editing, from, id);
  const why = wanted ? refused(editing, wanted) : t("canvas.refusedNone", { type: typeOf(editing, from) });
  if (wanted && why === null) link(editing, wanted);
  else hint(editing.view, why ?? "", x, y);
}

/** The link from an end to the socket of a node that fits it best. */
function fittingEnds(editing: Editing, from: End, id: string): Ends | null {
  const node = editing.doc.getState().flow.nodes[id];
  const socket = bestSocket(typeOf(editing, from), from.side, schemaNow(editing, id), node);
  return socket === null ? null : endsOf(from, endOf(id, socket, from.side === "input" ? "output" : "input"));
}

/** A point more on a link. */
function bend({ doc }: Editing, edge: FlowEdge, { x, y }: { x: number; y: number }): void {
  const { flow } = doc.getState();
  const points = flow.editor?.reroutes?.[edge.id] ?? [];
  if (!isLink(flow.nodes[edge.target]?.inputs?.[edge.targetHandle ?? ""])) return;
  const here: Point = [Math.round(x), Math.round(y)];
  const at = points.length ? stretchAt([[-Infinity, y], ...points, [Infinity, y]].map(finite), here) : 0;
  doc.getState().edit({ do: "editor", part: "reroutes", id: edge.id, value: points.toSpliced(at, 0, here) });
}

const finite = ([x, y]: number[]): Point => [Math.max(-1e6, Math.min(1e6, x ?? 0)), y ?? 0];
