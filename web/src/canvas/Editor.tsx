/** The editor of one open graph: the canvas and its helpers, and which of the graphs in it is shown. */

import { ReactFlowProvider } from "@xyflow/react";
import { Repeat } from "lucide-react";
import { useMemo, useState } from "react";
import { useStore } from "zustand/react";
import type { Doc } from "../doc/store";
import { useTexts } from "../texts";
import { addressOf, go } from "../ui/App";
import { workspace } from "../ui/workspace";
import { type Editing, EditingContext, useView } from "../view/context";
import { innerDoc } from "../view/inner";
import { savedName } from "../view/neighbours";
import { REPEAT } from "../view/schemas";
import { createView } from "../view/store";
import { Canvas } from "./Canvas";
import { redraw } from "./drawing";
import { Helpers } from "./Helpers";
import { Known } from "./Known";
import { Surface } from "./Surface";

/** outer: the graph with the node that holds this one. */
type Level = { id: string; doc: Doc; outer: Doc };

export default function Editor({ tabId }: { tabId: string }) {
  const tab = useStore(workspace, (state) => state.tabs.find((entry) => entry.id === tabId));
  const [levels, setLevels] = useState<Level[]>([]);
  if (!tab) return null;
  const doc = levels.at(-1)?.doc ?? tab.doc;
  const prefix = levels.map((level) => `${level.id}/`).join("");
  const enter = (id: string) => {
    const saved = savedName(doc.getState().flow.nodes[id]);
    if (saved !== null) go(addressOf("graph", { id: "", name: saved }));
    else setLevels([...levels, { id, doc: innerDoc(tab.doc, doc, id), outer: doc }]);
  };
  const leave = () => setLevels(levels.slice(0, -1));
  return (
    <div className="canvas-editor">
      <Shown key={prefix} tabId={tabId} root={tab.doc} doc={doc} prefix={prefix} enter={enter} leave={leave}>
        {levels.length > 0 && <Path levels={levels} go={(count) => setLevels(levels.slice(0, count))} />}
      </Shown>
    </div>
  );
}

type ShownProps = Omit<Editing, "view"> & { children: React.ReactNode };

function Shown({ tabId, root, doc, prefix, enter, leave, children }: ShownProps) {
  // The graph that is shown changes with the key; what else is handed in stays the same for as long.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const editing = useMemo<Editing>(() => {
    const made = { tabId, root, doc, prefix, enter, leave, view: createView() };
    redraw(made);
    return made;
  }, []);
  return (
    <EditingContext value={editing}>
      <ReactFlowProvider>
        <Surface>
          <Canvas />
        </Surface>
        <Helpers />
        <Known />
        {children}
        <Hint />
      </ReactFlowProvider>
    </EditingContext>
  );
}

function Hint() {
  const hint = useView((state) => state.hint);
  return (
    <div role="status">
      {hint && (
        <p className="canvas-hint" style={{ left: hint.x, top: hint.y, margin: 0 }}>
          {hint.text}
        </p>
      )}
    </div>
  );
}

/** Where one is, and the way out. */
function Path({ levels, go }: { levels: Level[]; go: (count: number) => void }) {
  const { t } = useTexts();
  return (
    <nav className="canvas-path" aria-label={t("canvas.path")}>
      <button type="button" onClick={() => go(0)}>
        {t("canvas.whole")}
      </button>
      {levels.map((level, at) => (
        <span key={level.id}>
          <span aria-hidden>›</span>
          <button type="button" aria-current={at === levels.length - 1} onClick={() => go(at + 1)}>
            {level.id}
          </button>
          <Rounds outer={level.outer} id={level.id} />
        </span>
      ))}
    </nav>
  );
}

/** Says that the graph in a node is repeated. */
function Rounds({ outer, id }: { outer: Doc; id: string }) {
  const { t } = useTexts();
  const node = useStore(outer, (state) => state.flow.nodes[id]);
  if (node?.type !== REPEAT) return null;
  const count = Number(node.times ?? 3);
  const text = node.until
    ? t("canvas.repeated", { count, output: String(node.until) })
    : t("canvas.repeatedAll", { count });
  return (
    <span className="canvas-rounds">
      <Repeat size={14} aria-hidden /> {text}
    </span>
  );
}
