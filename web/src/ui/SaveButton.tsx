/** Saves the open graph; asks for a name where it has none, and says so when somebody else has saved the same graph meanwhile. */

import { Dialog } from "@base-ui/react/dialog";
import { Save } from "lucide-react";
import { type KeyboardEvent, lazy, Suspense, useEffect, useState } from "react";
import { useStore } from "zustand/react";
import { ServerError } from "../server/api";
import { useTexts } from "../texts";
import { addressOf } from "./App";
import { saving } from "./saving";
import { saveTab, type Tab } from "./workspace";

const Stale = lazy(() => import("../panels/Stale"));

type Trouble = { kind: "none" } | { kind: "name"; text: string } | { kind: "stale" } | { kind: "error"; text: string };

export function SaveButton({ tab }: { tab: Tab }) {
  const { t } = useTexts();
  const changed = useStore(tab.doc, (doc) => doc.flow !== doc.saved) || tab.name === null;
  const [trouble, setTrouble] = useState<Trouble>({ kind: "none" });
  const [name, setName] = useState("");
  /** over: the ETag of what is overwritten, null for a new name; by default that of what this graph began from. */
  const attempt = async (as: string, over?: string | null) => {
    // The address first: a page that looked for the old name would open that graph again.
    const renamed = (next: string) => {
      history.replaceState(null, "", addressOf("graph", { id: tab.id, name: next }));
      dispatchEvent(new HashChangeEvent("hashchange"));
    };
    try {
      await saveTab(tab, as, over === undefined ? { renamed } : { over, renamed });
      setTrouble({ kind: "none" });
    } catch (error) {
      const stale = error instanceof ServerError && error.status === 412;
      if (stale && as === tab.name) setTrouble({ kind: "stale" });
      else if (stale) setTrouble({ kind: "name", text: t("app.nameTaken") });
      else setTrouble({ kind: "error", text: error instanceof Error ? error.message : String(error) });
    }
  };
  const askForName = () => {
    setName(
      (tab.doc.getState().flow.title || tab.name || "")
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}]+/gu, "_")
        .replace(/^_|_$/g, ""),
    );
    setTrouble({ kind: "name", text: "" });
  };
  const save = () => {
    if (tab.name !== null && !tab.shipped) void attempt(tab.name);
    else askForName();
  };
  const asked = useStore(saving, (state) => state.asked === tab.id);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once, answered once
  useEffect(() => {
    if (!asked) return;
    saving.setState({ asked: null });
    askForName();
  }, [asked]);
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
      <button type="button" className="ui-button studio-save" disabled={!changed} onClick={save}>
        <Save size={16} aria-hidden /> {t("app.save")}
      </button>
      <Dialog.Root open={trouble.kind !== "none"} onOpenChange={(open) => !open && setTrouble({ kind: "none" })}>
        <Dialog.Portal>
          <Dialog.Backdrop className="studio-backdrop" />
          <Dialog.Popup className={trouble.kind === "stale" ? "studio-dialog studio-dialog-wide" : "studio-dialog"}>
            <Dialog.Title>{t(trouble.kind === "stale" ? "app.staleTitle" : "app.saveTitle")}</Dialog.Title>
            {trouble.kind === "stale" && (
              <Suspense fallback={<Dialog.Description>{t("app.loading")}</Dialog.Description>}>
                <Stale
                  tab={tab}
                  onSaveOver={(etag) => void attempt(tab.name ?? "", etag)}
                  onSaveAs={askForName}
                  onClose={() => setTrouble({ kind: "none" })}
                />
              </Suspense>
            )}
            {trouble.kind === "error" && <Dialog.Description role="alert">{trouble.text}</Dialog.Description>}
            {trouble.kind === "name" && (
              <NameForm name={name} problem={trouble.text} onName={setName} onSave={() => attempt(name, null)} />
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
        <Dialog.Close className="ui-button">{t("app.cancel")}</Dialog.Close>
        <button type="button" className="ui-button ui-primary" disabled={!name.trim()} onClick={onSave}>
          {t("app.save")}
        </button>
      </div>
    </>
  );
}
