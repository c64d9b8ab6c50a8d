import { ArrowDown, ArrowUp, Eye, EyeOff, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useStore } from "zustand/react";
import { useTexts } from "../texts";
import { IconButton } from "./IconButton";
import type { Session } from "./session";
import type { LayerRow } from "./state";

/** The masks of the picture, the uppermost first. */
export function Layers({ session }: { session: Session }) {
  const { t } = useTexts();
  const layers = useStore(session.store, (state) => state.layers);
  const active = useStore(session.store, (state) => state.active);
  const add = () => session.sheets?.add(freeName(layers, (number) => t("mask.layerName", { number })));
  return (
    <section className="mask-section mask-layers" aria-labelledby="mask-layers">
      <div className="mask-row">
        <h3 id="mask-layers">{t("mask.layers")}</h3>
        <IconButton name={t("mask.addLayer")} onClick={add}>
          <Plus size={16} aria-hidden />
        </IconButton>
      </div>
      <ul>
        {layers.toReversed().map((layer, index) => (
          <Row
            key={layer.id}
            session={session}
            layer={layer}
            chosen={layer.id === active}
            isTop={index === 0}
            isBottom={index === layers.length - 1}
          />
        ))}
      </ul>
      <p className="mask-quiet">{t("mask.layersHint")}</p>
    </section>
  );
}

function freeName(layers: readonly LayerRow[], name: (number: number) => string): string {
  let number = layers.length + 1;
  while (layers.some((layer) => layer.name === name(number))) number++;
  return name(number);
}

type RowProps = { session: Session; layer: LayerRow; chosen: boolean; isTop: boolean; isBottom: boolean };

function Row({ session, layer, chosen, isTop, isBottom }: RowProps) {
  const { t } = useTexts();
  const { sheets } = session;
  const { id, name, visible } = layer;
  const [renaming, setRenaming] = useState(false);
  return (
    <li className={chosen ? "mask-layer mask-layer-chosen" : "mask-layer"}>
      <IconButton
        name={t(visible ? "mask.hideLayer" : "mask.showLayer", { name })}
        onClick={() => sheets?.show(id, !visible)}
      >
        {visible ? <Eye size={16} aria-hidden /> : <EyeOff size={16} aria-hidden />}
      </IconButton>
      {renaming ? (
        <NameField
          name={name}
          onEnd={(next) => {
            setRenaming(false);
            if (next && next !== name) sheets?.rename(id, next);
          }}
        />
      ) : (
        <button
          type="button"
          className="mask-layer-name"
          aria-pressed={chosen}
          aria-label={t("mask.chooseLayer", { name })}
          title={t("mask.renameHint")}
          onClick={() => sheets?.choose(id)}
          onDoubleClick={() => setRenaming(true)}
          onKeyDown={(event) => event.key === "F2" && setRenaming(true)}
        >
          {name}
        </button>
      )}
      {chosen && !(isTop && isBottom) && (
        <>
          <IconButton name={t("mask.layerUp", { name })} disabled={isTop} onClick={() => sheets?.move(id, 1)}>
            <ArrowUp size={16} aria-hidden />
          </IconButton>
          <IconButton name={t("mask.layerDown", { name })} disabled={isBottom} onClick={() => sheets?.move(id, -1)}>
            <ArrowDown size={16} aria-hidden />
          </IconButton>
          <IconButton name={t("mask.removeLayer", { name })} onClick={() => sheets?.remove(id)}>
            <Trash2 size={16} aria-hidden />
          </IconButton>
        </>
      )}
    </li>
  );
}

/** Enter or leaving it takes the name, Escape gives it up. */
function NameField({ name, onEnd }: { name: string; onEnd: (name: string | null) => void }) {
  const { t } = useTexts();
  const [text, setText] = useState(name);
  return (
    <input
      className="mask-field"
      aria-label={t("mask.layerField")}
      value={text}
      maxLength={60}
      ref={(field) => field?.focus()}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => onEnd(text.trim())}
      onKeyDown={(event) => {
        if (event.key === "Enter") onEnd(text.trim());
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onEnd(null);
      }}
    />
  );
}
