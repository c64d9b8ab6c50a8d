/** Times as a person says them, and how long a job will still take. */

import type { JobRun } from "../run/store";
import type { Job } from "../server/api";
import { t } from "../texts";

/** "12 s", "3 min 20 s", "1 h 5 min". */
export function duration(seconds: number): string {
  if (seconds < 0.95) return t("panels.lessThanSecond");
  const whole = Math.round(seconds);
  if (whole < 60) return t("panels.seconds", { s: whole });
  if (whole < 3600) return t("panels.minutes", { m: Math.floor(whole / 60), s: whole % 60 });
  return t("panels.hours", { h: Math.floor(whole / 3600), m: Math.floor((whole % 3600) / 60) });
}

/** "14:02" today, "3 Nov, 14:02" before. at: seconds since 1970. */
export function clock(at: number, language: string, now = Date.now()): string {
  const date = new Date(at * 1000);
  const today = new Date(now).toDateString() === date.toDateString();
  const day = today ? {} : ({ day: "numeric", month: "short" } as const);
  return new Intl.DateTimeFormat(language, { ...day, hour: "2-digit", minute: "2-digit" }).format(date);
}

const LIKE = 20; // earlier jobs from which the time left is guessed

export type Pace = { left: number | null; part: number | null };

/** Seconds that are left of a running job, and the part that is done (0..1); null when nobody can know. before: seconds that jobs like it took. */
export function paceOf(job: Job, run: JobRun | undefined, before: number[], now: number): Pace {
  const elapsed = job.started === null || job.started === undefined ? 0 : Math.max(0, now - job.started);
  const nodes = Object.values(run?.nodes ?? {}).filter((node) => node.state === "running");
  const told = nodes.flatMap((node) => (typeof node.left === "number" ? [node.left] : []));
  const longer = before.filter((seconds) => seconds > elapsed).sort((a, b) => a - b);
  const middle = longer[Math.floor(longer.length / 2)];
  const guess = middle === undefined ? null : middle - elapsed;
  const left = told.length || guess !== null ? Math.max(0, ...told, guess ?? 0) : null;
  if (left !== null && elapsed > 0) return { left, part: elapsed / (elapsed + left) };
  const [counted] = nodes.filter((node) => node.total);
  return { left, part: counted?.total ? (counted.done ?? 0) / counted.total : null };
}

/** Seconds that the last jobs of the same name took. */
export function usual(job: Job, jobs: Job[]): number[] {
  const like = jobs.filter((other) => other.status === "done" && other.title === job.title && other.ran > 0);
  return like
    .sort((a, b) => b.number - a.number)
    .slice(0, LIKE)
    .map((other) => other.seconds);
}
