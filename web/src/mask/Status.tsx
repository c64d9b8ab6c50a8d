import { Maximize, Minus, Plus } from "lucide-react";
import { useStore } from "zustand/react";
import { useTexts } from "../texts";
import { IconButton } from "./IconButton";
import type { Session } from "./session";
import type { Tool } from "./state";

const HINTS: Partial<Record<Tool, string>> = {
  brush: "mask.hintBrush",
  lasso: "mask.hintLasso",
  polygon: "mask.hintPolygon",
  rectangle: "mask.hintShape",
  ellipse: "mask.hintShape",
  fill: "mask.hintFill",
  click: "mask.hintClick",
};

/** How large, how near, how much is marked. */
export function Status({ session }: { session: Session }) {
  const { t, code } = useTexts();
  const ready = useStore(session.store, (state) => state.phase === "ready");
  const zoom = useStore(session.store, (state) => state.zoom);
  const share = useStore(session.store, (state) => state.share);
  const tool = useStore(session.store, (state) => state.tool);
  const hint = HINTS[tool];
  const { picture } = session;
  if (!ready || !picture) return <footer className="mask-status" />;
  const percent = new Intl.NumberFormat(`${code}-u-nu-latn`, { maximumFractionDigits: share < 0.1 ? 2 : 1 });
  const by = (factor: number) => session.surface?.zoom(session.surface.view.scale * factor);
  return (
    <footer className="mask-status">
      <span dir="ltr">{t("mask.pictureSize", { width: picture.width, height: picture.height })}</span>
      <span>{t("mask.share", { percent: percent.format(share * 100) })}</span>
      {hint && (
        <span className="mask-hint" title={t(hint)}>
          {t(hint)}
        </span>
      )}
      <fieldset className="mask-zoom">
        <legend className="studio-title">{t("mask.zoom")}</legend>
        <IconButton name={t("mask.zoomOut")} hint="-" onClick={() => by(1 / 1.25)}>
          <Minus size={16} aria-hidden />
        </IconButton>
        <button
          type="button"
          className="ui-button mask-button mask-plain"
          title={t("mask.withKey", { name: t("mask.actualHint"), key: "1" })}
          onClick={() => session.surface?.zoom(session.surface.ratio)}
        >
          {t("mask.percent", { value: zoom >= 0.1 ? Math.round(zoom * 100) : percent.format(zoom * 100) })}
        </button>
        <IconButton name={t("mask.zoomIn")} hint="+" onClick={() => by(1.25)}>
          <Plus size={16} aria-hidden />
        </IconButton>
        <button
          type="button"
          className="ui-button mask-button mask-plain"
          title={t("mask.withKey", { name: t("mask.fitHint"), key: "0" })}
          onClick={() => session.surface?.fit()}
        >
          <Maximize size={16} aria-hidden /> {t("mask.fit")}
        </button>
      </fieldset>
    </footer>
  );
}
