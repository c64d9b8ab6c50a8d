/** There is nothing to draw on yet: why, and what can be done about it. */

import { ImageOff, Play } from "lucide-react";
import { useState } from "react";
import { useTexts } from "../../texts";
import type { Under } from "../types";

export function NoPicture({ under }: { under?: Under | null | undefined }) {
  const { t } = useTexts();
  const [problem, setProblem] = useState("");
  const cures = { run: "widget.noPictureCure", link: "widget.notLinked", form: "widget.noPictureForm" };
  const make = async () => {
    setProblem("");
    try {
      await under?.make?.();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <div className="widget-board-none">
      <ImageOff size={24} aria-hidden />
      <p>
        <b>{t("widget.noPicture")}</b>
        {under && <span>{t(cures[under.why ?? "run"], { name: under.on.replaceAll("_", " ") })}</span>}
      </p>
      {under?.make && (
        <button type="button" className="widget-upload" disabled={under.making} onClick={() => void make()}>
          <Play size={14} aria-hidden /> {t(under.making ? "widget.beingMade" : "widget.runHere")}
        </button>
      )}
      {problem && (
        <p role="alert" className="widget-problem">
          {problem}
        </p>
      )}
    </div>
  );
}
