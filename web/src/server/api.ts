/** All that is asked of the server (docs/api.md). An answer of 4xx or 5xx becomes a ServerError with the server's own words. */

import type { Schemas, Types } from "../doc/schema";
import type { Workflow } from "../doc/types";

export type Problem = { node: string; socket: string; what: string; cure: string };

export class ServerError extends Error {
  constructor(
    readonly status: number,
    readonly what: string,
    readonly cure: string,
    readonly problems: Problem[] = [],
  ) {
    super(cure ? `${what}. ${cure}` : what);
  }
}

/** The server can't be reached at all. */
export class Unreachable extends Error {}

export type JobStatus = "pending" | "running" | "done" | "failed" | "cancelled" | "interrupted";
export type Output = { node: string; path?: string; url?: string; output?: string; value?: unknown };
/** Why an item went no further. key: by which it can be taken back; path, url: the file that it is, where it is one of the server's. */
export type Reason = {
  node: string;
  item: number | null;
  reason: string;
  failed: boolean;
  key?: string;
  path?: string;
  url?: string | null;
};
export type Job = {
  id: string;
  number: number;
  status: JobStatus;
  title: string;
  batch: string | null;
  priority: number;
  position: number | null;
  targets: string[] | null;
  values: Record<string, unknown>;
  created: number | null;
  started: number | null;
  ended: number | null;
  attempt: number;
  node: string | null;
  error: (Partial<Problem> & { problems?: Problem[] }) | null;
  outputs: Output[];
  ran: number;
  cached: number;
  seconds: number;
  dropped: number;
  failed: number;
  on_error: "stop" | "skip";
  /** It runs still, but was told to stop. */
  cancelling?: boolean;
  /** The editor's own work, which no list shows. */
  quiet?: boolean;
  reasons?: Reason[];
};
export type FileEntry = { root: string; path: string; url: string; type: string; bytes: number; changed: number };
/** One save of a graph; the newest is the last of a list. */
export type Revision = { revision: number; bytes: number; saved: number; etag: string };
export type SavedEntry = { name: string; bytes: number; saved: number; shipped: boolean };
export type Guesses = Record<string, { sizes: Record<string, [number, number]>; count: number | null }>;
/** Weights that can be fetched: bytes to fetch, bytes of memory that they need, what they are good for, and whether they are here. */
export type Offer = {
  name: string;
  title: string;
  bytes: number;
  licence: string;
  memory: number;
  good: string;
  here: boolean;
};
/** sizes: bytes of those that are here, by name. */
export type ModelKind = {
  noun: string;
  wanted: string;
  limits: string;
  names: string[];
  problem: string | null;
  sizes?: Record<string, number>;
  offers?: Offer[];
};
export type Download = {
  id: string;
  kind: string;
  name: string;
  done: number;
  total: number;
  state: "running" | "done" | "failed" | "cancelled";
  problem?: string | null;
  cure?: string | null;
};
export type PostJob = {
  workflow?: Workflow;
  name?: string;
  values?: Record<string, unknown>;
  targets?: string[];
  title?: string;
  priority?: number;
  on_error?: "stop" | "skip";
  /** It helps with something else: no list shows it, and its files go with it. */
  quiet?: boolean;
  batch?: { product: Record<string, unknown[]> } | { zip: Record<string, unknown[]> };
};

/** `fetch`, with errors as ServerError or Unreachable. Who may come in, a cookie says (set by opening "/?token=…"). */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if ((error as Error).name === "AbortError") throw error;
    throw new Unreachable("the server does not answer");
  }
  if (response.ok || response.status === 304) return response;
  throw refusal(response.status, await response.json().catch(() => null));
}

type Refusal = { error?: { what?: string; cure?: string; problems?: Problem[] } };

function refusal(status: number, body: Refusal | null): ServerError {
  const { what = `the server answered ${status}`, cure = "", problems = [] } = body?.error ?? {};
  return new ServerError(status, what, cure, problems);
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** onProgress: is told which part of the file has gone out, 0 to 1. */
export type Sending = { signal?: AbortSignal; onProgress?: (part: number) => void };

/** Post a form with a word on how far it is, which `fetch` can't give. */
function sendForm(
  path: string,
  form: FormData,
  { signal, onProgress }: Sending,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    request.open("POST", path);
    request.upload.onprogress = ({ loaded, total, lengthComputable }) =>
      lengthComputable && onProgress?.(total > 0 ? loaded / total : 0);
    request.onload = () => resolve({ status: request.status, text: request.responseText });
    request.onerror = () => reject(new Unreachable("the server does not answer"));
    request.onabort = () => reject(new DOMException("the upload was stopped", "AbortError"));
    request.onloadend = () => signal?.removeEventListener("abort", stop);
    if (signal?.aborted) return reject(new DOMException("the upload was stopped", "AbortError"));
    signal?.addEventListener("abort", stop);
    request.send(form);
  });
}

async function json<T>(path: string, init?: RequestInit): Promise<T> {
  return (await ask(path, init)).json() as Promise<T>;
}

function send<T>(method: string, path: string, body?: unknown): Promise<T> {
  return json<T>(path, {
    method,
    headers: { "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const name = (text: string) => text.split("/").map(encodeURIComponent).join("/");

export const server = {
  nodes: () => json<{ nodes: Schemas; types: Types }>("api/nodes"),
  check: (workflow: Workflow, signal?: AbortSignal) =>
    json<{ problems: Problem[]; guesses: Guesses }>("api/check", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ workflow }),
      ...(signal ? { signal } : {}),
    }),
  post: async (job: PostJob): Promise<Job[]> => (await send<{ jobs: Job[] }>("POST", "api/jobs", job)).jobs,
  jobs: async (
    query: { status?: JobStatus; batch?: string; limit?: number; before?: number; after?: number } = {},
  ): Promise<Job[]> =>
    (
      await json<{ jobs: Job[] }>(
        `api/jobs?${new URLSearchParams(Object.entries(query).map(([k, v]) => [k, String(v)]))}`,
      )
    ).jobs,
  job: (id: string) => json<Job>(`api/jobs/${id}`),
  jobWorkflow: async (id: string): Promise<string> => (await ask(`api/jobs/${id}/workflow`)).text(),
  /** Forget an ended job; its files stay. */
  remove: (id: string) => ask(`api/jobs/${id}`, { method: "DELETE" }),
  cancel: (id: string) => send<Job>("POST", `api/jobs/${id}/cancel`),
  retry: async (id: string): Promise<Job> => send<Job>("POST", `api/jobs/${id}/retry`),
  move: (id: string, change: { priority?: number; before?: string | null }) =>
    send<Job>("PATCH", `api/jobs/${id}`, change),
  queue: () => json<{ paused: boolean; counts: Record<JobStatus, number> }>("api/queue"),
  pause: (paused: boolean) => send<{ paused: boolean }>("POST", `api/queue/${paused ? "pause" : "resume"}`),
  workflows: async (): Promise<SavedEntry[]> => (await json<{ workflows: SavedEntry[] }>("api/workflows")).workflows,
  /** A saved graph's text and its ETag. */
  open: async (graph: string): Promise<{ text: string; etag: string }> => {
    const response = await ask(`api/workflows/${name(graph)}`);
    return { text: await response.text(), etag: response.headers.get("ETag") ?? "" };
  },
  /** Save; etag: of what is overwritten, null for a new name. ServerError 412 when it has changed meanwhile. Returns the new ETag. */
  save: async (graph: string, text: string, etag: string | null): Promise<string> => {
    const condition: Record<string, string> = etag === null ? { "If-None-Match": "*" } : { "If-Match": etag };
    const headers = { "Content-Type": "application/json", ...condition };
    const response = await ask(`api/workflows/${name(graph)}`, { method: "PUT", headers, body: text });
    return response.headers.get("ETag") ?? "";
  },
  /** Every save of a graph, from the first to the newest. */
  revisions: async (graph: string): Promise<Revision[]> =>
    (await json<{ revisions: Revision[] }>(`api/workflows/${name(graph)}/revisions`)).revisions,
  revision: async (graph: string, number: number): Promise<string> =>
    (await ask(`api/workflows/${name(graph)}/revisions/${number}`)).text(),
  files: (query: { root?: string; limit?: number; after?: string } = {}) =>
    json<{ files: FileEntry[]; more: boolean }>(
      `api/files?${new URLSearchParams(Object.entries(query).map(([k, v]) => [k, String(v)]))}`,
    ),
  /** Upload one file; the same bytes are kept once. Rejects with an AbortError when `signal` says so. */
  upload: async (file: Blob, fileName: string, sending: Sending = {}): Promise<FileEntry> => {
    const form = new FormData();
    form.append("file", file, fileName);
    const { status, text } = await sendForm("api/files", form, sending);
    const body = read(text) as { files?: FileEntry[] } & Refusal;
    if (status < 200 || status >= 300) throw refusal(status, body);
    const [entry] = body.files ?? [];
    if (!entry) throw new ServerError(500, "the server kept no file", "");
    return entry;
  },
  models: async () => (await json<{ kinds: Record<string, ModelKind> }>("api/models")).kinds,
  downloads: async () => (await json<{ downloads: Download[] }>("api/models/downloads")).downloads,
  download: async (kind: string, model: string) =>
    (await send<{ download: Download }>("POST", "api/models/downloads", { kind, name: model })).download,
  stopDownload: (id: string) => ask(`api/models/downloads/${encodeURIComponent(id)}`, { method: "DELETE" }),
  settings: () => json<{ editor: Record<string, unknown>; server: Record<string, unknown> }>("api/settings"),
  setEditor: (editor: Record<string, unknown>) => send("PATCH", "api/settings", { editor }),
  health: () => json<{ ok: boolean; version: string }>("api/health"),
};

/** The place of a file in the server's addresses, with all that they can't hold escaped ("examples/a b.png" → "examples/a%20b.png"); null for what is in
 * none of its folders. */
export function placeOf(path: unknown): string | null {
  if (typeof path !== "string" || !/^(files|outputs|examples)\/./.test(path)) return null;
  return path.split("/").map(encodeURIComponent).join("/");
}

/** The address of a small picture for one of the server's files ("/api/files/outputs/a.png" or "outputs/a.png"). */
export function thumbnail(file: string, size = 256): string {
  return `api/thumbnails/${file.replace(/^\/?api\/files\//, "")}?size=${size}`;
}
