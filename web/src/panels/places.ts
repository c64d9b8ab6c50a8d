/** Where a picture can be put in a graph: an input that names a picture file, or one that takes a picture and has none yet. */

import { type Edit, freeId } from "../doc/edits";
import type { Schemas } from "../doc/schema";
import { isLink, type Point, type Workflow } from "../doc/types";
import { pictureInputs } from "./pictures";

export type Place = {
  node: string;
  socket: string;
  /** The graph's own name for it, where it has one. */
  name: string | null;
  /** "file": the input names a file. "link": a node that loads the picture is put before it. */
  kind: "file" | "link";
};

const LOADER = "image.load";
const BESIDE = 320; // pixels from the node that takes the picture to the one that loads it

/** All such inputs of a graph, those that name a file first. Pure. */
export function placesOf(flow: Workflow, schemas: Schemas): Place[] {
  const files = pictureInputs(flow, schemas).map((entry): Place => ({ ...entry, kind: "file" }));
  if (!loader(schemas)) return files;
  const free = Object.entries(flow.nodes).flatMap(([node, { type, inputs }]) =>
    Object.entries(schemas[type]?.inputs ?? {})
      .filter(([socket, schema]) => schema.type === "image" && !isLink(inputs?.[socket]))
      .map(([socket]): Place => ({ node, socket, name: null, kind: "link" })),
  );
  return [...files, ...free];
}

/** The edit that puts a picture of the server there: one step. Pure. */
export function put(flow: Workflow, schemas: Schemas, { node, socket, kind }: Place, path: string): Edit {
  if (kind === "file") return { do: "set", node, socket, value: path };
  const found = loader(schemas);
  if (!found) throw new Error(`there is no node type ${LOADER}`);
  const id = freeId(flow.nodes, "picture");
  const [x, y] = flow.nodes[node]?.at ?? [0, 0];
  const at: Point = [x - BESIDE, y];
  return {
    do: "many",
    edits: [
      { do: "add", nodes: { [id]: { type: LOADER, at, inputs: { [found.input]: path } } } },
      { do: "link", from: { node: id, output: found.output }, to: { node, socket } },
    ],
  };
}

/** A new graph that begins with a picture of the server. Pure. */
export function begunWith(schemas: Schemas, path: string): Workflow {
  const input = loader(schemas)?.input;
  const nodes = input ? { picture: { type: LOADER, at: [0, 0] as Point, inputs: { [input]: path } } } : {};
  return { format: 1, title: "", nodes };
}

/** The input and output of the node that loads a picture. */
function loader(schemas: Schemas): { input: string; output: string } | null {
  const schema = schemas[LOADER];
  const input = Object.entries(schema?.inputs ?? {}).find(([, entry]) => entry.widget?.kind === "file")?.[0];
  const output = Object.entries(schema?.outputs ?? {}).find(
    ([, type]) => (typeof type === "string" ? type : type.type) === "image",
  )?.[0];
  return input && output ? { input, output } : null;
}
