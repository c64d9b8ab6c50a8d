/** The open graphs, to change between, to close and to save. */

import { Plus, X } from "lucide-react";
import { useStore } from "zustand/react";
import { useTexts } from "../texts";
import { addressOf, go } from "./App";
import { SaveButton } from "./SaveButton";
import { TabMenu } from "./TabMenu";
import { closeTab, newFlow, openFlow, type Tab, workspace } from "./workspace";

export function Tabs({ current }: { current: string }) {
  const { t } = useTexts();
  const tabs = useStore(workspace, (state) => state.tabs);
  const tab = tabs.find((entry) => entry.id === current);
  return (
    <>
      <nav className="studio-tabs" aria-label={t("app.openGraphs")}>
        {tabs.map((entry) => (
          <TabButton key={entry.id} tab={entry} current={entry.id === current} />
        ))}
        <button
          type="button"
          className="ui-icon"
          aria-label={t("app.newGraph")}
          title={t("app.newGraph")}
          onClick={() => go(addressOf("graph", openFlow(newFlow(""))))}
        >
          <Plus size={16} />
        </button>
      </nav>
      {tab && <SaveButton key={tab.id} tab={tab} />}
    </>
  );
}

function TabButton({ tab, current }: { tab: Tab; current: boolean }) {
  const { t } = useTexts();
  const title = useStore(tab.doc, (doc) => doc.flow.title) || tab.name || t("app.untitled");
  const changed = useStore(tab.doc, (doc) => doc.flow !== doc.saved);
  const close = () => {
    if (changed && !confirm(t("app.closeChanged", { title }))) return;
    closeTab(tab.id);
    if (!current) return;
    const next = workspace.getState().tabs.find((entry) => entry.id === workspace.getState().current);
    go(next ? addressOf("graph", next) : "#/");
  };
  return (
    <span className={current ? "studio-tab studio-tab-current" : "studio-tab"}>
      <a href={addressOf("graph", tab)} aria-current={current ? "page" : undefined}>
        {title}
        {changed && (
          <span className="studio-changed" role="img" aria-label={t("app.unsaved")} title={t("app.unsaved")} />
        )}
      </a>
      {current && <TabMenu tab={tab} title={title} />}
      <button type="button" className="ui-icon" aria-label={t("app.closeGraph", { title })} onClick={close}>
        <X size={14} />
      </button>
    </span>
  );
}
