/** The pictures that jobs made, and what is told of them. */

import type { Schemas } from "../doc/schema";
import { isLink, type Workflow } from "../doc/types";
import type { JobRun } from "../run/store";
import { type Job, placeOf } from "../server/api";

export type Picture = {
  /** Of the job and the file, since a later job may write the same file anew. */
  key: string;
  job: string;
  node: string;
  /** Its place in the server's folders, such as "outputs/a.png". */
  path: string;
  /** Relative to the page. */
  url: string;
};

const PICTURE = /\.(png|jpe?g|webp|gif|bmp|avif|tiff?)$/i;

export function isPicture(url: string | undefined | null): url is string {
  return typeof url === "string" && /^\/?api\/files\//.test(url) && PICTURE.test(url);
}

/** What one job made, in the order in which it did; while it runs, what it has written so far. */
export function picturesOf(job: Job, made?: JobRun): Picture[] {
  const seen = new Set<string>();
  const found: Picture[] = [];
  for (const { node, path, url } of [...(job.outputs ?? []), ...(made?.wrote ?? [])]) {
    if (!isPicture(url) || seen.has(url)) continue;
    seen.add(url);
    const relative = url.replace(/^\//, "");
    const place = path ?? decodeURIComponent(relative.replace(/^api\/files\//, ""));
    found.push({ key: `${job.id} ${relative}`, job: job.id, node, path: place, url: relative });
  }
  return found;
}

/** The newest first. Jobs with nothing to show are passed over before anything is sorted. */
export function newestFirst(jobs: Job[], runs: Record<string, JobRun>): Picture[] {
  return jobs
    .filter((job) => job.outputs?.length || runs[job.id]?.wrote.length)
    .sort((a, b) => b.number - a.number)
    .flatMap((job) => picturesOf(job, runs[job.id]).reverse());
}

/** The name of a file without its folders. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** All inputs of a graph that take a picture file and are not linked, the graph's own parameters first. */
export function pictureInputs(
  flow: Workflow,
  schemas: Schemas,
): { node: string; socket: string; name: string | null }[] {
  const names = new Map(Object.entries(flow.inputs ?? {}).map(([name, target]) => [target, name]));
  const found = Object.entries(flow.nodes).flatMap(([node, { type, inputs }]) =>
    Object.entries(schemas[type]?.inputs ?? {})
      .filter(
        ([socket, schema]) =>
          schema.widget?.kind === "file" && schema.widget.of === "image" && !isLink(inputs?.[socket]),
      )
      .map(([socket]) => ({ node, socket, name: names.get(`${node}.${socket}`) ?? null })),
  );
  return found.sort((a, b) => Number(a.name === null) - Number(b.name === null));
}

/** The address of the picture that a job began with; null when it began with none, or nobody can tell where it is. */
export function inputPicture(flow: Workflow, values: Record<string, unknown>, schemas: Schemas): string | null {
  for (const { node, socket } of pictureInputs(flow, schemas)) {
    const place = placeOf(values[`${node}.${socket}`] ?? flow.nodes[node]?.inputs?.[socket]);
    if (place) return `api/files/${place}`;
  }
  return null;
}
