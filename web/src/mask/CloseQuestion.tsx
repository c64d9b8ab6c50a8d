import { AlertDialog } from "@base-ui/react/alert-dialog";
import { useRef } from "react";
import { useTexts } from "../texts";

/** Asked before work is lost. */
export function CloseQuestion({
  onStay,
  onSave,
  onDiscard,
}: {
  onStay: () => void;
  onSave: () => void;
  onDiscard: () => void;
}) {
  const { t } = useTexts();
  const stay = useRef<HTMLButtonElement>(null);
  return (
    <AlertDialog.Root open onOpenChange={(open) => !open && onStay()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop forceRender className="studio-backdrop mask-over" />
        <AlertDialog.Popup className="studio-dialog mask-over" initialFocus={stay}>
          <AlertDialog.Title>{t("mask.closeTitle")}</AlertDialog.Title>
          <AlertDialog.Description>{t("mask.closeText")}</AlertDialog.Description>
          <div className="studio-actions">
            <button type="button" className="ui-button mask-button" onClick={onDiscard}>
              {t("mask.discard")}
            </button>
            <AlertDialog.Close className="ui-button mask-button" ref={stay}>
              {t("mask.keepPainting")}
            </AlertDialog.Close>
            <button type="button" className="ui-button ui-primary mask-button mask-primary" onClick={onSave}>
              {t("mask.save")}
            </button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
