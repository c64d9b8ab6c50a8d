/** The window in which a mask is painted over a picture: tools on one side, layers on the other, the picture between them. */

import { Dialog } from "@base-ui/react/dialog";
import { Keyboard, Redo2, Undo2, X } from "lucide-react";
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useStore } from "zustand/react";
import type { FileEntry } from "../server/api";
import { useTexts } from "../texts";
import { CloseQuestion } from "./CloseQuestion";
import type { Gestures } from "./gestures";
import { IconButton } from "./IconButton";
import { KeyList } from "./KeyList";
import { press } from "./keys";
import "../ui/studio.css";
import "./controls.css";
import "./stage.css";
import "./mask.css";
import { Options } from "./Options";
import { Side } from "./Side";
import { Stage } from "./Stage";
import { Status } from "./Status";
import { Session } from "./session";
import { Toolbar } from "./Toolbar";

type Props = { picture: string; mask: string | null; onSave: (entry: FileEntry) => void; onClose: () => void };

/** picture, mask: addresses on the server. The mask is opened when there is one. */
export default function MaskEditor({ picture, mask, onSave, onClose }: Props) {
  const session = useSession(picture, mask);
  const gestures = useRef<Gestures | null>(null);
  const [asked, setAsked] = useState(false);
  const save = useCallback(async () => {
    const entry = await session.save();
    if (entry) onSave(entry);
    return entry !== null;
  }, [session, onSave]);
  const leave = () => (session.state.changed ? setAsked(true) : onClose());
  const goBack = () => {
    if (gestures.current?.giveUp()) return;
    if (session.state.working) session.stopWork();
    else if (session.state.proposed || session.state.asking) session.finder.drop();
    else leave();
  };
  const keysShown = useStore(session.store, (state) => state.keysShown);
  useKeys(session, gestures, asked || keysShown, save);
  return (
    <Dialog.Root open onOpenChange={(open) => !open && goBack()} disablePointerDismissal>
      <Dialog.Portal>
        <Dialog.Popup className="mask" initialFocus={false}>
          <Dialog.Description className="studio-title">{useTexts().t("mask.description")}</Dialog.Description>
          <Head session={session} onSave={save} onLeave={leave} />
          <Toolbar session={session} />
          <Stage session={session} gestures={gestures} onClose={onClose} />
          <Side session={session} />
          <Status session={session} />
        </Dialog.Popup>
      </Dialog.Portal>
      {keysShown && <KeyList onClose={() => session.set({ keysShown: false })} />}
      {asked && (
        <CloseQuestion
          onStay={() => setAsked(false)}
          onSave={async () => {
            setAsked(false);
            if (await save()) onClose();
          }}
          onDiscard={() => void session.discard().then(onClose)}
        />
      )}
    </Dialog.Root>
  );
}

function useSession(picture: string, mask: string | null): Session {
  // A mask that was saved just now comes back as another address: what is open stays open.
  const first = useRef(mask);
  const session = useMemo(() => new Session(picture, first.current), [picture]);
  useEffect(() => {
    void session.open();
    const warn = (event: BeforeUnloadEvent) => session.state.changed && event.preventDefault();
    const hide = () => void session.keep();
    addEventListener("beforeunload", warn);
    document.addEventListener("visibilitychange", hide);
    return () => {
      removeEventListener("beforeunload", warn);
      document.removeEventListener("visibilitychange", hide);
      session.close();
    };
  }, [session]);
  return session;
}

/** Keys count wherever the focus is: a button that goes when it is pressed leaves it nowhere. */
function useKeys(
  session: Session,
  gestures: RefObject<Gestures | null>,
  paused: boolean,
  save: () => Promise<boolean>,
): void {
  useEffect(() => {
    const down = (event: KeyboardEvent) => {
      if (!paused && press(event, session, gestures.current, () => void save())) event.preventDefault();
    };
    const up = (event: KeyboardEvent) => {
      if (event.key === " " && gestures.current) gestures.current.space = false;
    };
    // On the way down: the dialog keeps arrow keys from going further up.
    addEventListener("keydown", down, true);
    addEventListener("keyup", up);
    return () => {
      removeEventListener("keydown", down, true);
      removeEventListener("keyup", up);
    };
  }, [session, gestures, paused, save]);
}

function Head({ session, onSave, onLeave }: { session: Session; onSave: () => Promise<boolean>; onLeave: () => void }) {
  const { t } = useTexts();
  const ready = useStore(session.store, (state) => state.phase === "ready");
  const working = useStore(session.store, (state) => state.working !== null);
  const saving = useStore(session.store, (state) => state.saving);
  const canUndo = useStore(session.store, (state) => (state.canUndo || state.canUndoMarks) && !state.working);
  const canRedo = useStore(session.store, (state) => (state.canRedo || state.canRedoMarks) && !state.working);
  return (
    <header className="mask-head">
      <Dialog.Title className="mask-title">{t("mask.title")}</Dialog.Title>
      {ready && <Options session={session} />}
      <div className="mask-actions">
        <IconButton name={t("mask.undo")} hint="Ctrl+Z" disabled={!canUndo} onClick={() => session.undo()}>
          <Undo2 size={16} aria-hidden />
        </IconButton>
        <IconButton name={t("mask.redo")} hint="Ctrl+Shift+Z" disabled={!canRedo} onClick={() => session.redo()}>
          <Redo2 size={16} aria-hidden />
        </IconButton>
        <IconButton name={t("mask.keys")} hint="?" onClick={() => session.set({ keysShown: true })}>
          <Keyboard size={16} aria-hidden />
        </IconButton>
        <button
          type="button"
          className="ui-button ui-primary mask-button mask-primary"
          disabled={!ready || saving || working}
          onClick={() => void onSave()}
        >
          {t(saving ? "mask.saving" : "mask.save")}
        </button>
        <IconButton name={t("mask.close")} hint="Esc" onClick={onLeave}>
          <X size={16} aria-hidden />
        </IconButton>
      </div>
    </header>
  );
}
