/** What can be done with all that is drawn. */

import { Dialog } from "@base-ui/react/dialog";
import { Plus, Trash2, X } from "lucide-react";
import { useTexts } from "../../texts";
import type { Kind, Shape } from "./shapes";

type Props = {
  label: string;
  kind: Kind;
  shapes: Shape[];
  belongs: boolean;
  setBelongs: (belongs: boolean) => void;
  onAdd: () => void;
  onClear: () => void;
};

export function BoardHead({ label, kind, shapes, belongs, setBelongs, onAdd, onClear }: Props) {
  const { t } = useTexts();
  return (
    <header>
      <Dialog.Title>{t("widget.edit", { name: label })}</Dialog.Title>
      {kind === "points" && <Sign belongs={belongs} turn={setBelongs} />}
      <button type="button" className="widget-upload" onClick={onAdd}>
        <Plus size={14} aria-hidden /> {t(kind === "boxes" ? "widget.addBox" : "widget.addPoint")}
      </button>
      <button type="button" className="widget-upload" disabled={!shapes.length} onClick={onClear}>
        <Trash2 size={14} aria-hidden /> {t("widget.clearAll")}
      </button>
      <Dialog.Close className="widget-button" aria-label={t("widget.close")}>
        <X size={14} aria-hidden />
      </Dialog.Close>
    </header>
  );
}

/** What a new point says. */
function Sign({ belongs, turn }: { belongs: boolean; turn: (belongs: boolean) => void }) {
  const { t } = useTexts();
  return (
    <fieldset className="widget-signs">
      <legend className="widget-hidden">{t("widget.newPoints")}</legend>
      <button type="button" aria-pressed={belongs} onClick={() => turn(true)}>
        <i className="widget-drawn-dot" aria-hidden /> {t("widget.belongs")}
      </button>
      <button type="button" aria-pressed={!belongs} onClick={() => turn(false)}>
        <i className="widget-drawn-dot widget-drawn-not" aria-hidden /> {t("widget.belongsNot")}
      </button>
    </fieldset>
  );
}
