/** The surface that the graph lies on: panning, zooming, selecting, dragging and linking. */

import {
  Background,
  BackgroundVariant,
  type Connection,
  type FinalConnectionState,
  type Edge as FlowEdge,
  ReactFlow,
  useReactFlow,
  type Viewport,
} from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { type MouseEvent, useMemo } from "react";
import { isLink, type Point } from "../doc/types";
import { NodeCard } from "../nodes/NodeCard";
import { t, useTexts } from "../texts";
import { type Editing, schemaNow, useEditing, useView } from "../view/context";
import { type End, hint } from "../view/store";
import "./canvas.css";
import { Controls } from "./Controls";
import { useChecking, useDrawing } from "./drawing";
import { GroupFrame, NoteCard } from "./frames";
import { LinkEdge } from "./LinkEdge";
import { bestSocket, endsOf, link, refused, typeOf } from "./linking";
import { movement } from "./moving";
import { Overview } from "./Overview";
import { stretchAt } from "./paths";

const nodeTypes = { node: NodeCard, group: GroupFrame, note: NoteCard };
const edgeTypes = { link: LinkEdge };
const viewports = new Map<string, Viewport>();
const FIT = { padding: 0.12, maxZoom: 1 };
const FIT_LARGE = { ...FIT, minZoom: 0.6 }; // of a graph with hundreds of nodes a part is shown that can be read
const LARGE = 150;

export function Canvas() {
  useTexts();
  const editing = useEditing();
  useDrawing(editing);
  useChecking(editing);
  const drawn = useView((state) => state.drawn);
  const { screenToFlowPosition } = useReactFlow();
  const moves = useMemo(() => movement(editing), [editing]);
  const links = useMemo(() => linking(editing, screenToFlowPosition), [editing, screenToFlowPosition]);
  const place = `${editing.tabId} ${editing.prefix}`;
  const remembered = viewports.get(place);
  const large = drawn.nodes.length > LARGE;
  return (
    <ReactFlow
      nodes={drawn.nodes}
      edges={drawn.edges}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      onNodesChange={moves.nodes}
      onEdgesChange={moves.edges}
      onNodeDragStart={moves.start}
      onNodeDrag={moves.drag}
      {...links}
      onlyRenderVisibleElements
      {...(remembered ? { defaultViewport: remembered } : { fitView: true, fitViewOptions: large ? FIT_LARGE : FIT })}
      onMoveEnd={(_, viewport) => viewports.set(place, viewport)}
      minZoom={0.05}
      maxZoom={3}
      deleteKeyCode={null}
      multiSelectionKeyCode={["Shift", "Control", "Meta"]}
      selectionKeyCode="Shift"
      zoomOnDoubleClick={false}
      nodeDragThreshold={2}
      connectionRadius={24}
      elevateNodesOnSelect={false}
      ariaLabelConfig={{
        "node.a11yDescription.default": t("canvas.nodeKeys"),
        "node.a11yDescription.keyboardDisabled": t("canvas.nodeKeys"),
        "edge.a11yDescription.default": t("canvas.linkKeys"),
      }}
      aria-label={t("canvas.graph")}
    >
      <Background variant={BackgroundVariant.Dots} gap={24} size={1.5} />
      <Overview />
      <Controls />
    </ReactFlow>
  );
}

type ToFlow = (at: { x: number; y: number }) => { x: number; y: number };

/** What happens at either end of a link that is being drawn, and on links that are there. */
function linking(editing: Editing, toFlow: ToFlow) {
  const endOf = (node: string, socket: string, side: End["side"]): End => ({ node, socket, side });
  const ends = (of: Connection | FlowEdge) =>
    endsOf(endOf(of.source, of.sourceHandle ?? "", "output"), endOf(of.target, of.targetHandle ?? "", "input"));
  return {
    isValidConnection: (of: Connection | FlowEdge) => {
      const wanted = ends(of);
      return wanted !== null && refused(editing, wanted) === null;
    },
    onConnect: (of: Connection) => {
      const wanted = ends(of);
      if (wanted) link(editing, wanted);
    },
    onConnectEnd: (event: globalThis.MouseEvent | TouchEvent, state: FinalConnectionState) => {
      if (!state.fromHandle || state.isValid) return;
      const { clientX: x, clientY: y } = "changedTouches" in event ? (event.changedTouches[0] as Touch) : event;
      const from = endOf(
        state.fromHandle.nodeId,
        state.fromHandle.id ?? "",
        state.fromHandle.type === "source" ? "output" : "input",
      );
      if (state.toHandle) {
        const to = endOf(
          state.toHandle.nodeId,
          state.toHandle.id ?? "",
          state.toHandle.type === "source" ? "output" : "input",
        );
        if (to.node !== from.node || to.socket !== from.socket) explain(editing, from, to, x, y);
      } else dropLink(editing, from, x, y, toFlow);
    },
    onEdgeClick: (event: MouseEvent, edge: FlowEdge) => {
      if (!event.altKey) return;
      editing.doc.getState().edit({ do: "clear", node: edge.target, socket: edge.targetHandle ?? "" });
    },
    onEdgeDoubleClick: (event: MouseEvent, edge: FlowEdge) =>
      bend(editing, edge, toFlow({ x: event.clientX, y: event.clientY })),
  };
}

function explain(editing: Editing, from: End, to: End, x: number, y: number): void {
  const wanted = endsOf(from, to);
  hint(editing.view, (wanted ? refused(editing, wanted) : null) ?? t("canvas.refusedSide"), x, y);
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
  const node = editing.doc.getState().flow.nodes[id];
  const type = typeOf(editing, from);
  const socket = bestSocket(type, from.side, schemaNow(editing, id), node);
  const wanted =
    socket === null ? null : endsOf(from, { node: id, socket, side: from.side === "input" ? "output" : "input" });
  const why = wanted ? refused(editing, wanted) : t("canvas.refusedNone", { type });
  if (wanted && why === null) link(editing, wanted);
  else hint(editing.view, why ?? "", x, y);
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
