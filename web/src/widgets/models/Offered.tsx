/** Weights that can be fetched: what they are, and how far the download is. */

import { Download, X } from "lucide-react";
import { useEffect, useState } from "react";
import { useStore } from "zustand/react";
import { duration } from "../../panels/times";
import { type Offer, ServerError } from "../../server/api";
import { useTexts } from "../../texts";
import { type Fetching, fetchingOf, fetchModel, leftOf, shelf, sizeOf, stopFetching } from "./shelf";

type Props = { of: string; offer: Offer; wait: (name: string) => void };
type Trouble = { what: string; cure: string } | null;

export function Offered({ of, offer, wait }: Props) {
  const { t, code } = useTexts();
  const fetching = useStore(shelf, (state) => fetchingOf(state.fetching, of, offer.name));
  const [refused, refuse] = useState<Trouble>(null);
  const running = fetching?.state === "running";
  const trouble = refused ?? troubleOf(fetching);
  const attempt = async (order: () => Promise<unknown>) => {
    refuse(null);
    try {
      await order();
    } catch (error) {
      const { what, cure } = error instanceof ServerError ? error : { what: String(error), cure: "" };
      refuse({ what, cure });
    }
  };
  const begin = () => {
    wait(offer.name);
    void attempt(() => fetchModel(of, offer.name));
  };
  const size = sizeOf(offer.bytes, code);
  return (
    <div className="widget-offer">
      <div className="widget-offer-head">
        <span className="widget-offer-name">
          <b dir="auto">{offer.title}</b>
          <small dir="auto">{offer.good}</small>
          <small>{t("widget.modelFits", { licence: offer.licence, memory: sizeOf(offer.memory, code) })}</small>
        </span>
        {!running && (
          <button
            type="button"
            className="widget-upload"
            aria-label={t("widget.downloadName", { name: offer.title, size })}
            onClick={begin}
          >
            <Download size={14} aria-hidden /> {trouble ? t("widget.again") : size}
          </button>
        )}
      </div>
      {running && fetching && (
        <Progress fetching={fetching} title={offer.title} stop={() => attempt(() => stopFetching(fetching.id))} />
      )}
      {fetching?.state === "cancelled" && !trouble && <p>{t("widget.downloadStopped")}</p>}
      {trouble && !running && (
        <p role="alert" className="widget-offer-trouble" dir="auto">
          <b>{trouble.what}</b> {trouble.cure}
        </p>
      )}
    </div>
  );
}

function troubleOf(fetching: Fetching | undefined): Trouble {
  return fetching?.state === "failed" ? { what: fetching.problem ?? "", cure: fetching.cure ?? "" } : null;
}

type ProgressProps = { fetching: Fetching; title: string; stop: () => void };

function Progress({ fetching, title, stop }: ProgressProps) {
  const { t, code } = useTexts();
  const now = useNow();
  const left = leftOf(fetching, now);
  const fill = { done: sizeOf(fetching.done, code), total: sizeOf(fetching.total, code) };
  const said =
    left === null ? t("widget.downloadDone", fill) : t("widget.downloadLeft", { ...fill, time: duration(left) });
  return (
    <div className="widget-offer-progress">
      <progress
        aria-label={t("widget.downloadOf", { name: title })}
        max={fetching.total || 1}
        value={fetching.total ? fetching.done : undefined}
      />
      <span>{said}</span>
      <button
        type="button"
        className="widget-button"
        aria-label={t("widget.downloadStop", { name: title })}
        onClick={stop}
      >
        <X size={14} aria-hidden />
      </button>
    </div>
  );
}

function useNow(): number {
  const [now, set] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => set(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
