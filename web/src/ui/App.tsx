/** Which page is shown, by the address: "#/" the start page, "#/form/<name>" a form, "#/graph/<name>" the canvas; "~<id>" stands for a graph that has no name yet. */

import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from "react";
import { useStore } from "zustand/react";
import { ServerError } from "../server/api";
import { useTexts } from "../texts";
import "./app.css";
import { opening } from "./begin";
import { Guarded } from "./Guarded";
import { openSaved, type Tab, workspace } from "./workspace";

const PARTS = {
  start: () => import("../form/StartPage"),
  form: () => import("../form/FormPage"),
  graph: () => import("./Studio"),
};
const StartPage = lazy(PARTS.start);
const FormPage = lazy(PARTS.form);
const Studio = lazy(PARTS.graph);

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
export function fetchPart(): void {
  void PARTS[placeOf(location.hash).page]();
}

export function App() {
  const { t } = useTexts();
  const state = useStore(opening, (now) => now.state);
  if (state === "denied") return <Denied />;
  if (state === "opening") return <p className="app-note">{t("app.loading")}</p>;
  if (state === "gone") return <p className="app-note">{t("app.serverGone")}</p>;
  return (
    <Suspense fallback={<p className="app-note">{t("app.loading")}</p>}>
      <Guarded>
        <Page />
      </Guarded>
    </Suspense>
  );
}

function Page() {
  const place = placeOf(useHash());
  return place.page === "start" ? <StartPage /> : <WithTab page={place.page} name={place.name} />;
}

/** Opens the graph that the address names, and shows it. */
function WithTab({ page, name }: { page: "form" | "graph"; name: string }) {
  const { t } = useTexts();
  const tab = useStore(workspace, (state) =>
    state.tabs.find((entry) => (name.startsWith("~") ? `~${entry.id}` : entry.name) === name),
  );
  const [error, setError] = useState<string | null>(null);
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
  if (tab) return page === "form" ? <FormPage tabId={tab.id} /> : <Studio tabId={tab.id} />;
  if (error === null) return <p className="app-note">{t("app.loading")}</p>;
  return (
    <div className="app-note" role="alert">
      <p>{error}</p>
      <a href="#/">{t("app.start")}</a>
    </div>
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
