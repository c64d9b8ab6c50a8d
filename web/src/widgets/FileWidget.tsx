/** A file of the server's: its name, and a button that opens the picker. Its path can be typed as well. */

import { FolderOpen } from "lucide-react";
import { useTexts } from "../texts";
import type { WidgetProps } from "./types";

export function FileWidget({ id, label, value, set, settle, bad, browse }: WidgetProps) {
  const { t } = useTexts();
  const path = typeof value === "string" ? value : "";
  return (
    <>
      <input
        id={id}
        className="widget-text widget-path"
        value={path}
        title={path}
        placeholder={t("widget.noFile")}
        aria-invalid={bad || undefined}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => set(event.target.value)}
        onBlur={settle}
      />
      <button
        type="button"
        className="widget-button"
        aria-label={t("widget.browse", { name: label })}
        title={t("widget.browse", { name: label })}
        onClick={browse}
      >
        <FolderOpen size={14} aria-hidden />
      </button>
    </>
  );
}
