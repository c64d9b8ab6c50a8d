/** The surface that the graph lies on: panning, zooming, selecting, dragging and linking. */

import {
  Background,
  BackgroundVariant,
  getNodesBounds,
  getViewportForBounds,
  type Node,
  ReactFlow,
  useReactFlow,
  useStore,
  type Viewport,
} from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { NodeCard } from "../nodes/NodeCard";
import { t, useTexts } from "../texts";
import { useEditing, useView } from "../view/context";
import "./canvas.css";
import { Controls } from "./Controls";
import { useChecking, useDrawing } from "./drawing";
import { FarLinks, useNearLinks } from "./FarLinks";
import { GroupFrame, NoteCard } from "./frames";
import { joining } from "./joining";
import { LinkEdge } from "./LinkEdge";
import { movement } from "./moving";
import { Overview } from "./Overview";

const nodeTypes = { node: NodeCard, group: GroupFrame, note: NoteCard };
const edgeTypes = { link: LinkEdge };
const viewports = new Map<string, Viewport>();
const CLOSEST = 0.05;
const LARGE = 150; // nodes of a graph of which a part is shown that can be read, not the whole
const optionsFor = (count: number) => ({ padding: 0.12, maxZoom: 1, minZoom: count > LARGE ? 1 : CLOSEST });

export function Canvas() {
  useTexts();
  const editing = useEditing();
  useDrawing(editing);
  useChecking(editing);
  const drawn = useView((state) => state.drawn);
  const links = useNearLinks(drawn.edges);
  const { screenToFlowPosition } = useReactFlow();
  const moves = useMemo(() => movement(editing), [editing]);
  const joins = useMemo(() => joining(editing, screenToFlowPosition), [editing, screenToFlowPosition]);
  const place = `${editing.tabId} ${editing.prefix}`;
  const [remembered] = useState(() => viewports.get(place));
  const [{ room, first }] = useState(() => firstView(drawn.nodes));
  const moved = useRef(false);
  return (
    <ReactFlow
      nodes={drawn.nodes}
      edges={links}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      onNodesChange={moves.nodes}
      onEdgesChange={moves.edges}
      onNodeDragStart={moves.start}
      onNodeDrag={moves.drag}
      {...joins}
      onlyRenderVisibleElements
      {...room}
      defaultViewport={remembered ?? first}
      onMoveStart={(event) => {
        if (event) moved.current = true;
      }}
      onMoveEnd={(_, viewport) => viewports.set(place, viewport)}
      minZoom={CLOSEST}
      maxZoom={3}
      deleteKeyCode={null}
      multiSelectionKeyCode={["Shift", "Control", "Meta"]}
      selectionKeyCode="Shift"
      zoomOnDoubleClick={false}
      nodeDragThreshold={2}
      connectionRadius={24}
      reconnectRadius={12}
      elevateNodesOnSelect={false}
      ariaLabelConfig={{
        "node.a11yDescription.default": t("canvas.nodeKeys"),
        "node.a11yDescription.keyboardDisabled": t("canvas.nodeKeys"),
        "edge.a11yDescription.default": t("canvas.linkKeys"),
      }}
      aria-label={t("canvas.graph")}
    >
      <Background variant={BackgroundVariant.Dots} gap={24} size={1.5} />
      <FarLinks />
      {!remembered && <Fitting count={drawn.nodes.length} moved={moved} />}
      <Overview />
      <Controls />
    </ReactFlow>
  );
}

/** The size of the canvas and where one looks at first, so that what is in sight is drawn at once, and only that. */
function firstView(nodes: Node[]) {
  const { width = 0, height = 0 } = document.querySelector(".studio-canvas")?.getBoundingClientRect() ?? {};
  if (!width || !height || !nodes.length) return { room: {}, first: { x: 0, y: 0, zoom: 1 } };
  const { padding, maxZoom, minZoom } = optionsFor(nodes.length);
  const first = getViewportForBounds(getNodesBounds(nodes), width, height, minZoom, maxZoom, padding);
  return { room: { width, height }, first };
}

/** Shows the whole graph again while the parts around the canvas find their places, until somebody goes elsewhere or changes the graph. */
function Fitting({ count, moved }: { count: number; moved: RefObject<boolean> }) {
  const { doc } = useEditing();
  const { fitView } = useReactFlow();
  const [first] = useState(() => doc.getState().flow);
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  useEffect(() => {
    // An empty graph has nothing to fit: its first node must not move the canvas away from under the pointer.
    if (count && width && height && !moved.current && doc.getState().flow === first) void fitView(optionsFor(count));
  }, [width, height, moved, doc, first, fitView, count]);
  return null;
}
