/** Notices in the corner of the page. They stay until they are dismissed: an error that goes away by itself is read by nobody. */

import { CircleX, X } from "lucide-react";
import { useStore } from "zustand/react";
import { run } from "../run/store";
import { useTexts } from "../texts";
import { retry } from "./actions";
import { useDoc, useNodeName } from "./ofTab";
import { showJob } from "./state";
import { dismiss, type Notice, notices } from "./tell";

const SHOWN = 3; // problems of one notice

type Props = { tabId: string; onShowNode?: ((node: string) => void) | undefined };

export function Notices({ tabId, onShowNode }: Props) {
  const { t } = useTexts();
  const list = useStore(notices, (state) => state.list);
  return (
    <section className="panels-notices" aria-label={t("panels.notices")}>
      {list.map((notice) => (
        <One key={notice.id} notice={notice} tabId={tabId} onShowNode={onShowNode} />
      ))}
    </section>
  );
}

function One({ notice, tabId, onShowNode }: { notice: Notice } & Props) {
  const { t } = useTexts();
  return (
    <div className="panels-notice" role="alert">
      <div className="panels-line">
        <CircleX size={16} aria-hidden className="panels-bad" />
        <strong className="panels-grow">{notice.title}</strong>
        <button
          type="button"
          className="panels-icon"
          aria-label={t("panels.dismiss")}
          title={t("panels.dismiss")}
          onClick={() => dismiss(notice.id)}
        >
          <X size={16} />
        </button>
      </div>
      <ProblemList notice={notice} tabId={tabId} />
      <NextSteps notice={notice} tabId={tabId} onShowNode={onShowNode} />
    </div>
  );
}

function ProblemList({ notice: { problems }, tabId }: { notice: Notice; tabId: string }) {
  const { t } = useTexts();
  const nameOf = useNodeName(tabId);
  return (
    <>
      <ul>
        {problems.slice(0, SHOWN).map((problem, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes
          <li key={index}>
            {problem.node && (
              <span className="panels-strong">
                {t("panels.at", { place: [nameOf(problem.node), problem.socket].filter(Boolean).join(" · ") })}{" "}
              </span>
            )}
            {problem.what}
            {problem.cure && <span className="panels-quiet panels-block">{problem.cure}</span>}
          </li>
        ))}
      </ul>
      {problems.length > SHOWN && (
        <p className="panels-quiet">{t("panels.moreProblems", { n: problems.length - SHOWN })}</p>
      )}
    </>
  );
}

/** What can be done about it. Only a node that the open graph has can be shown. */
function NextSteps({ notice: { id, problems, job }, tabId, onShowNode }: { notice: Notice } & Props) {
  const { t } = useTexts();
  const nodes = useStore(useDoc(tabId), (doc) => doc.flow.nodes);
  const node = problems.find((problem) => problem.node && Object.hasOwn(nodes, problem.node))?.node;
  const step = (name: string, order: () => void) => (
    <button type="button" className="panels-button" onClick={order}>
      {t(name)}
    </button>
  );
  const once = (order: (job: string) => void) => () => {
    if (job) order(job);
    dismiss(id);
  };
  const again = once((name) => {
    const known = run.getState().jobs[name];
    if (known) void retry(known);
  });
  if (!job && !(node && onShowNode)) return null;
  return (
    <p className="panels-actions">
      {node && onShowNode && step("panels.showNode", () => onShowNode(node))}
      {job && step("panels.retry", again)}
      {job && step("panels.details", once(showJob))}
    </p>
  );
}
