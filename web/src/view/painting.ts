/** Painting a mask for an input: over which picture, and what becomes of the painted mask in the graph. */

import { type Edit, freeId } from "../doc/edits";
import type { Schemas } from "../doc/schema";
import { isLink, type Workflow } from "../doc/types";

export const READER = "image.load_mask";
const ROOT = /^(files|outputs|examples)\//;
const BESIDE = 300; // how far to the left of the node that takes it the mask's node is put

/** The address of the picture that a node's mask lies over: the nearest picture file that the node's own inputs come from; null where there is none. */
export function pictureUnder(flow: Workflow, schemas: Schemas, node: string): string | null {
  const seen = new Set([node]);
  const todo = [node];
  for (let id = todo.shift(); id !== undefined; id = todo.shift()) {
    const entry = flow.nodes[id];
    const inputs = schemas[entry?.type ?? ""]?.inputs ?? {};
    for (const [socket, value] of Object.entries(entry?.inputs ?? {})) {
      const widget = inputs[socket]?.widget;
      const reads = entry?.type !== READER && widget?.kind === "file" && widget.of === "image";
      if (reads && typeof value === "string" && value) return addressOf(value);
      if (isLink(value) && !seen.has(value.node)) {
        seen.add(value.node);
        todo.push(value.node);
      }
    }
  }
  return null;
}

/** The address of the mask that was painted for an input before. */
export function maskOf(flow: Workflow, node: string, socket: string): string | null {
  const path = flow.nodes[reader(flow, node, socket) ?? ""]?.inputs?.path;
  return typeof path === "string" && path ? addressOf(path) : null;
}

/** What puts a painted mask, a file of the server's, into the graph. */
export function putMask(flow: Workflow, node: string, socket: string, path: string): Edit {
  const old = reader(flow, node, socket);
  if (old) return { do: "set", node: old, socket: "path", value: path };
  const id = freeId(flow.nodes, "painted");
  const [x, y] = flow.nodes[node]?.at ?? [0, 0];
  return {
    do: "many",
    edits: [
      { do: "add", nodes: { [id]: { type: READER, inputs: { path }, at: [x - BESIDE, y] } } },
      { do: "link", from: { node: id, output: "mask" }, to: { node, socket } },
    ],
  };
}

function reader(flow: Workflow, node: string, socket: string): string | null {
  const value = flow.nodes[node]?.inputs?.[socket];
  return isLink(value) && flow.nodes[value.node]?.type === READER ? value.node : null;
}

function addressOf(path: string): string {
  return `api/files/${(ROOT.test(path) ? path : `files/${path}`).split("/").map(encodeURIComponent).join("/")}`;
}
