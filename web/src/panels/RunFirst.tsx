/** Where no result is yet: the next step, as a button. */

import { Play, Save } from "lucide-react";
import { useState } from "react";
import { useStore } from "zustand/react";
import type { Schemas } from "../doc/schema";
import { createDoc } from "../doc/store";
import { isLink, type Link, type Workflow } from "../doc/types";
import { browser } from "../palette/browser/state";
import { useTexts } from "../texts";
import { takeJobs } from "../ui/live";
import { newFlow, runTab, workspace } from "../ui/workspace";
import { orTell } from "./tell";

const NONE = createDoc(newFlow(""), null);
const SAVER = "image.save";

/** A picture that no node takes, where the graph has no node that writes files; null where nothing is amiss. Pure. */
export function unsaved(flow: Workflow, schemas: Schemas): Link | null {
  const nodes = Object.entries(flow.nodes);
  if (nodes.some(([, node]) => schemas[node.type]?.writes !== false)) return null;
  const taken = new Set(
    nodes.flatMap(([, node]) =>
      Object.values(node.inputs ?? {})
        .filter(isLink)
        .map((link) => `${link.node}.${link.output}`),
    ),
  );
  const made = nodes.flatMap(([name, node]) =>
    Object.entries(schemas[node.type]?.outputs ?? {})
      .filter(([output, { type }]) => type === "image" && !taken.has(`${name}.${output}`))
      .map(([output]): Link => ({ node: name, output })),
  );
  return made.at(-1) ?? null;
}

/** saving: also tell where the graph makes a picture that nothing saves. */
export function RunFirst({ tabId, saving = false }: { tabId: string; saving?: boolean }) {
  const { t } = useTexts();
  const [busy, setBusy] = useState(false);
  const tab = useStore(workspace, (state) => state.tabs.find((entry) => entry.id === tabId));
  const flow = useStore(tab?.doc ?? NONE, (doc) => doc.flow);
  if (!tab || Object.keys(flow.nodes).length === 0) return <p>{t("panels.emptyFirst")}</p>;
  const start = async () => {
    setBusy(true);
    const jobs = await orTell(t("panels.notRun"), () => runTab(tab));
    setBusy(false);
    if (jobs) takeJobs(jobs);
  };
  return (
    <>
      {saving && <Saver flow={flow} />}
      <button type="button" className="panels-button" disabled={busy} onClick={() => void start()}>
        <Play size={16} aria-hidden />
        {t("panels.runThis")}
      </button>
    </>
  );
}

/** A graph without a saving node shows its pictures on the nodes alone. */
function Saver({ flow }: { flow: Workflow }) {
  const { t } = useTexts();
  const schemas = useStore(workspace, (state) => state.schemas);
  const add = useStore(browser, (state) => state.add);
  const from = unsaved(flow, schemas);
  if (!from || !add || !schemas[SAVER]) return null;
  return (
    <>
      <p>{t("panels.noSaver")}</p>
      <button type="button" className="panels-button" onClick={() => add(SAVER, from)}>
        <Save size={16} aria-hidden />
        {t("panels.addSaver")}
      </button>{" "}
    </>
  );
}
