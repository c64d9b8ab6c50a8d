/** Running a graph with many values: columns of values are typed, pasted or loaded, and what will run is shown before it does. */

import { Dialog } from "@base-ui/react/dialog";
import { FileUp, X } from "lucide-react";
import { type ClipboardEvent, useMemo, useRef, useState } from "react";
import { useStore } from "zustand/react";
import { type Problem, ServerError } from "../server/api";
import { useTexts } from "../texts";
import { takeJobs } from "../ui/live";
import { runTab, workspace } from "../ui/workspace";
import { BatchColumn, nameOf } from "./BatchColumn";
import { BatchPreview } from "./BatchPreview";
import "./batch.css";
import {
  batchOf,
  byNode,
  type Candidate,
  candidatesOf,
  type Draft,
  draftsOf,
  type Filled,
  filled,
  type Table,
} from "./batch";
import { readTable } from "./csv";
import { useDoc } from "./ofTab";
import { showPage } from "./state";
import { MOST, type Mode, rowCount } from "./values";

const LARGEST = 20 << 20; // bytes of a file of values

/** What was typed, by tab: a dialog that is closed by mistake loses nothing. */
const kept = new Map<string, Table>();

export default function BatchDialog({ tabId, onClose }: { tabId: string; onClose: () => void }) {
  const { t } = useTexts();
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="batch-backdrop" />
        <Dialog.Popup className="batch">
          <header className="batch-head">
            <Dialog.Title className="batch-title">{t("batch.title")}</Dialog.Title>
            <Dialog.Close className="panels-icon" aria-label={t("batch.close")} title={t("batch.close")}>
              <X size={16} />
            </Dialog.Close>
          </header>
          <Form tabId={tabId} onClose={onClose} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function useTable(tabId: string) {
  const [table, set] = useState<Table>(() => kept.get(tabId) ?? { mode: "product", drafts: [] });
  const change = (next: Table) => {
    kept.set(tabId, next);
    set(next);
  };
  return [table, change] as const;
}

function Form({ tabId, onClose }: { tabId: string; onClose: () => void }) {
  const { t } = useTexts();
  const flow = useStore(useDoc(tabId), (doc) => doc.flow);
  const schemas = useStore(workspace, (state) => state.schemas);
  const candidates = useMemo(() => candidatesOf(flow, schemas), [flow, schemas]);
  const [table, change] = useTable(tabId);
  const [word, setWord] = useState("");
  const columns = useMemo(() => filled(table.drafts, candidates), [table.drafts, candidates]);
  const { start, busy, problems } = useStart(tabId, columns, table.mode, onClose);
  const take = (text: string): boolean => {
    const rows = readTable(text);
    const { drafts, strange } = draftsOf(rows, candidates);
    if (drafts.length) change({ mode: "zip", drafts });
    const missing = { names: strange.join(", "), known: candidates.map(labelOf).slice(0, 12).join(", ") };
    setWord(strange.length ? t(drafts.length ? "batch.someStrange" : "batch.allStrange", missing) : "");
    return drafts.length > 0;
  };
  const paste = (event: ClipboardEvent) => {
    const text = event.clipboardData.getData("text/plain");
    const head = readTable(text.split(/\r?\n/, 1)[0] ?? "")[0] ?? [];
    const known = head.filter((name) => candidates.some((one) => [one.parameter, one.target].includes(name.trim())));
    if (/\n/.test(text.trim()) && known.length > 0 && take(text)) event.preventDefault();
  };
  const put = (drafts: Draft[]) => change({ ...table, drafts });
  return (
    <div className="batch-body" onPaste={paste}>
      <Adding candidates={candidates} drafts={table.drafts} put={put} take={take} tell={setWord} />
      {word && (
        <p className="batch-word" role="alert">
          {word}
        </p>
      )}
      <div className="batch-columns">
        {columns.length === 0 && <p className="panels-quiet batch-hint">{t("batch.hint")}</p>}
        {columns.map((column) => (
          <BatchColumn
            key={column.target}
            column={column}
            problems={problems.filter((one) => `${one.node}.${one.socket}` === column.target)}
            onText={(text) =>
              put(table.drafts.map((draft) => (draft.target === column.target ? { ...draft, text } : draft)))
            }
            onRemove={() => put(table.drafts.filter((draft) => draft.target !== column.target))}
          />
        ))}
      </div>
      {columns.length > 1 && <Modes mode={table.mode} set={(mode) => change({ ...table, mode })} />}
      <BatchPreview columns={columns} mode={table.mode} />
      <Others
        problems={problems.filter((one) => !columns.some(({ target }) => target === `${one.node}.${one.socket}`))}
      />
      <Foot columns={columns} mode={table.mode} busy={busy} start={start} />
    </div>
  );
}

const labelOf = (candidate: Candidate) => candidate.parameter ?? candidate.target;

function useStart(tabId: string, columns: Filled[], mode: Mode, onClose: () => void) {
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState<Problem[]>([]);
  const start = async () => {
    const tab = workspace.getState().tabs.find((entry) => entry.id === tabId);
    if (!tab) return;
    setBusy(true);
    setProblems([]);
    try {
      takeJobs(await runTab(tab, { batch: batchOf(columns, mode) }));
      showPage("queue");
      onClose();
    } catch (error) {
      const own = error instanceof ServerError ? error : new ServerError(0, String((error as Error).message), "");
      setProblems(own.problems.length ? own.problems : [{ node: "", socket: "", what: own.what, cure: own.cure }]);
    } finally {
      setBusy(false);
    }
  };
  return { start, busy, problems };
}

type AddingProps = {
  candidates: Candidate[];
  drafts: Draft[];
  put: (drafts: Draft[]) => void;
  take: (text: string) => boolean;
  tell: (word: string) => void;
};

function Adding({ candidates, drafts, put, take, tell }: AddingProps) {
  const { t } = useTexts();
  const file = useRef<HTMLInputElement>(null);
  const free = candidates.filter(({ target }) => !drafts.some((draft) => draft.target === target));
  const own = free.filter(({ parameter }) => parameter !== null);
  const others = byNode(free.filter(({ parameter }) => parameter === null));
  const add = (target: string) => target && put([...drafts, { target, text: "" }]);
  const load = async (chosen: File | undefined) => {
    if (!chosen) return;
    if (chosen.size > LARGEST) tell(t("batch.tooLarge", { name: chosen.name, n: LARGEST >> 20 }));
    else take(await chosen.text());
  };
  return (
    <div className="batch-adding">
      <select
        className="panels-select"
        aria-label={t("batch.add")}
        value=""
        onChange={(event) => add(event.target.value)}
      >
        <option value="">{t("batch.add")}</option>
        {own.length > 0 && (
          <optgroup label={t("batch.parameters")}>
            {own.map((one) => (
              <option key={one.target} value={one.target}>
                {one.parameter}
              </option>
            ))}
          </optgroup>
        )}
        {[...others].map(([node, inputs]) => (
          <optgroup key={node} label={t("batch.node", { title: inputs[0]?.title ?? node, id: node })}>
            {inputs.map((one) => (
              <option key={one.target} value={one.target}>
                {nameOf(one)}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
      <button type="button" className="panels-button" onClick={() => file.current?.click()}>
        <FileUp size={16} aria-hidden />
        {t("batch.load")}
      </button>
      <input
        ref={file}
        type="file"
        hidden
        aria-label={t("batch.load")}
        accept=".csv,.tsv,.txt,text/csv"
        onChange={(event) => {
          void load(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
    </div>
  );
}

function Modes({ mode, set }: { mode: Mode; set: (mode: Mode) => void }) {
  const { t } = useTexts();
  return (
    <fieldset className="batch-modes">
      <legend className="panels-unseen">{t("batch.modes")}</legend>
      {(["product", "zip"] as const).map((one) => (
        <label key={one}>
          <input type="radio" name="batch-mode" checked={mode === one} onChange={() => set(one)} />
          {t(`batch.${one}`)}
        </label>
      ))}
    </fieldset>
  );
}

/** Problems that no column is to blame for. */
function Others({ problems }: { problems: Problem[] }) {
  if (!problems.length) return null;
  return (
    <ul className="panels-problems" role="alert">
      {problems.slice(0, 20).map((one, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes
        <li key={index}>
          {one.node && <strong>{[one.node, one.socket].filter(Boolean).join(" · ")}</strong>}
          <span>{one.what}</span>
          <span className="panels-quiet">{one.cure}</span>
        </li>
      ))}
    </ul>
  );
}

function Foot({ columns, mode, busy, start }: { columns: Filled[]; mode: Mode; busy: boolean; start: () => void }) {
  const { t } = useTexts();
  const count = rowCount(
    columns.map(({ values }) => values),
    mode,
  );
  const complaints = columns.reduce((sum, column) => sum + column.complaints.length, 0);
  const fits = count !== null && count > 0 && count <= MOST;
  const lengths = columns.map(({ candidate, values }) =>
    t("batch.length", { name: labelOf(candidate), n: values.length }),
  );
  const word =
    complaints > 0
      ? t("batch.mend", { n: complaints })
      : count === null
        ? t("batch.uneven", { lengths: lengths.join(", ") })
        : count > MOST
          ? t("batch.tooManyJobs", { n: count, most: MOST })
          : t("batch.jobs", { n: count });
  return (
    <footer className="batch-foot">
      <span className={fits && !complaints ? "panels-quiet panels-grow" : "batch-warn panels-grow"} role="status">
        {columns.length ? word : ""}
      </span>
      <Dialog.Close className="panels-button">{t("batch.cancel")}</Dialog.Close>
      <button
        type="button"
        className="panels-button panels-primary"
        disabled={!fits || complaints > 0 || busy}
        onClick={start}
      >
        {t("batch.start", { n: fits ? count : 0 })}
      </button>
    </footer>
  );
}
