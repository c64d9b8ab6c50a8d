/** One picture, large: alone, beside what its job began with, or beside another one; with what is known of it, and what can be done with it. */

import { Dialog } from "@base-ui/react/dialog";
import { ChevronLeft, ChevronRight, X } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { useStore } from "zustand/react";
import { Compare, type CompareLabels } from "../form/Compare";
import { run } from "../run/store";
import { useTexts } from "../texts";
import { Facts } from "./Facts";
import { mark, marks } from "./marks";
import { fileName, type Picture, picturesOf } from "./pictures";
import { usePictures, useScopeJobs } from "./Results";
import { panel } from "./state";
import { useOrigin } from "./useOrigin";
import "./viewer.css";
import { isTyping, ZoomView } from "./ZoomView";
import type { Size } from "./zoom";

type Props = { tabId: string; onUseAsInput?: ((path: string) => void) | undefined };

export function Viewer(props: Props) {
  const { t } = useTexts();
  const viewed = useStore(panel, (state) => state.viewed);
  return (
    <Dialog.Root open={viewed !== null} onOpenChange={(open) => !open && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="panels-backdrop" />
        <Dialog.Popup className="panels-viewer" aria-label={t("gallery.viewer")}>
          {viewed !== null && <Inner viewed={viewed} {...props} />}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function close(): void {
  panel.setState({ viewed: null });
}

/** The pictures that can be turned through: the results as they are shown, or those of the job when the picture is none of them. */
function useList(viewed: string, tabId: string): Picture[] {
  const results = usePictures(useScopeJobs(tabId));
  const id = viewed.slice(0, viewed.indexOf(" "));
  const job = useStore(run, (state) => state.jobs[id]);
  return useMemo(() => {
    if (results.some((picture) => picture.key === viewed) || !job) return results;
    return picturesOf(job, run.getState().runs[id]);
  }, [results, viewed, job, id]);
}

function Inner({ viewed, tabId, onUseAsInput }: { viewed: string } & Props) {
  const { t } = useTexts();
  const list = useList(viewed, tabId);
  const at = list.findIndex((picture) => picture.key === viewed);
  const picture = list[at];
  const [size, setSize] = useState<Size | null>(null);
  const turn = (by: number) => {
    const next = list[at + by];
    if (next) panel.setState({ viewed: next.key });
  };
  useViewerKeys(turn, picture);
  if (!picture) return <p className="panels-empty">{t("gallery.gone")}</p>;
  return (
    <>
      <header className="panels-viewer-head">
        <button
          type="button"
          className="panels-icon"
          disabled={at <= 0}
          aria-label={t("gallery.previous")}
          title={t("gallery.previous")}
          onClick={() => turn(-1)}
        >
          <ChevronLeft size={16} className="panels-mirror" />
        </button>
        <button
          type="button"
          className="panels-icon"
          disabled={at >= list.length - 1}
          aria-label={t("gallery.next")}
          title={t("gallery.next")}
          onClick={() => turn(1)}
        >
          <ChevronRight size={16} className="panels-mirror" />
        </button>
        <bdi className="panels-quiet">{t("gallery.place", { n: at + 1, m: list.length })}</bdi>
        <Dialog.Title className="panels-viewer-title panels-ellipsis panels-grow">
          {fileName(picture.path)}
        </Dialog.Title>
        <Looks picture={picture} list={list} />
        <Dialog.Close className="panels-icon" aria-label={t("gallery.close")} title={t("gallery.close")}>
          <X size={16} />
        </Dialog.Close>
      </header>
      <div className="panels-viewer-body">
        <Look picture={picture} list={list} onSize={setSize} />
        <Facts key={picture.key} picture={picture} size={size} tabId={tabId} onUseAsInput={onUseAsInput} />
      </div>
    </>
  );
}

/** Arrows turn the pages, S stars. An arrow on a slider moves the slider. */
function useViewerKeys(turn: (by: number) => void, picture: Picture | undefined): void {
  useEffect(() => {
    const press = (event: globalThis.KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
      if (event.target instanceof HTMLElement && event.target.role === "slider") return;
      const forth = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
      if (event.key === "ArrowLeft" || event.key === "ArrowRight") turn(event.key === forth ? 1 : -1);
      else if (event.key.toLowerCase() === "s" && picture) {
        const old = marks.getState().of[picture.path] ?? {};
        mark(picture.path, { ...(old.tags ? { tags: old.tags } : {}), ...(old.star ? {} : { star: true }) });
      } else return;
      event.preventDefault();
    };
    // On the way down: the dialog keeps arrows to itself on their way up.
    addEventListener("keydown", press, true);
    return () => removeEventListener("keydown", press, true);
  });
}

/** The other one of the two that were chosen. */
function useOther(picture: Picture, list: Picture[]): Picture | undefined {
  const chosen = useStore(panel, (state) => state.chosen);
  const key = chosen.find((one) => one !== picture.key);
  return list.find((one) => one.key === key);
}

function Looks({ picture, list }: { picture: Picture; list: Picture[] }) {
  const { t } = useTexts();
  const looking = useStore(panel, (state) => state.looking);
  const { before } = useOrigin(picture.job);
  const other = useOther(picture, list);
  const looks = [
    ["picture", true],
    ["before", before !== null],
    ["pair", other !== undefined],
  ] as const;
  return (
    <fieldset className="panels-looks">
      <legend className="panels-unseen">{t("gallery.looks")}</legend>
      {looks.map(([look, can]) => (
        <button
          key={look}
          type="button"
          aria-pressed={looking === look}
          disabled={!can}
          title={can ? undefined : t(`gallery.cannot_${look}`)}
          onClick={() => panel.setState({ looking: look })}
        >
          {t(`gallery.look_${look}`)}
        </button>
      ))}
    </fieldset>
  );
}

function Look({ picture, list, onSize }: { picture: Picture; list: Picture[]; onSize: (size: Size) => void }) {
  const { t } = useTexts();
  const looking = useStore(panel, (state) => state.looking);
  const { before } = useOrigin(picture.job);
  const other = useOther(picture, list);
  const labels: CompareLabels = {
    before: t("gallery.before"),
    after: t("gallery.after"),
    handle: t("gallery.handle"),
    mode: t("gallery.modes"),
    slider: t("gallery.slider"),
    toggle: t("gallery.toggle"),
    difference: t("gallery.difference"),
  };
  const alt = fileName(picture.path);
  if (looking === "before" && before) {
    return <Pair before={before} after={picture.url} alt={alt} labels={labels} />;
  }
  if (looking === "pair" && other) {
    const names = { before: fileName(other.path), after: alt };
    return <Pair before={other.url} after={picture.url} alt={alt} labels={{ ...labels, ...names }} />;
  }
  return <ZoomView key={picture.key} src={picture.url} alt={alt} onSize={onSize} />;
}

function Pair(props: { before: string; after: string; alt: string; labels: CompareLabels }) {
  return (
    <div className="panels-pair">
      <Compare {...props} />
    </div>
  );
}
