/** The top of a node: what it is called, what kind it is, and how it fares. */

import {
  Box,
  Boxes,
  Check,
  CircleAlert,
  CircleHelp,
  Clock,
  CornerRightDown,
  Database,
  EyeOff,
  Filter,
  Image,
  Languages,
  Layers,
  LoaderCircle,
  type LucideIcon,
  Milestone,
  Paintbrush,
  Pencil,
  Redo,
  Repeat,
  Scan,
  ShieldCheck,
  Sparkles,
  SquareArrowOutUpRight,
  SquareDashed,
  Tag,
  TriangleAlert,
  Variable,
  Zap,
} from "lucide-react";
import type { Node } from "../doc/types";
import type { NodeRun } from "../run/store";
import { useTexts } from "../texts";
import { useEditing, useView } from "../view/context";
import { savedName } from "../view/neighbours";
import { type Known, REPEAT } from "../view/schemas";
import { many } from "../view/within";

const ICONS: Record<string, LucideIcon> = {
  image: Image,
  mask: SquareDashed,
  paint: Paintbrush,
  stream: Layers,
  value: Variable,
  flow: Milestone,
  segment: Scan,
  diffusion: Sparkles,
  language: Languages,
  graph: Boxes,
  tag: Tag,
  quality: ShieldCheck,
  improve: Zap,
  augment: Pencil,
  dataset: Database,
  collect: Filter,
};

export function FamilyIcon({ family, size = 14 }: { family: string; size?: number }) {
  const Icon = ICONS[family] ?? Box;
  return <Icon size={size} aria-hidden />;
}

type Props = { id: string; node: Node; schema: Known; now: NodeRun | undefined };

export function Header({ id, node, schema, now }: Props) {
  const { t } = useTexts();
  const { enter } = useEditing();
  const title = node.title || schema.title;
  const Icon = schema.missing ? CircleHelp : node.type === REPEAT ? Repeat : (ICONS[schema.family] ?? Box);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a command does the same
    <header
      className="nodes-header"
      title={schema.missing ? missingText(node, t) : schema.summary}
      onDoubleClick={() => schema.graph && enter(id)}
    >
      <Icon size={14} aria-hidden />
      <Title id={id} title={title} own={node.title ?? ""} />
      {schema.missing && <span className="nodes-chip">{savedName(node) ?? node.type}</span>}
      {node.type === REPEAT && (
        <span className="nodes-chip">{t("canvas.times", { count: Number(node.times ?? 3) })}</span>
      )}
      <Many id={id} />
      {schema.graph && <Enter id={id} saved={savedName(node)} />}
      {node.mode && (
        <span className="nodes-chip">
          {node.mode === "mute" ? <EyeOff size={12} aria-hidden /> : <Redo size={12} aria-hidden />}
          {t(`canvas.mode_${node.mode}`)}
        </span>
      )}
      <Problems id={id} />
      <State now={now} />
      {now?.state === "running" && <Progress now={now} />}
    </header>
  );
}

function missingText(node: Node, t: ReturnType<typeof useTexts>["t"]): string {
  const saved = savedName(node);
  return saved === null ? t("canvas.missing", { type: node.type }) : t("canvas.missingGraph", { name: saved });
}

/** How often the node runs, where it is in a stream. */
function Many({ id }: { id: string }) {
  const { t } = useTexts();
  const count = useView((state) => many(state.guesses[id]));
  if (count === false) return null;
  const text = count === null ? t("canvas.perItemUnknown") : t("canvas.perItem", { count });
  return (
    <span className="nodes-chip nodes-chip-many" title={text}>
      <Layers size={12} aria-hidden />
      <span className="nodes-hidden">{text}</span>
      <span aria-hidden>{count === null ? t("canvas.countUnknown") : t("canvas.count", { count })}</span>
    </span>
  );
}

/** The way into the graph that a node holds. */
function Enter({ id, saved }: { id: string; saved: string | null }) {
  const { t } = useTexts();
  const { enter } = useEditing();
  const text = saved === null ? t("canvas.enterGraph") : t("canvas.openGraph", { name: saved });
  const Icon = saved === null ? CornerRightDown : SquareArrowOutUpRight;
  return (
    <button type="button" className="nodes-enter nodrag" aria-label={text} title={text} onClick={() => enter(id)}>
      <Icon size={14} aria-hidden />
    </button>
  );
}

function Title({ id, title, own }: { id: string; title: string; own: string }) {
  const { t } = useTexts();
  const { doc, view } = useEditing();
  const writing = useView((state) => state.writing === id);
  if (!writing) return <b className="nodes-title">{title}</b>;
  const done = (text: string) => {
    view.setState({ writing: null });
    if (text !== own) doc.getState().edit({ do: "fields", node: id, fields: { title: text || undefined } as never });
  };
  return (
    <input
      className="nodes-rename nodrag"
      aria-label={t("canvas.renameNode")}
      defaultValue={own}
      placeholder={title}
      // biome-ignore lint/a11y/noAutofocus: the person has just asked to write here
      autoFocus
      onFocus={(event) => event.target.select()}
      onBlur={(event) => done(event.target.value.trim())}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.currentTarget.blur();
        if (event.key === "Escape") view.setState({ writing: null });
      }}
    />
  );
}

function Problems({ id }: { id: string }) {
  const { t } = useTexts();
  const problems = useView((state) => state.problems[id]);
  if (!problems?.length) return null;
  const text = problems.map((row) => [row.socket, row.what].filter(Boolean).join(": ")).join("\n");
  return (
    <span className="nodes-state nodes-state-warn" role="img" aria-label={t("canvas.problems", { text })} title={text}>
      <TriangleAlert size={14} aria-hidden />
    </span>
  );
}

function State({ now }: { now: NodeRun | undefined }) {
  const { t } = useTexts();
  if (!now) return null;
  const seconds = now.seconds === undefined ? "" : t("canvas.seconds", { seconds: short(now.seconds) });
  const icons = { waiting: Clock, running: LoaderCircle, done: Check, cached: Database, failed: CircleAlert };
  const Icon = icons[now.state];
  return (
    <>
      {!!now.dropped && (
        <span className="nodes-chip" title={t("canvas.dropped", { count: now.dropped })}>
          −{now.dropped}
        </span>
      )}
      <span className={`nodes-state nodes-state-${now.state}`} title={t(`canvas.state_${now.state}`)}>
        <span className="nodes-hidden">{t(`canvas.state_${now.state}`)}</span>
        {now.state === "running" ? <Done now={now} /> : now.state === "done" ? seconds : ""}
        <Icon size={14} aria-hidden />
      </span>
    </>
  );
}

function Done({ now }: { now: NodeRun }) {
  const { t } = useTexts();
  if (!now.total) return null;
  const left = now.left ? ` · ${t("canvas.left", { seconds: Math.ceil(now.left) })}` : "";
  return <span>{`${now.done ?? 0}/${now.total}${left}`}</span>;
}

function Progress({ now }: { now: NodeRun }) {
  const { t } = useTexts();
  const share = now.total ? (now.done ?? 0) / now.total : undefined;
  return (
    <span
      className={share === undefined ? "nodes-progress nodes-progress-unknown" : "nodes-progress"}
      role="progressbar"
      aria-label={t("canvas.progress")}
      aria-valuenow={share === undefined ? undefined : Math.round(share * 100)}
    >
      <span style={share === undefined ? undefined : { width: `${share * 100}%` }} />
    </span>
  );
}

function short(seconds: number): string {
  return seconds < 0.095 ? seconds.toFixed(2) : seconds < 9.95 ? seconds.toFixed(1) : String(Math.round(seconds));
}
