/** The list of a model picker. */

import { Check } from "lucide-react";
import { useStore } from "zustand/react";
import { useTexts } from "../../texts";
import { Offered } from "./Offered";
import { shelf, sizeOf } from "./shelf";

type Props = { of: string; now: string; wait: (name: string) => void; choose: (name: string) => void };

export default function ModelList({ of, now, wait, choose }: Props) {
  const { t } = useTexts();
  const kind = useStore(shelf, (state) => state.kinds[of]);
  if (!kind) return <p className="widget-none">{t("widget.loading")}</p>;
  const offers = (kind.offers ?? []).filter((offer) => !offer.here);
  // What stands against "auto" says how to get weights; an offer below is the shorter way.
  const note = kind.problem ? (offers.length ? t("widget.modelsNone") : kind.problem) : kind.limits;
  return (
    <div className="widget-models">
      <h3>{t("widget.modelsHere")}</h3>
      {kind.names.length ? (
        <ul>
          {kind.names.map((name) => (
            <li key={name}>
              <Here name={name} size={kind.sizes?.[name]} chosen={name === now} works={!kind.problem} choose={choose} />
            </li>
          ))}
        </ul>
      ) : (
        <p className="widget-models-note">{t("widget.modelsNone")}</p>
      )}
      {note && (
        <p className="widget-models-note" dir="auto">
          {note}
        </p>
      )}
      {offers.length > 0 && (
        <>
          <h3>{t("widget.modelsOffered")}</h3>
          <ul>
            {offers.map((offer) => (
              <li key={offer.name}>
                <Offered of={of} offer={offer} wait={wait} />
              </li>
            ))}
          </ul>
        </>
      )}
      <p className="widget-models-note" dir="auto">
        {t("widget.models", { wanted: kind.wanted })}
      </p>
    </div>
  );
}

type HereProps = {
  name: string;
  size: number | undefined;
  chosen: boolean;
  works: boolean;
  choose: (name: string) => void;
};

function Here({ name, size, chosen, works, choose }: HereProps) {
  const { t, code } = useTexts();
  return (
    <button type="button" className="widget-model" aria-pressed={chosen} onClick={() => choose(name)}>
      <Check size={14} aria-hidden className="widget-model-check" />
      <span dir="auto">{name}</span>
      <small>{name === "auto" ? works && t("widget.modelsAuto") : size ? sizeOf(size, code) : ""}</small>
    </button>
  );
}
