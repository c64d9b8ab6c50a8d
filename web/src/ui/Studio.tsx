/** The canvas with what stands around it: tabs above, run bar, side panel. */

import { lazy, Suspense, useEffect } from "react";
import { useStore } from "zustand/react";
import { createDoc } from "../doc/store";
import { useTexts } from "../texts";
import "./studio.css";
import { current } from "../view/current";
import { Guarded } from "./Guarded";
import { part, usePart } from "./part";
import { Tabs } from "./Tabs";
import { newFlow, workspace } from "./workspace";

const EMPTY = createDoc(newFlow(""), null);

const EDITOR = part(() => import("../canvas/Editor"));
const HelpMenu = lazy(() => import("../tour/HelpMenu"));
const PANELS = part(() => import("../panels/Panels"));
const RUN_BAR = part(async () => ({ default: (await import("../panels/RunBar")).RunBar }));

export async function fetchPieces(): Promise<void> {
  await Promise.all([EDITOR.fetch(), PANELS.fetch(), RUN_BAR.fetch()]);
}

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
  const selected = useStore(current, (state) => state.selected);
  const show = useStore(current, (state) => state.show);
  const [Editor, Panels, RunBar] = [usePart(EDITOR), usePart(PANELS), usePart(RUN_BAR)];
  return (
    <div className="studio">
      <header className="studio-head">
        <h1 className="studio-title">{title}</h1>
        <a className="studio-home" href="#/">
          {t("app.name")}
        </a>
        <Tabs current={tabId} />
        <Suspense fallback={null}>
          <HelpMenu />
          <RunBar tabId={tabId} targets={selected} />
        </Suspense>
      </header>
      <main className="studio-canvas">
        <Guarded>
          <Suspense fallback={<p className="app-note">{t("app.loading")}</p>}>
            <Editor key={tabId} tabId={tabId} />
          </Suspense>
        </Guarded>
      </main>
      <Guarded>
        <Suspense fallback={null}>
          <Panels tabId={tabId} {...(show ? { onShowNode: show } : {})} />
        </Suspense>
      </Guarded>
    </div>
  );
}
