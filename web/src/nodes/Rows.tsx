/** The rows of a node: its sockets, and beside those of inputs what they are set to. */

import type { Edge } from "@xyflow/react";
import { ChevronDown, ChevronUp, LogOut } from "lucide-react";
import { memo } from "react";
import { useStore } from "zustand/react";
import { isLink } from "../doc/types";
import { useTexts } from "../texts";
import { useEditing, useMade, useNode, useView } from "../view/context";
import { type Row, showsWidget } from "../view/layout";
import { promotedName } from "../view/promote";
import type { Known } from "../view/schemas";
import { Exposed, Field } from "../widgets/Field";
import { Brush } from "./Brush";
import { brief } from "./picture";
import { Socket } from "./Socket";

/** whole: with widgets; without them it is drawn in a tenth of the time. */
type Props = { id: string; title: string; schema: Known; rows: Row[]; whole: boolean };

export const Rows = memo(function Rows({ id, title, schema, rows, whole }: Props) {
  return (
    <div className="nodes-rows">
      {rows.map((row) =>
        row.kind === "more" ? (
          <More key="more" id={id} count={row.count} open={row.open} />
        ) : row.kind === "pair" ? (
          <div className="nodes-pair" key={`${row.input}/${row.output}`}>
            {row.input !== null && <Input {...{ id, title, schema, whole }} socket={row.input} tall={false} />}
            {row.output !== null && <Output id={id} title={title} schema={schema} socket={row.output} />}
          </div>
        ) : (
          <Input key={row.input} {...{ id, title, schema, whole }} socket={row.input} tall={row.tall} />
        ),
      )}
    </div>
  );
});

function More({ id, count, open }: { id: string; count: number; open: boolean }) {
  const { t } = useTexts();
  const { doc } = useEditing();
  const toggle = () => {
    const fields = { more: open ? undefined : true } as Record<string, true | undefined>;
    doc.getState().edit({ do: "fields", node: id, fields: fields as never });
  };
  return (
    <button type="button" className="nodes-more nodrag" aria-expanded={open} onClick={toggle}>
      {open ? <ChevronUp size={14} aria-hidden /> : <ChevronDown size={14} aria-hidden />}
      {open ? t("canvas.fewer") : t("canvas.more", { count })}
    </button>
  );
}

type Place = { id: string; title: string; schema: Known; socket: string };

function Input({ id, title, schema, socket, tall, whole }: Place & { tall: boolean; whole: boolean }) {
  const node = useNode(id);
  const problem = useView((state) => state.problems[id]?.find((row) => row.socket === socket));
  const input = schema.inputs[socket];
  if (!node || !input) return null;
  const value = node.inputs?.[socket];
  const widget = showsWidget(input, node, socket);
  return (
    <div className={tall ? "nodes-input nodes-input-tall" : "nodes-input"} data-socket={socket}>
      <Socket node={id} title={title} socket={socket} type={input.type} side="input" linked={isLink(value)} />
      {widget && whole ? (
        <Field id={id} socket={socket} input={input} missing={schema.missing === true} />
      ) : (
        <span className="nodes-label" title={problem ? `${problem.what}. ${problem.cure}` : input.help}>
          <Exposed id={id} socket={socket} />
          {socket.replaceAll("_", " ")}
          {input.optional && !isLink(value) && <i className="nodes-optional"> ·</i>}
        </span>
      )}
      {input.type === "mask" && whole && <Brush id={id} socket={socket} />}
    </div>
  );
}

function Output({ id, title, schema, socket }: Place) {
  const type = schema.outputs[socket]?.type ?? "anything";
  const linked = useLinked(id, socket);
  return (
    <div className="nodes-output" data-output={socket}>
      <Said id={id} socket={socket} />
      <Given id={id} socket={socket} />
      <span className="nodes-label">{socket.replaceAll("_", " ")}</span>
      <Socket node={id} title={title} socket={socket} type={type} side="output" linked={linked} />
    </div>
  );
}

/** Says that this is one of the graph's own outputs. */
function Given({ id, socket }: { id: string; socket: string }) {
  const { t } = useTexts();
  const { doc } = useEditing();
  const name = useStore(doc, ({ flow }) => promotedName(flow, "outputs", `${id}.${socket}`));
  if (name === null) return null;
  const text = t("canvas.promotedOutput", { name });
  return (
    <span className="widget-exposed" role="img" aria-label={text} title={text}>
      <LogOut size={12} aria-hidden />
    </span>
  );
}

function useLinked(id: string, output: string): boolean {
  return useView((state) => sourcesOf(state.drawn.edges).has(`${id}.${output}`));
}

const sources = new WeakMap<Edge[], Set<string>>();

/** The outputs from which links start. */
function sourcesOf(edges: Edge[]): Set<string> {
  let found = sources.get(edges);
  if (!found) {
    found = new Set(edges.map((edge) => `${edge.source}.${edge.sourceHandle}`));
    sources.set(edges, found);
  }
  return found;
}

/** What came out of an output, or what will: its size and how many. */
function Said({ id, socket }: { id: string; socket: string }) {
  const { t } = useTexts();
  const made = useMade(id)?.[socket];
  const size = useView((state) => state.guesses[id]?.sizes[socket]);
  const count = useView((state) => state.guesses[id]?.count);
  const text = brief(made);
  if (text) {
    return (
      <span className="nodes-said nodes-said-value" title={text}>
        {text}
      </span>
    );
  }
  const [width, height] = made?.width && made.height ? [made.width, made.height] : (size ?? [0, 0]);
  const parts = [
    width ? t("canvas.size", { width, height }) : "",
    count && count > 1 ? t("canvas.count", { count }) : "",
  ];
  return <span className="nodes-said">{parts.filter(Boolean).join("  ")}</span>;
}
