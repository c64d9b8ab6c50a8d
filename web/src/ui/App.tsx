/** Which page is shown, by the address: "#/" the start page, "#/form/<name>" a form, "#/graph/<name>" the canvas; "~<id>" stands for a graph that has no name yet. */

import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from "react";
import { useStore } from "zustand/react";
import { browser } from "../palette/browser/state";
import { ServerError } from "../server/api";
import { useTexts } from "../texts";
import { beginTour, tour } from "../tour/state";
import "./app.css";
import { opening } from "./begin";
import { Guarded } from "./Guarded";
import { keeping } from "./kept";
import { part, usePart } from "./part";
import { Uploads } from "./Uploads";
import { openSaved, type Tab, workspace } from "./workspace";

const PARTS = {
  start: part(() => import("../form/StartPage")),
  form: part(() => import("../form/FormPage")),
  graph: part(fetchStudio),
};
const Browser = lazy(() => import("../palette/browser/Browser"));
const Tour = lazy(() => import("../tour/Tour"));

export type Place = { page: "start" } | { page: "form" | "graph"; name: string };

/** The place that an address names. */
export function placeOf(hash: string): Place {
  const [, page, ...rest] = hash.replace(/\?.*$/, "").split("/");
  const name = decodeURIComponent(rest.join("/"));
  return (page === "form" || page === "graph") && name ? { page, name } : { page: "start" };
}

/** Where a graph is shown. */
export function addressOf(page: "form" | "graph", tab: Pick<Tab, "id" | "name">): string {
  return `#/${page}/${encodeURIComponent(tab.name ?? `~${tab.id}`)}`;
}

export function go(address: string): void {
  location.hash = address.replace(/^#/, "");
}

function useHash(): string {
  return useSyncExternalStore(
    (told) => {
      addEventListener("hashchange", told);
      return () => removeEventListener("hashchange", told);
    },
    () => location.hash,
  );
}

/** Fetch the part that the address asks for, while the server is asked for the node types. */
export function fetchPart(): Promise<void> {
  return PARTS[placeOf(location.hash).page].fetch();
}

/** The canvas comes in several pieces, which are fetched together. */
async function fetchStudio() {
  const { default: Studio, fetchPieces } = await import("./Studio");
  await fetchPieces();
  return { default: Studio };
}

export function App() {
  const { t } = useTexts();
  const state = useStore(opening, (now) => now.state);
  if (state === "denied") return <Denied />;
  if (state === "opening") return <p className="app-note">{t("app.loading")}</p>;
  if (state === "gone") return <p className="app-note">{t("app.serverGone")}</p>;
  return (
    <>
      <Suspense fallback={<p className="app-note">{t("app.loading")}</p>}>
        <Guarded>
          <Page />
        </Guarded>
      </Suspense>
      <Guarded>
        <Over />
      </Guarded>
      <Uploads />
      <NotKept />
    </>
  );
}

function Page() {
  const place = placeOf(useHash());
  return place.page === "start" ? <Start /> : <WithTab key={place.page} page={place.page} name={place.name} />;
}

function Start() {
  const StartPage = usePart(PARTS.start);
  return <StartPage onTour={beginTour} />;
}

/** What lies over whichever page is shown. */
function Over() {
  const browsing = useStore(browser, (state) => state.open);
  const touring = useStore(tour, (state) => state.kind !== null);
  return (
    <Suspense fallback={null}>
      {browsing && <Browser />}
      {touring && <Tour />}
    </Suspense>
  );
}

/** Opens the graph that the address names, and shows it. */
function WithTab({ page, name }: { page: "form" | "graph"; name: string }) {
  const { t } = useTexts();
  const tab = useStore(workspace, (state) =>
    state.tabs.find((entry) => (name.startsWith("~") ? `~${entry.id}` : entry.name) === name),
  );
  const [error, setError] = useState<string | null>(null);
  const Shown = usePart(PARTS[page]);
  useEffect(() => {
    setError(null);
    if (tab) {
      workspace.setState({ current: tab.id });
    } else if (name.startsWith("~")) {
      setError(t("app.notKept"));
    } else {
      openSaved(name).catch((reason) => setError(reason instanceof ServerError ? reason.message : String(reason)));
    }
  }, [tab, name, t]);
  if (tab) return <Shown tabId={tab.id} />;
  if (error === null) return <p className="app-note">{t("app.loading")}</p>;
  return (
    <div className="app-note" role="alert">
      <p>{error}</p>
      <a href="#/">{t("app.start")}</a>
    </div>
  );
}

/** Says when the browser can't keep what is open, so that it is saved in time. */
function NotKept() {
  const { t } = useTexts();
  const state = useStore(keeping, (now) => now.state);
  const open = useStore(workspace, (now) => now.tabs.length > 0);
  if (state === "kept" || !open) return null;
  return (
    <p className="app-not-kept" role="alert">
      {t(state === "full" ? "app.storageFull" : "app.storageNone")}
    </p>
  );
}

/** Asks for the server's token. */
function Denied() {
  const { t } = useTexts();
  return (
    <form className="app-note" method="get" action="./">
      <p>{t("app.tokenNeeded")}</p>
      <label>
        {t("app.token")} <input name="token" type="password" required autoComplete="current-password" />
      </label>{" "}
      <button type="submit">{t("app.enter")}</button>
    </form>
  );
}
