/** The files that are on their way to the server, in the corner of the page: how far each is, and a way to stop it. */

import { X } from "lucide-react";
import { useStore } from "zustand/react";
import { useTexts } from "../texts";
import { type Going, uploads } from "./uploads";
import "./uploads.css";

export function Uploads() {
  const { t } = useTexts();
  const going = useStore(uploads, (state) => state.going);
  return (
    <section className="ui-uploads" aria-label={t("results.uploads")} hidden={going.length === 0}>
      {going.map((one) => (
        <One key={one.id} one={one} />
      ))}
    </section>
  );
}

function One({ one: { title, part, stop } }: { one: Going }) {
  const { t } = useTexts();
  const percent = Math.floor(part * 100);
  return (
    <div className="ui-upload">
      <span className="ui-upload-title">{title}</span>
      <span className="ui-upload-percent">
        {part < 1 ? t("results.percent", { n: percent }) : t("results.checking")}
      </span>
      <button
        type="button"
        className="ui-icon"
        aria-label={t("results.stopUpload", { title })}
        title={t("results.stopUpload", { title })}
        onClick={stop}
      >
        <X size={16} aria-hidden />
      </button>
      <span
        className="ui-upload-bar"
        role="progressbar"
        aria-label={t("form.uploading", { title })}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
      >
        <span style={{ inlineSize: `${percent}%` }} />
      </span>
    </div>
  );
}
