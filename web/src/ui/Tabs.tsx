/** The open graphs, to change between and to close; and saving, with a word when somebody else has saved the same graph meanwhile. */

import { Dialog } from "@base-ui/react/dialog";
import { Plus, Save, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useState } from "react";
import { useStore } from "zustand/react";
import { ServerError } from "../server/api";
import { useTexts } from "../texts";
import { addressOf, go } from "./App";
import { closeTab, newFlow, openFlow, saveTab, type Tab, workspace } from "./workspace";

export function Tabs({ current }: { current: string }) {
  const { t } = useTexts();
  const tabs = useStore(workspace, (state) => state.tabs);
  const tab = tabs.find((entry) => entry.id === current);
  return (
    <>
      <nav className="studio-tabs" aria-label={t("app.openGraphs")}>
        {tabs.map((entry) => (
          <TabButton key={entry.id} tab={entry} current={entry.id === current} />
        ))}
        <button
          type="button"
          className="studio-icon"
          aria-label={t("app.newGraph")}
          title={t("app.newGraph")}
          onClick={() => go(addressOf("graph", openFlow(newFlow(""))))}
        >
          <Plus size={16} />
        </button>
      </nav>
      {tab && <SaveButton key={tab.id} tab={tab} />}
    </>
  );
}

function TabButton({ tab, current }: { tab: Tab; current: boolean }) {
  const { t } = useTexts();
  const title = useStore(tab.doc, (doc) => doc.flow.title) || tab.name || t("app.untitled");
  const changed = useStore(tab.doc, (doc) => doc.flow !== doc.saved);
  const close = () => {
    if (changed && !confirm(t("app.closeChanged", { title }))) return;
    closeTab(tab.id);
    if (!current) return;
    const next = workspace.getState().tabs.find((entry) => entry.id === workspace.getState().current);
    go(next ? addressOf("graph", next) : "#/");
  };
  return (
    <span className={current ? "studio-tab studio-tab-current" : "studio-tab"}>
      <a href={addressOf("graph", tab)} aria-current={current ? "page" : undefined}>
        {title}
        {changed && (
          <span className="studio-changed" role="img" aria-label={t("app.unsaved")} title={t("app.unsaved")} />
        )}
      </a>
      <button type="button" className="studio-icon" aria-label={t("app.closeGraph", { title })} onClick={close}>
        <X size={14} />
      </button>
    </span>
  );
}

type Trouble = { kind: "none" } | { kind: "name"; text: string } | { kind: "stale" } | { kind: "error"; text: string };

function SaveButton({ tab }: { tab: Tab }) {
  const { t } = useTexts();
  const changed = useStore(tab.doc, (doc) => doc.flow !== doc.saved) || tab.name === null;
  const [trouble, setTrouble] = useState<Trouble>({ kind: "none" });
  const [name, setName] = useState("");
  const attempt = async (as: string, fresh = false) => {
    // The address first: a page that looked for the old name would open that graph again.
    const renamed = (next: string) => {
      history.replaceState(null, "", addressOf("graph", { id: tab.id, name: next }));
      dispatchEvent(new HashChangeEvent("hashchange"));
    };
    try {
      await saveTab(tab, as, fresh ? { over: null, renamed } : { renamed });
      setTrouble({ kind: "none" });
    } catch (error) {
      const stale = error instanceof ServerError && error.status === 412;
      if (stale && as === tab.name) setTrouble({ kind: "stale" });
      else if (stale) setTrouble({ kind: "name", text: t("app.nameTaken") });
      else setTrouble({ kind: "error", text: error instanceof Error ? error.message : String(error) });
    }
  };
  const save = () => {
    if (tab.name !== null && !tab.shipped) return void attempt(tab.name);
    setName(
      (tab.doc.getState().flow.title || tab.name || "")
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}]+/gu, "_")
        .replace(/^_|_$/g, ""),
    );
    setTrouble({ kind: "name", text: "" });
  };
  useEffect(() => {
    const press = (event: globalThis.KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "s") {
        event.preventDefault();
        save();
      }
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  });
  return (
    <>
      <button type="button" className="studio-button" disabled={!changed} onClick={save}>
        <Save size={16} aria-hidden /> {t("app.save")}
      </button>
      <Dialog.Root open={trouble.kind !== "none"} onOpenChange={(open) => !open && setTrouble({ kind: "none" })}>
        <Dialog.Portal>
          <Dialog.Backdrop className="studio-backdrop" />
          <Dialog.Popup className="studio-dialog">
            <Dialog.Title>{t(trouble.kind === "stale" ? "app.staleTitle" : "app.saveTitle")}</Dialog.Title>
            {trouble.kind === "stale" && (
              <>
                <Dialog.Description>{t("app.stale")}</Dialog.Description>
                <div className="studio-actions">
                  <button
                    type="button"
                    className="studio-button"
                    onClick={() => setTrouble({ kind: "name", text: "" })}
                  >
                    {t("app.saveAs")}
                  </button>
                </div>
              </>
            )}
            {trouble.kind === "error" && <Dialog.Description role="alert">{trouble.text}</Dialog.Description>}
            {trouble.kind === "name" && (
              <NameForm name={name} problem={trouble.text} onName={setName} onSave={() => attempt(name, true)} />
            )}
          </Dialog.Popup>
        </Dialog.Portal>
      </Dialog.Root>
    </>
  );
}

function NameForm({
  name,
  problem,
  onName,
  onSave,
}: {
  name: string;
  problem: string;
  onName: (name: string) => void;
  onSave: () => void;
}) {
  const { t } = useTexts();
  const enter = (event: KeyboardEvent) => {
    if (event.key === "Enter" && name.trim()) onSave();
  };
  return (
    <>
      <label className="studio-field">
        {t("app.nameToSave")}
        <input value={name} onChange={(event) => onName(event.target.value)} onKeyDown={enter} maxLength={100} />
      </label>
      {problem && <p role="alert">{problem}</p>}
      <div className="studio-actions">
        <Dialog.Close className="studio-button">{t("app.cancel")}</Dialog.Close>
        <button type="button" className="studio-button studio-primary" disabled={!name.trim()} onClick={onSave}>
          {t("app.save")}
        </button>
      </div>
    </>
  );
}
