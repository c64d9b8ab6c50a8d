/** A node on the canvas. It knows its id alone and watches its own part of the graph, so that an edit or an event draws one node anew. */

import { type NodeProps, useStore as useFlowStore } from "@xyflow/react";
import { memo, useDeferredValue, useState } from "react";
import type { Made } from "../run/store";
import { useTexts } from "../texts";
import { useEditing, useMade, useNode, useNodeRun, useSchema, useView } from "../view/context";
import { farBelow, type Layout } from "../view/layout";
import { type Known, REPEAT } from "../view/schemas";
import { many } from "../view/within";
import { Edge } from "./Edge";
import { Header } from "./Header";
import "./nodes.css";
import { pictureOf } from "./picture";
import { Rows } from "./Rows";
import { Socket, TypeSign } from "./Socket";

const TINY = 0.14; // zoom below which not even names can be read

/** Nodes that come into sight are drawn in steps, so that going over a large graph never waits for them: a name, then rows, then widgets. */
export const NodeCard = memo(function NodeCard({ id, data, selected }: NodeProps) {
  const away = useFlowStore((state) => state.transform[2] < farBelow(state.nodes.length));
  const far = useDeferredValue(away) || away;
  const layout = data.layout as Layout;
  return far ? <Far id={id} selected={selected} /> : <Near id={id} layout={layout} selected={selected} />;
});

function Far({ id, selected }: { id: string; selected: boolean }) {
  const tiny = useFlowStore((state) => state.transform[2] < TINY);
  const node = useNode(id);
  const schema = useSchema(id);
  const bad = useView((state) => id in state.problems);
  const failed = useNodeRun(id)?.state === "failed";
  const look = [
    "nodes-far",
    selected && "nodes-selected",
    (bad || failed) && "nodes-failed",
    node?.mode && "nodes-off",
  ];
  return (
    <div className={look.filter(Boolean).join(" ")} data-family={schema.family}>
      {!tiny && <span>{node?.title || schema.title}</span>}
    </div>
  );
}

function Near({ id, layout, selected }: { id: string; layout: Layout; selected: boolean }) {
  const node = useNode(id);
  const schema = useSchema(id);
  const now = useNodeRun(id);
  const whole = useDeferredValue(true, false);
  const stream = useView((state) => many(state.guesses[id]) !== false);
  if (!node) return null;
  const title = node.title || schema.title;
  const look = [
    "nodes-card",
    selected && "nodes-selected",
    now?.state === "failed" && "nodes-failed",
    now?.state === "running" && "nodes-running",
    node.mode === "mute" && "nodes-off nodes-muted",
    node.mode === "bypass" && "nodes-off nodes-bypassed",
    schema.missing && "nodes-missing",
    (stream || node.type === REPEAT) && "nodes-many",
  ];
  const colour = typeof node.colour === "string" && /^#[0-9a-f]{6}$/i.test(node.colour) ? node.colour : undefined;
  return (
    <div className={look.filter(Boolean).join(" ")} style={colour ? { borderTopColor: colour } : undefined}>
      {!node.collapsed && <Edge id={id} width={layout.width} />}
      <Header id={id} node={node} schema={schema} now={now} />
      {node.collapsed ? (
        <Folded id={id} title={title} />
      ) : (
        <>
          <Rows id={id} title={title} schema={schema} rows={layout.rows} whole={whole} />
          {whole && <Picture id={id} />}
        </>
      )}
      <Trouble id={id} selected={selected} />
    </div>
  );
}

/** All sockets of a collapsed node, in one place on either side. */
function Folded({ id, title }: { id: string; title: string }) {
  const schema = useSchema(id);
  const row = (side: "input" | "output") =>
    Object.entries(side === "input" ? schema.inputs : schema.outputs).map(([socket, { type }]) => (
      <Socket key={socket} node={id} title={title} socket={socket} type={type} side={side} linked />
    ));
  return (
    <div className="nodes-folded">
      {row("input")}
      {row("output")}
    </div>
  );
}

function Picture({ id }: { id: string }) {
  const { t } = useTexts();
  const node = useNode(id);
  const schema = useSchema(id);
  const now = useNodeRun(id);
  const [wish, setWish] = useState("");
  const [broken, setBroken] = useState("");
  const made = useMade(id);
  const shown = pictureOf(node, schema, now, made, wish);
  if (!shown) return null;
  const alt = t(`canvas.picture_${shown.what}`, { name: shown.name, node: node?.title || schema.title });
  return (
    <div className="nodes-picture">
      {broken === shown.url ? (
        <span className="nodes-broken">{t("canvas.pictureBroken")}</span>
      ) : (
        <img src={shown.url} alt={alt} draggable={false} decoding="async" onError={() => setBroken(shown.url)} />
      )}
      {shown.what === "made" && <Picks schema={schema} made={made} now={shown.name} pick={setWish} />}
    </div>
  );
}

type PicksProps = {
  schema: Known;
  made: Record<string, Made> | undefined;
  now: string;
  pick: (output: string) => void;
};

/** Which of several pictures that a node made is shown. */
function Picks({ schema, made, now, pick }: PicksProps) {
  const { t } = useTexts();
  const names = Object.keys(schema.outputs).filter((name) => made?.[name]?.thumbnail);
  if (names.length < 2) return null;
  return (
    <div className="nodes-picks nodrag">
      {names.map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={name === now}
          aria-label={t("canvas.showOutput", { name })}
          title={t("canvas.showOutput", { name })}
          onClick={() => pick(name)}
        >
          <TypeSign type={schema.outputs[name]?.type ?? "anything"} />
        </button>
      ))}
    </div>
  );
}

/** What is wrong: what failed in a run at all times, what a check finds when the node is looked at. */
function Trouble({ id, selected }: { id: string; selected: boolean }) {
  const failed = useNodeRun(id)?.error;
  const { prefix } = useEditing();
  const problems = useView((state) => state.problems[id]);
  const rows = failed?.what ? [failed] : selected ? (problems ?? []) : [];
  if (!rows.length) return null;
  return (
    <div className="nodes-trouble" role={failed ? "alert" : "note"} data-prefix={prefix || undefined}>
      {rows.slice(0, 4).map((row) => (
        <p key={`${row.socket}${row.what}`}>
          {row.socket && <b>{row.socket} </b>}
          {row.what}
          {row.cure && <span>{row.cure}</span>}
        </p>
      ))}
    </div>
  );
}
