/**
 * Nothing that was made is lost: open graphs, with their undo steps, are kept in the browser (IndexedDB) while they are worked on, and are there again
 * after a crash or a closed tab. What is saved on the server is another thing: that only its owner does.
 */

import { createStore } from "zustand/vanilla";
import { createDoc, type DocState } from "../doc/store";
import type { Workflow } from "../doc/types";
import { type Tab, workspace } from "./workspace";

const WAIT = 400; // milliseconds after the last change
const STEPS = 200; // undo steps that are kept

type Kept = {
  id: string;
  name: string | null;
  etag: string | null;
  shipped: boolean;
  job: string | null;
  text: string | null;
  flow: Workflow;
  saved: Workflow;
  past: Workflow[];
  future: Workflow[];
  at: number;
};

let base: IDBDatabase | null = null;

/** Whether what is open is kept: "never" in a browser without storage, "full" when the last attempt found no room. */
export const keeping = createStore<{ state: "kept" | "never" | "full" }>(() => ({ state: "kept" }));

/** Bring back what was open, and keep what is open from now on. Without storage (a private window) the page works, and says that nothing is kept. */
export async function startKeeping(): Promise<void> {
  base = await openBase().catch(() => null);
  if (!base) return keeping.setState({ state: "never" });
  const kept = await all(base);
  const tabs = kept.sort((a, b) => a.at - b.at).map(revived);
  if (tabs.length) workspace.setState((state) => ({ tabs: [...tabs, ...state.tabs] }));
  const watched = new Map<string, () => void>();
  const follow = () => {
    const { tabs: open } = workspace.getState();
    for (const tab of open) if (!watched.has(tab.id)) watched.set(tab.id, watch(tab.id));
    for (const [id, stop] of watched) {
      if (open.some((tab) => tab.id === id)) continue;
      stop();
      watched.delete(id);
      base?.transaction("tabs", "readwrite").objectStore("tabs").delete(id);
    }
  };
  follow();
  workspace.subscribe(follow);
}

function openBase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("graft", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("tabs", { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function all(from: IDBDatabase): Promise<Kept[]> {
  return new Promise((resolve, reject) => {
    const request = from.transaction("tabs").objectStore("tabs").getAll();
    request.onsuccess = () => resolve(request.result as Kept[]);
    request.onerror = () => reject(request.error);
  });
}

function put(into: IDBDatabase, entry: Kept): void {
  const full = () => keeping.setState({ state: "full" });
  try {
    const writing = into.transaction("tabs", "readwrite");
    writing.onabort = full;
    writing.objectStore("tabs").put(entry);
    writing.oncomplete = () => keeping.setState({ state: "kept" });
  } catch {
    full(); // refused at once, or the browser has closed its storage
  }
}

/** What was one graph is one again: the browser's copies keep what is shared, and so whether anything is unsaved. */
function revived(kept: Kept): Tab {
  const doc = createDoc(kept.flow, kept.text, { past: kept.past, future: kept.future, saved: kept.saved });
  return { id: kept.id, name: kept.name, etag: kept.etag, shipped: kept.shipped, job: kept.job, doc };
}

function watch(id: string): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = () => {
    const tab = workspace.getState().tabs.find((entry) => entry.id === id);
    if (!tab || !base) return;
    const { flow, saved, text, past, future }: DocState = tab.doc.getState();
    const { name, etag, shipped, job } = tab;
    const entry: Kept = {
      id,
      name,
      etag,
      shipped,
      job,
      text,
      flow,
      saved,
      past: past.slice(-STEPS),
      future: future.slice(-STEPS),
      at: Date.now(),
    };
    put(base, entry);
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(write, WAIT);
  };
  const now = () => {
    if (document.visibilityState === "hidden") write();
  };
  const tab = workspace.getState().tabs.find((entry) => entry.id === id);
  const stopDoc = tab?.doc.subscribe(soon) ?? (() => {});
  const stopSpace = workspace.subscribe(soon);
  document.addEventListener("visibilitychange", now);
  soon();
  return () => {
    clearTimeout(timer);
    stopDoc();
    stopSpace();
    document.removeEventListener("visibilitychange", now);
  };
}
