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
export type Reason = { node: string; item: number | null; reason: string; failed: boolean };
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
  reasons?: Reason[];
};
export type FileEntry = { root: string; path: string; url: string; type: string; bytes: number; changed: number };
export type SavedEntry = { name: string; bytes: number; saved: number; shipped: boolean };
export type Guesses = Record<string, { sizes: Record<string, [number, number]>; count: number | null }>;
export type ModelKind = { noun: string; wanted: string; limits: string; names: string[]; problem: string | null };
export type PostJob = {
  workflow?: Workflow;
  name?: string;
  values?: Record<string, unknown>;
  targets?: string[];
  title?: string;
  priority?: number;
  on_error?: "stop" | "skip";
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
  const body = await response.json().catch(() => null);
  const error = body?.error ?? {};
  throw new ServerError(
    response.status,
    error.what ?? `the server answered ${response.status}`,
    error.cure ?? "",
    error.problems ?? [],
  );
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
  jobs: async (query: { status?: JobStatus; batch?: string; limit?: number; before?: number } = {}): Promise<Job[]> =>
    (
      await json<{ jobs: Job[] }>(
        `api/jobs?${new URLSearchParams(Object.entries(query).map(([k, v]) => [k, String(v)]))}`,
      )
    ).jobs,
  job: (id: string) => json<Job>(`api/jobs/${id}`),
  jobWorkflow: async (id: string): Promise<string> => (await ask(`api/jobs/${id}/workflow`)).text(),
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
  revisions: async (graph: string) =>
    json<{ revisions: { number: number; bytes: number; saved: number }[] }>(`api/workflows/${name(graph)}/revisions`),
  files: (query: { root?: string; limit?: number; after?: string } = {}) =>
    json<{ files: FileEntry[]; more: boolean }>(
      `api/files?${new URLSearchParams(Object.entries(query).map(([k, v]) => [k, String(v)]))}`,
    ),
  /** Upload one file; the same bytes are kept once. */
  upload: async (file: Blob, fileName: string): Promise<FileEntry> => {
    const form = new FormData();
    form.append("file", file, fileName);
    const answer = await json<{ files: FileEntry[] }>("api/files", { method: "POST", body: form });
    const [entry] = answer.files;
    if (!entry) throw new ServerError(500, "the server kept no file", "");
    return entry;
  },
  models: async () => (await json<{ kinds: Record<string, ModelKind> }>("api/models")).kinds,
  settings: () => json<{ editor: Record<string, unknown>; server: Record<string, unknown> }>("api/settings"),
  setEditor: (editor: Record<string, unknown>) => send("PATCH", "api/settings", { editor }),
  health: () => json<{ ok: boolean; version: string }>("api/health"),
};

/** The address of a small picture for one of the server's files ("/api/files/outputs/a.png" or "outputs/a.png"). */
export function thumbnail(file: string, size = 256): string {
  return `api/thumbnails/${file.replace(/^\/?api\/files\//, "")}?size=${size}`;
}
