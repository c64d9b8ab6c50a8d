/**
 * The open graphs. Each is a tab; what is in them outlives a closed page (kept in the browser, kept.ts) and is saved on the server when its owner says so.
 */

import { createStore } from "zustand/vanilla";
import type { Schemas, Types } from "../doc/schema";
import { createDoc, type Doc } from "../doc/store";
import { parse, textOf } from "../doc/text";
import type { Workflow } from "../doc/types";
import { type Job, server } from "../server/api";

export type Tab = {
  id: string;
  /** The name it is saved under on the server, null when it was never saved there. */
  name: string | null;
  /** Of the text on the server that this one began from, or that it was saved as; null when there is none. */
  etag: string | null;
  /** One that ships with Graft can't be written over: it is saved under another name. */
  shipped: boolean;
  doc: Doc;
  /** The newest job that was started from it. */
  job: string | null;
};

export type Workspace = {
  tabs: Tab[];
  current: string | null;
  schemas: Schemas;
  types: Types;
};

export const workspace = createStore<Workspace>(() => ({ tabs: [], current: null, schemas: {}, types: {} }));

let count = 0;
const newId = () => `${Date.now().toString(36)}-${count++}`;

export function newFlow(title: string): Workflow {
  return { format: 1, title, nodes: {} };
}

/** Open a graph in a new tab. `text`: what it came from, for byte-stable saving. */
export function openFlow(
  flow: Workflow,
  more: { text?: string | null; name?: string | null; etag?: string | null; shipped?: boolean } = {},
): Tab {
  const { text = null, name = null, etag = null, shipped = false } = more;
  const tab: Tab = { id: newId(), name, etag, shipped, doc: createDoc(flow, text), job: null };
  workspace.setState((state) => ({ tabs: [...state.tabs, tab], current: tab.id }));
  return tab;
}

/** Open the text of a file or picture. Throws NotAWorkflow. */
export function openText(text: string): Tab {
  return openFlow(parse(text), { text });
}

const openings = new Map<string, Promise<Tab>>();

/** Open a graph of the server, or show the tab in which it is open already. */
export async function openSaved(name: string): Promise<Tab> {
  const open = workspace.getState().tabs.find((tab) => tab.name === name);
  if (open) {
    workspace.setState({ current: open.id });
    return open;
  }
  const asked = openings.get(name) ?? fetched(name).finally(() => openings.delete(name));
  openings.set(name, asked);
  return asked;
}

async function fetched(name: string): Promise<Tab> {
  const [{ text, etag }, all] = await Promise.all([server.open(name), server.workflows()]);
  const shipped = all.find((entry) => entry.name === name)?.shipped ?? false;
  return openFlow(parse(text), { text, name, etag, shipped });
}

export function change(id: string, fields: Partial<Omit<Tab, "id" | "doc">>): void {
  workspace.setState((state) => ({ tabs: state.tabs.map((tab) => (tab.id === id ? { ...tab, ...fields } : tab)) }));
}

export function closeTab(id: string): void {
  workspace.setState((state) => {
    const at = state.tabs.findIndex((tab) => tab.id === id);
    const tabs = state.tabs.filter((tab) => tab.id !== id);
    return { tabs, current: state.current === id ? ((tabs[at] ?? tabs[at - 1])?.id ?? null) : state.current };
  });
}

/**
 * Save a tab under its name or another. `renamed` is called before the tab has its new name. ServerError 412: somebody else has saved it meanwhile,
 * or the new name is taken; nothing is written.
 */
export async function saveTab(
  tab: Tab,
  name: string,
  more: { over?: string | null; renamed?: (name: string) => void } = {},
): Promise<void> {
  const { over = name === tab.name ? tab.etag : null, renamed } = more;
  const { flow, text, saved } = tab.doc.getState();
  const written = textOf(flow, text, saved);
  const etag = await server.save(name, written, over);
  tab.doc.getState().markSaved(flow, written);
  if (name !== tab.name) renamed?.(name);
  change(tab.id, { name, etag, shipped: false });
}

/** Queue the graph as it stands now. targets: only these nodes and what they need. Throws ServerError 422 with every problem. */
export async function runTab(
  tab: Tab,
  more: {
    targets?: string[];
    batch?: { product: Record<string, unknown[]> } | { zip: Record<string, unknown[]> };
    on_error?: "stop" | "skip";
  } = {},
): Promise<Job[]> {
  const jobs = await server.post({ workflow: tab.doc.getState().flow, ...more });
  const last = jobs.at(-1);
  if (last) change(tab.id, { job: last.id });
  return jobs;
}

/** Fetch the node types. */
export async function loadSchemas(): Promise<void> {
  const { nodes, types } = await server.nodes();
  workspace.setState({ schemas: nodes, types });
}
