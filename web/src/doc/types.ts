/** The workflow file, as it is saved, posted and run (graph/workflow.py). What is not known here is kept as it came. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The output `output` of the node `node`. */
export type Link = { node: string; output: string };

export type Value = Json | Link;
export type Point = [number, number];
export type Mode = "mute" | "bypass";

/** One node. `at`: its place on the canvas. The other named fields are what an editor adds; engines overlook them. */
export type Node = {
  type: string;
  inputs?: Record<string, Value>;
  at?: Point;
  title?: string;
  mode?: Mode;
  collapsed?: boolean;
  colour?: string;
  width?: number;
  graph?: Workflow;
  [extra: string]: Json | Workflow | Record<string, Value> | undefined;
};

/** A coloured frame behind nodes. */
export type Group = { title: string; at: Point; size: Point; colour?: string };

/** A text on the canvas, in Markdown. */
export type Note = { text: string; at: Point; size: Point; colour?: string };

/** What the editor alone needs to draw a graph. `reroutes`: points that a link passes, by "node.socket" of its end. */
export type EditorData = {
  groups?: Record<string, Group>;
  notes?: Record<string, Note>;
  reroutes?: Record<string, Point[]>;
};

/** `inputs`: the graph's own parameters, each name with the "node.input" that it feeds. */
export type Workflow = {
  format: number;
  title?: string;
  note?: string;
  inputs?: Record<string, string>;
  nodes: Record<string, Node>;
  /** Items of streams that a person has taken back: by gate and the item's key, with a word on what it is. */
  keep?: Keep;
  editor?: EditorData;
  [extra: string]: unknown;
};

export type Keep = Record<string, Record<string, string>>;

export function isLink(value: Value | undefined): value is Link {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(value).length === 2 &&
    typeof value.node === "string" &&
    typeof value.output === "string"
  );
}
