/** The canvas with what stands around it: tabs above, run bar, side panel. */

import { lazy, Suspense } from "react";
import { useTexts } from "../texts";
import "./studio.css";
import { Tabs } from "./Tabs";

const Editor = lazy(() => import("../canvas/Editor"));
const Panels = lazy(() => import("../panels/Panels"));
const RunBar = lazy(() => import("../panels/RunBar").then((module) => ({ default: module.RunBar })));

export default function Studio({ tabId }: { tabId: string }) {
  const { t } = useTexts();
  return (
    <div className="studio">
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
