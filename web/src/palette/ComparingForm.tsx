/** The dialog for comparing values. */

import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { useMemo, useState } from "react";
import type { Link } from "../doc/types";
import { type Draft, type Filled, filled } from "../panels/batch";
import { useTexts } from "../texts";
import { useEditing } from "../view/context";
import { select } from "../view/store";
import { boxesOf, edit, graph, type Scope, show, start } from "./actions";
import { AxisFields } from "./ComparingAxis";
import "./comparing.css";
import { comparable, comparison, doubled, firstText, isInStream, picturesFrom, schemasOf } from "./comparing";
import { useScope } from "./Dialogs";

const SIZES = [0, 1024, 512, 256];

export default function ComparingForm({ node, socket }: { node: string; socket: string }) {
  const { t } = useTexts();
  const { view } = useEditing();
  const close = () => view.setState({ comparing: null });
  return (
    <Dialog.Root open onOpenChange={(open) => !open && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="palette-backdrop" />
        <Dialog.Popup className="palette comparing">
          <div className="palette-caption">
            <Dialog.Title className="comparing-title">{t("command.compareTitle")}</Dialog.Title>
            <Dialog.Close className="ui-icon" aria-label={t("batch.close")} title={t("batch.close")}>
              <X size={16} />
            </Dialog.Close>
          </div>
          <Body first={`${node}.${socket}`} close={close} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

const NOTHING: Draft = { target: "", text: "" };

function Body({ first, close }: { first: string; close: () => void }) {
  const { t } = useTexts();
  const scope = useScope();
  const { editing } = scope;
  const candidates = useMemo(() => comparable(editing), [editing]);
  const draftOf = (target: string): Draft => {
    const found = candidates.find((one) => one.target === target);
    return found ? { target, text: firstText(found) } : NOTHING;
  };
  const [drafts, setDrafts] = useState<[Draft, Draft]>(() => [draftOf(first), NOTHING]);
  const [wished, setWished] = useState("");
  const [side, setSide] = useState(512);
  const axes = drafts.map((draft) => filled([draft], candidates)[0] ?? null) as [Filled | null, Filled | null];
  const nodes = axes.flatMap((axis) => (axis ? [axis.candidate.node] : []));
  const pictures = picturesFrom(graph(scope), schemasOf(editing), nodes);
  const picture = pictures.find((one) => keyOf(one) === wished) ?? pictures[0];
  const wrong = problemOf(scope, nodes, picture, t);
  const put = (at: 0 | 1) => (draft: Draft) => setDrafts(at === 0 ? [draft, drafts[1]] : [drafts[0], draft]);
  const field = (at: 0 | 1) => (
    <AxisFields
      title={t(at === 0 ? "command.compareAcross" : "command.compareDown")}
      candidates={candidates.filter(({ target }) => target !== drafts[1 - at]?.target)}
      axis={axes[at]}
      may={at === 1}
      choose={(target) => put(at)(draftOf(target))}
      type={(text) => put(at)({ ...(drafts[at] as Draft), text })}
    />
  );
  const done = (run: boolean) => picture && axes[0] && finish(scope, axes[0], axes[1], picture, side, run, close);
  return (
    <>
      <div className="comparing-body">
        <p className="comparing-hint">{t("command.compareHint")}</p>
        <div className="comparing-axes">
          {field(0)}
          {field(1)}
        </div>
        <div className="comparing-rest">
          <Pictures all={pictures} now={picture} scope={scope} choose={setWished} />
          <label>
            {t("command.compareSide")}
            <select value={side} onChange={(event) => setSide(Number(event.target.value))}>
              {SIZES.map((size) => (
                <option key={size} value={size}>
                  {size ? t("command.compareUpTo", { n: size }) : t("command.compareFull")}
                </option>
              ))}
            </select>
          </label>
        </div>
      </div>
      <Foot axes={axes} wrong={wrong} done={done} />
    </>
  );
}

type Text = ReturnType<typeof useTexts>["t"];

function problemOf(scope: Scope, nodes: string[], picture: Link | undefined, t: Text): string {
  if (!nodes.length) return t("command.compareNothing");
  if (!picture) return t("command.compareNoPictures");
  const inStream = isInStream(graph(scope), schemasOf(scope.editing), [...nodes, picture.node]);
  return inStream ? t("command.compareInStream") : "";
}

const keyOf = ({ node, output }: Link) => `${node}.${output}`;

type PicturesProps = { all: Link[]; now: Link | undefined; scope: Scope; choose: (key: string) => void };

function Pictures({ all, now, scope, choose }: PicturesProps) {
  const { t } = useTexts();
  const name = ({ node, output }: Link) => `${graph(scope).nodes[node]?.title || node} · ${output}`;
  return (
    <label>
      {t("command.comparePictures")}
      <select
        value={now ? keyOf(now) : ""}
        disabled={all.length === 0}
        onChange={(event) => choose(event.target.value)}
      >
        {all.map((one) => (
          <option key={keyOf(one)} value={keyOf(one)}>
            {name(one)}
          </option>
        ))}
      </select>
    </label>
  );
}

type FootProps = { axes: (Filled | null)[]; wrong: string; done: (run: boolean) => void };

function Foot({ axes, wrong, done }: FootProps) {
  const { t } = useTexts();
  const given = axes.filter((axis): axis is Filled => axis !== null);
  const whole = given.every(({ complaints, values }) => !complaints.length && doubled(values) === undefined);
  const count = given.reduce((product, { values }) => product * values.length, given.length ? 1 : 0);
  const ready = whole && count > 0 && !wrong;
  return (
    <footer className="comparing-foot">
      <span role="status" className={wrong ? "comparing-wrong" : undefined}>
        {wrong || t("command.compareCount", { n: count })}
      </span>
      <button type="button" className="ui-button" disabled={!ready} onClick={() => done(false)}>
        {t("command.compareAdd")}
      </button>
      <button type="button" className="ui-button ui-primary" disabled={!ready} onClick={() => done(true)}>
        {t("command.compareRun")}
      </button>
    </footer>
  );
}

function finish(
  scope: Scope,
  across: Filled,
  down: Filled | null,
  pictures: Link,
  side: number,
  run: boolean,
  close: () => void,
): void {
  const flow = graph(scope);
  const boxes = boxesOf(scope, Object.keys(flow.nodes));
  const made = comparison(flow, boxes, { across, down, pictures, side });
  edit(scope, made.edit);
  close();
  select(scope.editing.view, made.ids);
  requestAnimationFrame(() => show(scope, [...made.ids, across.candidate.node]));
  if (run) void start(scope, [made.save]);
}
