/** What the tour points at, and how it knows that a thing was done: by what the stores say, never by which button was pressed. Pure. */

import type { JobStatus } from "../server/api";
import type { Kind } from "./state";

/** All that a step goes by. */
export type Facts = {
  sentence: string;
  seed: string;
  /** A text is being written: a step does not go on under somebody's hands. */
  writing: boolean;
  /** The newest job of the graph, and how it fares. */
  job: string | null;
  status: JobStatus | null;
  ran: number;
  cached: number;
  /** A node that runs now. */
  running: string | null;
  /** A result is shown large. */
  viewed: boolean;
  /** It has been, since the step began. */
  looked: boolean;
  saved: boolean;
};

export type Step = {
  /** Its texts are tour.<id> and tour.<id>Title; with `trouble` also tour.<id>Trouble. */
  id: string;
  /** Where the part is, as a CSS selector. */
  at: (now: Facts) => string | null;
  /** The node of the canvas that is brought into sight. */
  node?: (now: Facts) => string | null;
  /** Whether it has been done. before: how things were when the step began. */
  done?: (now: Facts, before: Facts) => boolean;
  /** The next step waits for Next although the thing is done: there is something to read. */
  waits?: true;
  trouble?: (now: Facts) => boolean;
};

const card = (id: string) => `.react-flow__node[data-id="${id}"]`;
const ended = (now: Facts) => now.status !== null && now.status !== "pending" && now.status !== "running";
const failed = (now: Facts) => ended(now) && now.status !== "done";
const RUN = ".panels-run";

const GRAPH: Step[] = [
  { id: "picture", at: () => card("photo"), node: () => "photo" },
  {
    id: "sentence",
    at: () => card("parse"),
    node: () => "parse",
    done: (now, before) => now.sentence !== before.sentence && !now.writing,
  },
  { id: "run", at: () => RUN, done: (now, before) => now.job !== before.job },
  {
    id: "watch",
    at: (now) => (now.running === null ? null : card(now.running)),
    node: (now) => now.running,
    done: (now) => now.status === "done",
    trouble: failed,
  },
  { id: "result", at: () => ".panels-tile-picture", done: (now) => now.looked && !now.viewed },
  {
    id: "seed",
    at: () => `${card("paint")} [data-socket="seed"]`,
    node: () => "paint",
    done: (now, before) => now.seed !== before.seed && !now.writing,
  },
  { id: "again", at: () => RUN, done: (now, before) => now.job !== before.job },
  {
    id: "cached",
    at: () => card("find"),
    node: () => "find",
    done: (now) => now.status === "done",
    waits: true,
    trouble: failed,
  },
  { id: "save", at: () => ".studio-save", done: (now) => now.saved },
];

const FORM: Step[] = [
  {
    id: "wish",
    at: () => ".form-field-main",
    done: (now, before) => now.sentence !== before.sentence && !now.writing,
  },
  {
    id: "formRun",
    at: () => ".form-run .form-primary, .form-running",
    done: (now, before) => now.job !== before.job && now.status === "done",
    trouble: (now) => failed(now),
  },
  { id: "formResult", at: () => ".compare" },
];

export const STEPS: Record<Kind, Step[]> = { graph: GRAPH, form: FORM };
