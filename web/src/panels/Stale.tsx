/** Somebody else has saved the graph that is open here: what differs, and the ways on. Nothing is written over before it was seen. */

import { Dialog } from "@base-ui/react/dialog";
import { useEffect, useState } from "react";
import { useStore } from "zustand/react";
import { useTexts } from "../texts";
import type { Tab } from "../ui/workspace";
import { Differences } from "./Differences";
import { adopt, type Saved, theirs } from "./revisions";
import "./controls.css";

type Props = {
  tab: Tab;
  /** Save what is open over the text that has this ETag. */
  onSaveOver: (etag: string) => void;
  onSaveAs: () => void;
  onClose: () => void;
};

export default function Stale({ tab, onSaveOver, onSaveAs, onClose }: Props) {
  const { t } = useTexts();
  const mine = useStore(tab.doc, (state) => state.flow);
  const [saved, setSaved] = useState<Saved | string | null>(null);
  useEffect(() => {
    theirs(tab).then(setSaved, (error) => setSaved(error instanceof Error ? error.message : String(error)));
  }, [tab]);
  const seen = typeof saved === "object" ? saved : null;
  return (
    <>
      <Dialog.Description>{t("app.stale")}</Dialog.Description>
      {typeof saved === "string" && <p role="alert">{saved}</p>}
      {seen && (
        <section className="panels-stale">
          <h3>{t("history.fromTheirs")}</h3>
          <Differences before={seen.flow} after={mine} label={t("history.fromTheirs")} />
        </section>
      )}
      <div className="studio-actions panels-stale-actions">
        <button
          type="button"
          className="ui-button"
          disabled={!seen}
          title={t("history.takeTheirsMore")}
          onClick={() => {
            if (!seen) return;
            adopt(tab, seen.text, seen.etag);
            onClose();
          }}
        >
          {t("history.takeTheirs")}
        </button>
        <button type="button" className="ui-button" disabled={!seen} onClick={() => seen && onSaveOver(seen.etag)}>
          {t("history.saveMine")}
        </button>
        <button type="button" className="ui-button ui-primary" onClick={onSaveAs}>
          {t("app.saveAs")}
        </button>
      </div>
    </>
  );
}
