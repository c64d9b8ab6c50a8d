/** What became of a form's jobs, in the form's own terms: pictures before and after, and what was entered for them. */

import type { Job, Output } from "../server/api";

const SHOWN = /\.(png|jpe?g|webp|gif|avif|bmp)$/i;
const HELPERS = /^outputs\/masks\//; // what the mask editor proposes
const OLDER = 60; // earlier results that are offered

export type Picture = { address: string; path: string };

/** The pictures that a job has written, in their order. */
export function picturesOf(job: Pick<Job, "outputs">): Picture[] {
  return job.outputs.flatMap((output: Output) =>
    output.url && output.path && /^outputs\/.*\.(png|jpe?g|webp|gif|avif|bmp|tiff?)$/i.test(output.path)
      ? [{ address: output.url.replace(/^\//, ""), path: output.path }]
      : [],
  );
}

/** Whether browsers draw a file of that name. */
export function isDrawable(path: string): boolean {
  return SHOWN.test(path);
}

/** An address at which a browser can draw a file whole; escaped path: "examples/a%20b.png". */
export function wholeAddress(path: string): string {
  return isDrawable(path) ? `api/files/${path}` : `api/thumbnails/${path}?size=1024`;
}

/** The done jobs of a form, the newest first. */
export function earlier(jobs: Record<string, Job>, title: string): Job[] {
  return Object.values(jobs)
    .filter((job) => job.status === "done" && !job.quiet && job.title === title && picturesOf(job).length > 0)
    .toSorted((a, b) => b.number - a.number)
    .slice(0, OLDER);
}

/** The newest jobs of any graph that made a picture for somebody, not for the editor's own use. */
export function newest(jobs: Record<string, Job>, most: number): Job[] {
  return Object.values(jobs)
    .filter(
      (job) => job.status === "done" && !job.quiet && picturesOf(job).some((picture) => !HELPERS.test(picture.path)),
    )
    .toSorted((a, b) => b.number - a.number)
    .slice(0, most);
}

/** How long the form took when it last ran whole; null when it never did. */
export function usualSeconds(jobs: Job[]): number | null {
  return jobs.find((job) => job.ran > 1 && job.cached < job.ran)?.seconds ?? null;
}
