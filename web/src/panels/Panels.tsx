/** The side panel: what waits, what was, and what came out. Its edge is dragged to make it wider; folded, only a strip of icons is left. */

import { Tabs } from "@base-ui/react/tabs";
import { History as HistoryIcon, Images, ListOrdered, PanelRightClose, PanelRightOpen } from "lucide-react";
import { type KeyboardEvent, type PointerEvent, useEffect } from "react";
import { useStore } from "zustand/react";
import { useTexts } from "../texts";
import { History } from "./History";
import { liveOf, useJobs } from "./jobs";
import { Notices } from "./Notices";
import { followTabs } from "./ofTab";
import { watchJobs } from "./tell";
import "./controls.css";
import "./menus.css";
import "./history.css";
import "./panels.css";
import "./queue.css";
import "./results.css";
import "./runbar.css";
import { Queue } from "./Queue";
import { Results } from "./Results";
import { NARROWEST, type Page, panel, showPage, WIDEST } from "./state";
import { Viewer } from "./Viewer";

export type PanelsProps = {
  tabId: string;
  /** Show a node of this graph; without it no such button is offered. */
  onShowNode?: (node: string) => void;
  /** Make a file of the server ("outputs/a.png") an input; without it the graph's own picture inputs are offered. */
  onUseAsInput?: (path: string) => void;
};

const PAGES: { page: Page; icon: typeof Images }[] = [
  { page: "queue", icon: ListOrdered },
  { page: "history", icon: HistoryIcon },
  { page: "results", icon: Images },
];

export default function Panels({ tabId, onShowNode, onUseAsInput }: PanelsProps) {
  const { t } = useTexts();
  const open = useStore(panel, (state) => state.open);
  const width = useStore(panel, (state) => state.width);
  useEffect(() => {
    watchJobs();
    followTabs();
  }, []);
  return (
    <aside className="panels" aria-label={t("panels.title")} style={open ? { inlineSize: width } : undefined}>
      {open ? <Open tabId={tabId} onUseAsInput={onUseAsInput} /> : <Strip />}
      <Viewer tabId={tabId} onUseAsInput={onUseAsInput} />
      <Notices tabId={tabId} onShowNode={onShowNode} />
    </aside>
  );
}

function Open({ tabId, onUseAsInput }: { tabId: string; onUseAsInput: PanelsProps["onUseAsInput"] }) {
  const { t } = useTexts();
  const page = useStore(panel, (state) => state.page);
  return (
    <>
      <Edge />
      <Tabs.Root
        className="panels-tabs"
        value={page}
        onValueChange={(value) => panel.setState({ page: value as Page })}
      >
        <div className="panels-head">
          <Tabs.List className="panels-tablist" aria-label={t("panels.pages")}>
            {PAGES.map(({ page: name, icon: Icon }) => (
              <Tabs.Tab key={name} value={name} className="panels-tab">
                <Icon size={16} aria-hidden />
                {t(`panels.page_${name}`)}
                {name === "queue" && <Count />}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <button
            type="button"
            className="panels-icon"
            aria-label={t("panels.fold")}
            title={t("panels.fold")}
            onClick={() => panel.setState({ open: false })}
          >
            <PanelRightClose size={16} className="panels-mirror" />
          </button>
        </div>
        <Tabs.Panel value="queue" className="panels-panel">
          <Queue tabId={tabId} />
        </Tabs.Panel>
        <Tabs.Panel value="history" className="panels-panel">
          <History tabId={tabId} />
        </Tabs.Panel>
        <Tabs.Panel value="results" className="panels-panel">
          <Results tabId={tabId} onUseAsInput={onUseAsInput} />
        </Tabs.Panel>
      </Tabs.Root>
    </>
  );
}

function Count() {
  const count = liveOf(useJobs());
  return count > 0 ? <span className="panels-count">{count}</span> : null;
}

function Strip() {
  const { t } = useTexts();
  return (
    <div className="panels-strip">
      <button
        type="button"
        className="panels-icon"
        aria-label={t("panels.unfold")}
        title={t("panels.unfold")}
        onClick={() => panel.setState({ open: true })}
      >
        <PanelRightOpen size={16} className="panels-mirror" />
      </button>
      {PAGES.map(({ page, icon: Icon }) => (
        <button
          key={page}
          type="button"
          className="panels-icon"
          aria-label={t(`panels.page_${page}`)}
          title={t(`panels.page_${page}`)}
          onClick={() => showPage(page)}
        >
          <Icon size={16} />
        </button>
      ))}
    </div>
  );
}

const STEP = 24; // pixels for one press of an arrow key

/** The edge that is dragged, or moved by the arrow keys. */
function Edge() {
  const { t } = useTexts();
  const width = useStore(panel, (state) => state.width);
  const set = (wish: number) =>
    panel.setState({ width: Math.round(Math.min(WIDEST, innerWidth * 0.7, Math.max(NARROWEST, wish))) });
  const isRightToLeft = () => document.documentElement.dir === "rtl";
  const drag = (event: PointerEvent<HTMLElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    set(isRightToLeft() ? event.clientX : document.documentElement.clientWidth - event.clientX);
  };
  const press = (event: KeyboardEvent) => {
    const way = { ArrowLeft: 1, ArrowRight: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    set(width + STEP * way * (isRightToLeft() ? -1 : 1));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule can't be dragged
    <div
      className="panels-edge"
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={t("panels.edge")}
      aria-valuenow={width}
      aria-valuemin={NARROWEST}
      aria-valuemax={WIDEST}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onKeyDown={press}
      onDoubleClick={() => set(340)}
    />
  );
}
