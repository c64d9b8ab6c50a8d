/** The canvas with what stands around it: tabs above, run bar, side panel. */

import { lazy, Suspense, useEffect } from "react";
import { useStore } from "zustand/react";
import { createDoc } from "../doc/store";
import { useTexts } from "../texts";
import "./studio.css";
import { Tabs } from "./Tabs";
import { newFlow, workspace } from "./workspace";

const EMPTY = createDoc(newFlow(""), null);

const Editor = lazy(() => import("../canvas/Editor"));
const Panels = lazy(() => import("../panels/Panels"));
const RunBar = lazy(() => import("../panels/RunBar").then((module) => ({ default: module.RunBar })));

/** The graph's title; also that of the window. */
function useTitle(tabId: string): string {
  const { t } = useTexts();
  const tab = useStore(workspace, (state) => state.tabs.find((entry) => entry.id === tabId));
  const own = useStore(tab?.doc ?? EMPTY, (doc) => doc.flow.title);
  const title = own || tab?.name || t("app.untitled");
  useEffect(() => {
    document.title = `${title} – Graft`;
  }, [title]);
  return title;
}

export default function Studio({ tabId }: { tabId: string }) {
  const { t } = useTexts();
  const title = useTitle(tabId);
  return (
    <div className="studio">
      <h1 className="studio-title">{title}</h1>
      <header className="studio-head">
        <a className="studio-home" href="#/">
          {t("app.name")}
        </a>
        <Tabs current={tabId} />
        <Suspense fallback={null}>
          <RunBar tabId={tabId} />
        </Suspense>
      </header>
      <main className="studio-canvas">
        <Suspense fallback={<p className="app-note">{t("app.loading")}</p>}>
          <Editor key={tabId} tabId={tabId} />
        </Suspense>
      </main>
      <Suspense fallback={null}>
        <Panels tabId={tabId} />
      </Suspense>
    </div>
  );
}
