/** Copies of parts of a graph: as text they are a workflow like any other, so they can be pasted into another tab, a file or a letter. */

import { type Edit, freeId } from "../doc/edits";
import { parse } from "../doc/text";
import {
  type EditorData,
  type Group,
  isLink,
  type Node,
  type Note,
  type Point,
  type Value,
  type Workflow,
} from "../doc/types";
import { GROUP, NOTE } from "./build";

/** The part of a graph that these nodes, groups and notes make up. */
export function copied(flow: Workflow, ids: string[]): Workflow {
  const nodes: Record<string, Node> = {};
  const editor: EditorData = {};
  for (const id of ids) {
    const node = flow.nodes[id];
    if (node) nodes[id] = node;
    else if (id.startsWith(GROUP)) take("groups", id.slice(GROUP.length));
    else if (id.startsWith(NOTE)) take("notes", id.slice(NOTE.length));
  }
  function take(part: "groups" | "notes", name: string) {
    const value = flow.editor?.[part]?.[name];
    if (value) editor[part] = { ...editor[part], [name]: value } as never;
  }
  for (const [key, points] of Object.entries(flow.editor?.reroutes ?? {})) {
    if (nodes[key.slice(0, key.lastIndexOf("."))]) editor.reroutes = { ...editor.reroutes, [key]: points };
  }
  const graphs = flow.graphs ? { graphs: flow.graphs } : {};
  return { format: 1, nodes, ...(Object.keys(editor).length ? { editor } : {}), ...graphs };
}

/** A copy from a text, or null where it holds none. */
export function readClip(text: string): Workflow | null {
  if (!text.trimStart().startsWith("{")) return null;
  try {
    return sound(parse(text));
  } catch {
    return null;
  }
}

const isPoint = (value: unknown): value is Point =>
  Array.isArray(value) && value.length === 2 && value.every((part) => Number.isFinite(part));
const isTable = (value: unknown): value is Record<string, never> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A copy without what is not as a canvas needs it: the text may come from anywhere. */
function sound(clip: Workflow): Workflow {
  const nodes: Record<string, Node> = {};
  for (const [id, { at, inputs, ...rest }] of Object.entries(clip.nodes)) {
    nodes[id.replaceAll(".", "_")] = {
      ...rest,
      ...(isPoint(at) ? { at } : {}),
      ...(isTable(inputs) ? { inputs } : {}),
    } as Node;
  }
  const { editor, ...more } = clip;
  const framesOf = (part: unknown) =>
    isTable(part)
      ? Object.fromEntries(
          Object.entries<Group & Note>(part).filter(([, one]) => isPoint(one?.at) && isPoint(one.size)),
        )
      : {};
  const lines = isTable(editor?.reroutes) ? Object.entries<unknown>(editor.reroutes) : [];
  const reroutes = lines.filter(([, points]) => Array.isArray(points) && points.every(isPoint));
  const kept = {
    groups: framesOf(editor?.groups),
    notes: framesOf(editor?.notes),
    reroutes: Object.fromEntries(reroutes),
  };
  const some = Object.entries(kept).filter(([, part]) => Object.keys(part).length);
  return { ...more, nodes, ...(some.length ? { editor: Object.fromEntries(some) as EditorData } : {}) };
}

export type Pasted = { edit: Edit; ids: string[] };

/** Put a copy into a graph. at: where its upper left corner goes. outside: whether links from nodes that were not copied are kept. */
export function pasted(flow: Workflow, clip: Workflow, at: Point, outside: boolean): Pasted {
  const names = new Map<string, string>();
  const taken = new Set(Object.keys(flow.nodes));
  for (const id of Object.keys(clip.nodes)) {
    const name = freeId(taken, id.replace(/\d+$/, "") || id);
    names.set(id, taken.has(id) ? name : id);
    taken.add(names.get(id) as string);
  }
  const shift = shiftTo(clip, at);
  const nodes: Record<string, Node> = {};
  for (const [id, node] of Object.entries(clip.nodes)) {
    const inputs: Record<string, Value> = {};
    for (const [socket, value] of Object.entries(node.inputs ?? {})) {
      if (!isLink(value)) inputs[socket] = value;
      else if (names.has(value.node)) inputs[socket] = { ...value, node: names.get(value.node) as string };
      else if (outside && flow.nodes[value.node]) inputs[socket] = value;
    }
    nodes[names.get(id) as string] = { ...node, ...(node.inputs ? { inputs } : {}), at: shift(node.at ?? [0, 0]) };
  }
  const edits: Edit[] = [{ do: "add", nodes }];
  const ids = Object.keys(nodes);
  frames(flow, clip, shift, edits, ids);
  for (const [key, points] of Object.entries(clip.editor?.reroutes ?? {})) {
    const dot = key.lastIndexOf(".");
    const id = `${names.get(key.slice(0, dot))}${key.slice(dot)}`;
    edits.push({ do: "editor", part: "reroutes", id, value: points.map(shift) });
  }
  const missing = missingGraphs(flow, clip);
  if (missing) edits.push({ do: "head", fields: { graphs: missing } });
  return { edit: { do: "many", edits }, ids };
}

function frames(flow: Workflow, clip: Workflow, shift: (at: Point) => Point, edits: Edit[], ids: string[]): void {
  for (const [part, mark] of [
    ["groups", GROUP],
    ["notes", NOTE],
  ] as const) {
    const taken: Record<string, unknown> = { ...flow.editor?.[part] };
    for (const [id, value] of Object.entries(clip.editor?.[part] ?? {})) {
      const name = freeId(taken, id.replace(/\d+$/, "") || id);
      taken[name] = true;
      edits.push({ do: "editor", part, id: name, value: { ...value, at: shift(value.at) } });
      ids.push(mark + name);
    }
  }
}

/** Graphs that copied nodes hold by name and that are not kept here yet. */
function missingGraphs(flow: Workflow, clip: Workflow): Record<string, unknown> | null {
  const [own, other] = [flow.graphs ?? {}, clip.graphs ?? {}] as Record<string, unknown>[];
  const used = Object.values(clip.nodes).map((node) => String(node.graph ?? ""));
  const names = Object.keys(other ?? {}).filter((name) => !(own && name in own) && used.includes(`#${name}`));
  return names.length ? { ...other, ...own } : null;
}

function shiftTo(clip: Workflow, [x, y]: Point): (at: Point) => Point {
  const places = [
    ...Object.values(clip.nodes).map((node) => node.at ?? [0, 0]),
    ...Object.values(clip.editor?.groups ?? {}).map((group) => group.at),
    ...Object.values(clip.editor?.notes ?? {}).map((note) => note.at),
  ];
  const left = Math.min(...places.map((at) => at[0] ?? 0));
  const top = Math.min(...places.map((at) => at[1] ?? 0));
  return ([atX, atY]) => [Math.round(atX - left + x), Math.round(atY - top + y)];
}
