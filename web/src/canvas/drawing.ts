/** Keeps what is drawn in step with the graph, the node types and the pictures that runs bring. */

import { useEffect } from "react";
import { isLink, type Workflow } from "../doc/types";
import { pictureOf } from "../nodes/picture";
import { run } from "../run/store";
import { type Guesses, type Problem, server } from "../server/api";
import { workspace } from "../ui/workspace";
import { columns } from "../view/arrange";
import { build } from "../view/build";
import { type Editing, schemaNow } from "../view/context";
import { layoutOf } from "../view/layout";
import { follow, neighbours } from "../view/neighbours";
import { promotedName } from "../view/promote";
import { restore, resultKey, results } from "../view/results";
import { tablesOf } from "../view/schemas";
import { heldGuesses, plain } from "../view/within";

const WAIT = 300; // milliseconds after the last edit, until the server is asked what is wrong

function picturesOf(editing: Editing): Set<string> {
  const { tabs } = workspace.getState();
  const job = tabs.find((tab) => tab.id === editing.tabId)?.job;
  const runs = job ? run.getState().runs[job]?.nodes : undefined;
  const made = results.getState();
  const found = new Set<string>();
  for (const [id, node] of Object.entries(editing.doc.getState().flow.nodes)) {
    const whole = editing.prefix + id;
    if (pictureOf(node, schemaNow(editing, id), runs?.[whole], made[resultKey(editing.tabId, whole)])) found.add(id);
  }
  return found;
}

/** Draw the graph as it is now. */
export function redraw(editing: Editing): void {
  const { flow } = editing.doc.getState();
  const tables = tablesOf(editing.root.getState().flow);
  const { schemas } = workspace.getState();
  const sources = { flow, schemas, tables, pictures: picturesOf(editing), places: placesFor(editing, flow) };
  editing.view.setState((state) => ({ drawn: build(sources, state.drawn) }));
}

const placed = new WeakMap<Workflow["nodes"], Record<string, [number, number]>>();

/** Places for nodes of a file that says none, as files written by programs are. They become part of the file when something is moved. */
function placesFor(editing: Editing, flow: Workflow): Record<string, [number, number]> {
  const found = placed.get(flow.nodes);
  if (found) return found;
  const lost = Object.entries(flow.nodes).filter(([, node]) => !Array.isArray(node.at));
  const boxes = lost.map(([id, node]) => ({
    id,
    x: 0,
    y: 0,
    ...sizeOf(layoutOf(node, schemaNow(editing, id), false)),
  }));
  const links = lost.flatMap(([id, node]) =>
    Object.values(node.inputs ?? {})
      .filter(isLink)
      .map((value) => [value.node, id] as [string, string]),
  );
  const places = lost.length ? columns(boxes, links) : {};
  placed.set(flow.nodes, places);
  return places;
}

const sizeOf = ({ width, height }: { width: number; height: number }) => ({ width, height });

export function useDrawing(editing: Editing): void {
  useEffect(() => {
    let { runs } = run.getState();
    let frame = 0;
    const again = () => redraw(editing);
    // What a run tells comes many times a second: it is drawn once a frame.
    const soon = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(again);
    };
    soon(); // what has come since the first drawing
    void restore(editing.tabId);
    const stops = [
      follow(editing.doc),
      neighbours.subscribe(again),
      editing.doc.subscribe((now, before) => now.flow !== before.flow && again()),
      workspace.subscribe(soon),
      results.subscribe(soon),
      run.subscribe((now) => {
        if (now.runs === runs) return;
        runs = now.runs;
        soon();
      }),
    ];
    return () => {
      cancelAnimationFrame(frame);
      for (const stop of stops) stop();
    };
  }, [editing]);
}

/** Asks the server what is wrong with the graph, a moment after each edit. */
export function useChecking(editing: Editing): void {
  useEffect(() => {
    const { root, view, prefix } = editing;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let asking: AbortController | undefined;
    const check = async () => {
      asking?.abort();
      const mine = new AbortController();
      asking = mine;
      try {
        const { problems, guesses } = await server.check(root.getState().flow, mine.signal);
        const rows = problems.flatMap((row) => ownProblem(editing, row) ?? []);
        view.setState({
          problems: byNode(rows),
          guesses: stripped(guesses, prefix),
        });
      } catch {
        // The server can't be reached, or a newer question is on its way.
      }
    };
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(check, WAIT);
    };
    soon();
    const stop = root.subscribe((now, before) => now.flow !== before.flow && soon());
    return () => {
      clearTimeout(timer);
      asking?.abort();
      stop();
    };
  }, [editing]);
}

/** A problem as the graph that is shown has it: one within a node is told at that node, by the name that its socket has there. Null for others. */
function ownProblem(editing: Editing, row: Problem): Problem | null {
  const { prefix } = editing;
  const whole = plain(row.node ?? "");
  if (!whole.startsWith(prefix)) return null;
  const [node = "", ...inner] = whole.slice(prefix.length).split("/");
  if (!inner.length) return { ...row, node };
  const graph = schemaNow(editing, node).graph;
  const name = graph && promotedName(graph, "inputs", `${inner.join("/")}.${row.socket}`);
  return { ...row, node, socket: name ?? row.socket };
}

/** Of the nodes of the graph that is shown; those of loops are called with their rounds ("mend/2/sharpen"). */
function stripped(table: Guesses | undefined, prefix: string): Guesses {
  const own = Object.entries(table ?? {}).map(([id, value]) => [plain(id), value] as const);
  const here = own.filter(([id]) => id.startsWith(prefix));
  return heldGuesses(Object.fromEntries(here.map(([id, value]) => [id.slice(prefix.length), value])));
}

function byNode(rows: Problem[]): Record<string, Problem[]> {
  const table: Record<string, Problem[]> = {};
  for (const row of rows) table[row.node] = [...(table[row.node] ?? []), row];
  return table;
}
