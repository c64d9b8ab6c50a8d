/** The saves of a graph: when each was made, how it differs from another one or from what is open, and the way back to it. */

import { Dialog } from "@base-ui/react/dialog";
import { FolderOpen, History, X } from "lucide-react";
import { useEffect, useState } from "react";
import { useStore } from "zustand/react";
import { parse } from "../doc/text";
import type { Workflow } from "../doc/types";
import { type Revision, ServerError, server } from "../server/api";
import { useTexts } from "../texts";
import type { Tab } from "../ui/workspace";
import { Differences } from "./Differences";
import { bringBack, openAside } from "./revisions";
import { clock } from "./times";
import "./controls.css";
import "./revisions.css";

export default function Revisions({ tab, onClose }: { tab: Tab; onClose: () => void }) {
  const { t } = useTexts();
  const title = useStore(tab.doc, (state) => state.flow.title) || tab.name || "";
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="panels-backdrop" />
        <Dialog.Popup className="panels-revisions">
          <header>
            <Dialog.Title>{t("history.title", { title })}</Dialog.Title>
            <Dialog.Close className="panels-icon" aria-label={t("gallery.close")} title={t("gallery.close")}>
              <X size={16} />
            </Dialog.Close>
          </header>
          <Body tab={tab} onClose={onClose} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Body({ tab, onClose }: { tab: Tab; onClose: () => void }) {
  const { t } = useTexts();
  const [list, setList] = useState<Revision[] | null>(null);
  const [trouble, setTrouble] = useState("");
  const [chosen, setChosen] = useState<number | null>(null);
  const load = () =>
    server.revisions(tab.name ?? "").then(
      (found) => {
        setList(found.toReversed());
        setChosen((now) => now ?? found.at(-2)?.revision ?? found.at(-1)?.revision ?? null);
      },
      (error) => setTrouble(messageOf(error)),
    );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list is that of the tab for as long as it is shown
  useEffect(() => void load(), []);
  const revision = list?.find((entry) => entry.revision === chosen);
  const newest = list?.[0];
  const back = async (text: string) => {
    if (!newest) return;
    try {
      await bringBack(tab, text, newest);
      onClose();
    } catch (error) {
      const stale = error instanceof ServerError && error.status === 412;
      setTrouble(stale ? t("history.newer") : messageOf(error));
      if (stale) await load();
    }
  };
  return (
    <>
      {trouble && (
        <p role="alert" className="panels-bad panels-revisions-trouble">
          {trouble}
        </p>
      )}
      {list === null ? (
        !trouble && <p className="panels-quiet panels-diff-none">{t("app.loading")}</p>
      ) : (
        <div className="panels-revisions-body">
          <Saves list={list} chosen={chosen} onChoose={setChosen} />
          {revision && newest && (
            <One key={revision.revision} tab={tab} list={list} revision={revision} onBack={back} onClose={onClose} />
          )}
        </div>
      )}
    </>
  );
}

function Saves({ list, chosen, onChoose }: { list: Revision[]; chosen: number | null; onChoose: (n: number) => void }) {
  const { t, code } = useTexts();
  return (
    <ul className="panels-saves" aria-label={t("history.saves")}>
      {list.map((entry, index) => (
        <li key={entry.revision}>
          <button type="button" aria-pressed={entry.revision === chosen} onClick={() => onChoose(entry.revision)}>
            <span>{t("history.revision", { n: entry.revision })}</span>
            <span className="panels-quiet">{clock(entry.saved, code)}</span>
            {index === 0 && <span className="panels-quiet">{t("history.newest")}</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** The text of a save, fetched when it is looked at. */
function useText(tab: Tab, number: number | null): { text: string; flow: Workflow } | string | null {
  const [found, setFound] = useState<{ number: number; text: string; flow: Workflow } | string | null>(null);
  useEffect(() => {
    if (number === null) return;
    let gone = false;
    server
      .revision(tab.name ?? "", number)
      .then((text) => !gone && setFound({ number, text, flow: parse(text) }))
      .catch((error) => !gone && setFound(messageOf(error)));
    return () => {
      gone = true;
    };
  }, [tab, number]);
  return typeof found === "string" || found?.number === number ? found : null;
}

type OneProps = {
  tab: Tab;
  list: Revision[];
  revision: Revision;
  onBack: (text: string) => Promise<void>;
  onClose: () => void;
};

function One({ tab, list, revision, onBack, onClose }: OneProps) {
  const { t } = useTexts();
  const open = useStore(tab.doc, (state) => state.flow);
  const [against, setAgainst] = useState<number | null>(null);
  const mine = useText(tab, revision.revision);
  const other = useText(tab, against);
  const before = against === null ? open : typeof other === "object" ? other?.flow : undefined;
  const isNewest = revision === list[0];
  const label = t("history.differences");
  return (
    <section className="panels-revision" aria-label={t("history.revision", { n: revision.revision })}>
      <Against list={list} revision={revision} against={against} onChoose={setAgainst} />
      {typeof mine === "string" || typeof other === "string" ? (
        <p role="alert">{typeof mine === "string" ? mine : String(other)}</p>
      ) : mine && before ? (
        <Differences before={before} after={mine.flow} label={label} />
      ) : (
        <p className="panels-quiet panels-diff-none">{t("app.loading")}</p>
      )}
      <p className="panels-actions">
        <button
          type="button"
          className="panels-button"
          disabled={typeof mine !== "object"}
          onClick={() => {
            if (typeof mine !== "object" || !mine) return;
            const title = t("history.copyTitle", { title: mine.flow.title || (tab.name ?? ""), n: revision.revision });
            openAside(mine.text, title);
            onClose();
          }}
        >
          <FolderOpen size={16} aria-hidden />
          {t("history.openAside")}
        </button>
        <button
          type="button"
          className="panels-button panels-primary"
          disabled={isNewest || tab.shipped || typeof mine !== "object"}
          title={t(isNewest ? "history.isNewest" : "history.bringBackMore")}
          onClick={() => typeof mine === "object" && mine && void onBack(mine.text)}
        >
          <History size={16} aria-hidden />
          {t("history.bringBack")}
        </button>
      </p>
    </section>
  );
}

type AgainstProps = {
  list: Revision[];
  revision: Revision;
  against: number | null;
  onChoose: (n: number | null) => void;
};

/** What a save is compared with: what is open, or another save. */
function Against({ list, revision, against, onChoose }: AgainstProps) {
  const { t, code } = useTexts();
  return (
    <label className="panels-against">
      <span>{t("history.against", { n: revision.revision })}</span>
      <select
        className="panels-select"
        value={against ?? ""}
        onChange={(event) => onChoose(event.target.value === "" ? null : Number(event.target.value))}
      >
        <option value="">{t("history.whatIsOpen")}</option>
        {list
          .filter((entry) => entry !== revision)
          .map((entry) => (
            <option key={entry.revision} value={entry.revision}>
              {t("history.revisionOf", { n: entry.revision, when: clock(entry.saved, code) })}
            </option>
          ))}
      </select>
    </label>
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
