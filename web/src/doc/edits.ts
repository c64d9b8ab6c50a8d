/**
 * Every change of a graph is data, and goes through `apply`: so that undo, saving, other tabs and tests share one door. Pure, and what is not
 * changed is shared with the graph before.
 */

import { type EditorData, isLink, type Link, type Node, type Point, type Value, type Workflow } from "./types";

export type Edit =
  /** New nodes by id; an id that is taken is an error, see `freeId`. */
  | { do: "add"; nodes: Record<string, Node> }
  /** Nodes go, with all links from them and the graph's parameters that fed them. */
  | { do: "remove"; nodes: string[] }
  | { do: "set"; node: string; socket: string; value: Value }
  /** An input goes back to its default. A link is taken away in the same way. */
  | { do: "clear"; node: string; socket: string }
  | { do: "link"; from: Link; to: { node: string; socket: string } }
  | { do: "move"; at: Record<string, Point> }
  /** Fields of a node beside its type and inputs (title, mode, collapsed, colour, width …); undefined takes one away. */
  | { do: "fields"; node: string; fields: Partial<Node> }
  | { do: "rename"; node: string; to: string }
  /** One of the graph's own inputs; target null takes it away. */
  | { do: "parameter"; name: string; target: string | null }
  /** Title, note and other fields of the graph itself; undefined takes one away. */
  | { do: "head"; fields: Partial<Workflow> }
  /** Groups, notes and reroutes by id; null takes one away. */
  | { do: "editor"; part: keyof EditorData; id: string; value: unknown }
  | { do: "many"; edits: Edit[] };

export class EditError extends Error {}

/** The graph after an edit. Throws EditError where the edit does not fit the graph. */
export function apply(flow: Workflow, edit: Edit): Workflow {
  switch (edit.do) {
    case "add":
      return add(flow, edit.nodes);
    case "remove":
      return remove(flow, new Set(edit.nodes));
    case "set":
      return withNode(flow, edit.node, (node) => ({ ...node, inputs: { ...node.inputs, [edit.socket]: edit.value } }));
    case "clear":
      return withNode(flow, edit.node, (node) => ({ ...node, inputs: without(node.inputs ?? {}, edit.socket) }));
    case "link":
      nodeOf(flow, edit.from.node);
      return apply(flow, { do: "set", node: edit.to.node, socket: edit.to.socket, value: { ...edit.from } });
    case "move":
      return Object.entries(edit.at).reduce((now, [id, at]) => withNode(now, id, (node) => ({ ...node, at })), flow);
    case "fields":
      return withNode(flow, edit.node, (node) => merged(node, edit.fields) as Node);
    case "rename":
      return rename(flow, edit.node, edit.to);
    case "parameter":
      return {
        ...flow,
        inputs: merged(flow.inputs ?? {}, { [edit.name]: edit.target ?? undefined }) as Record<string, string>,
      };
    case "head":
      return merged(flow, edit.fields) as Workflow;
    case "editor":
      return withEditor(flow, edit.part, edit.id, edit.value);
    case "many":
      return edit.edits.reduce(apply, flow);
  }
}

function nodeOf(flow: Workflow, id: string): Node {
  const node = Object.hasOwn(flow.nodes, id) ? flow.nodes[id] : undefined;
  if (node === undefined) throw new EditError(`there is no node '${id}'`);
  return node;
}

function withNode(flow: Workflow, id: string, change: (node: Node) => Node): Workflow {
  return { ...flow, nodes: { ...flow.nodes, [id]: change(nodeOf(flow, id)) } };
}

function add(flow: Workflow, nodes: Record<string, Node>): Workflow {
  for (const id of Object.keys(nodes)) {
    if (Object.hasOwn(flow.nodes, id)) throw new EditError(`there is a node '${id}' already`);
  }
  return { ...flow, nodes: { ...flow.nodes, ...nodes } };
}

function remove(flow: Workflow, gone: Set<string>): Workflow {
  const nodes: Record<string, Node> = {};
  for (const [id, node] of Object.entries(flow.nodes)) {
    if (gone.has(id)) continue;
    const inputs = Object.entries(node.inputs ?? {});
    const kept = inputs.filter(([, value]) => !(isLink(value) && gone.has(value.node)));
    nodes[id] = kept.length === inputs.length ? node : { ...node, inputs: Object.fromEntries(kept) };
  }
  const next: Workflow = { ...flow, nodes };
  if (flow.inputs) {
    next.inputs = Object.fromEntries(
      Object.entries(flow.inputs).filter(([, target]) => !gone.has(splitTarget(target)[0])),
    );
  }
  return next;
}

function rename(flow: Workflow, from: string, to: string): Workflow {
  if (from === to) return flow;
  nodeOf(flow, from);
  if (!to || to.includes(".") || Object.hasOwn(flow.nodes, to)) throw new EditError(`a node can't be called '${to}'`);
  const nodes: Record<string, Node> = {};
  for (const [id, node] of Object.entries(flow.nodes)) {
    const inputs = Object.entries(node.inputs ?? {});
    const touched = inputs.some(([, value]) => isLink(value) && value.node === from);
    const moved = inputs.map(([socket, value]) => [
      socket,
      isLink(value) && value.node === from ? { ...value, node: to } : value,
    ]);
    nodes[id === from ? to : id] = touched ? { ...node, inputs: Object.fromEntries(moved) } : node;
  }
  const next: Workflow = { ...flow, nodes };
  if (flow.inputs) {
    next.inputs = Object.fromEntries(
      Object.entries(flow.inputs).map(([name, target]) => {
        const [node, socket] = splitTarget(target);
        return [name, node === from ? `${to}.${socket}` : target];
      }),
    );
  }
  return next;
}

function withEditor(flow: Workflow, part: keyof EditorData, id: string, value: unknown): Workflow {
  const entries = merged((flow.editor?.[part] ?? {}) as Record<string, unknown>, { [id]: value ?? undefined });
  const editor = merged(flow.editor ?? {}, { [part]: Object.keys(entries).length ? entries : undefined });
  return merged(flow, { editor: Object.keys(editor).length ? editor : undefined }) as Workflow;
}

/** "node.input" as its two parts; node ids hold no dot. */
export function splitTarget(target: string): [string, string] {
  const dot = target.indexOf(".");
  return dot < 0 ? [target, ""] : [target.slice(0, dot), target.slice(dot + 1)];
}

/** A name that no node has: "mask", "mask2", "mask3" … */
export function freeId(taken: Record<string, unknown> | Set<string>, wish: string): string {
  const has = (id: string) => (taken instanceof Set ? taken.has(id) : Object.hasOwn(taken, id));
  const base = wish.replaceAll(".", "_") || "node";
  if (!has(base)) return base;
  let number = 2;
  while (has(`${base}${number}`)) number++;
  return `${base}${number}`;
}

function merged(old: object, fields: object): Record<string, unknown> {
  const next: Record<string, unknown> = { ...old };
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) delete next[name];
    else next[name] = value;
  }
  return next;
}

function without<T>(record: Record<string, T>, key: string): Record<string, T> {
  const { [key]: _, ...rest } = record;
  return rest;
}
