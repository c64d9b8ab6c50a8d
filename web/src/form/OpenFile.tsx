/** Files find their way in by the button or dropped anywhere on the page: a graph opens, a picture that carries one too, and any other picture can be worked on. */

import { FolderOpen } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { graphInFile } from "../doc/embedded";
import { NotAWorkflow } from "../doc/text";
import { useTexts } from "../texts";
import { addressOf, go } from "../ui/App";
import { openSaved, openText, workspace } from "../ui/workspace";
import { troubleOf } from "./actions";
import { parametersOf } from "./params";
import { recall } from "./state";
import templates from "./templates.json";
import { fileOf, takeFile } from "./upload";

export type Told = { text: string; picture: File | null };

const LARGEST = 600 << 20; // bytes; more is not read into the page

/** Takes files, and what became of the last one where it did not open. */
export function useOpening(): { take: (file: File | null) => void; told: Told | null; over: boolean } {
  const { t } = useTexts();
  const [told, setTold] = useState<Told | null>(null);
  const [over, setOver] = useState(false);
  const take = async (file: File | null) => {
    if (!file) return;
    const picture = file.type.startsWith("image/") ? file : null;
    try {
      const text = file.size > LARGEST ? null : await graphInFile(file);
      if (text !== null) return go(addressOf("graph", openText(text)));
      setTold({ text: t(picture ? "start.noGraph" : "start.noGraphOther", { title: file.name }), picture });
    } catch (error) {
      const why = error instanceof NotAWorkflow ? error.message : troubleOf(error).what;
      setTold({ text: t("start.broken", { title: file.name, why }), picture });
    }
  };
  useEffect(() => {
    const hover = (event: DragEvent) => {
      event.preventDefault();
      setOver(event.type === "dragover");
    };
    const drop = (event: DragEvent) => {
      hover(event);
      void take(fileOf(event.dataTransfer));
    };
    const leave = (event: DragEvent) => event.relatedTarget === null && setOver(false);
    addEventListener("dragover", hover);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", hover);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
    };
  });
  return { take: (file) => void take(file), told, over };
}

/** Opens the first template with a picture in it. */
export async function workOn(picture: File): Promise<void> {
  const name = templates[0]?.name ?? "";
  const tab = await openSaved(name);
  const parameters = parametersOf(tab.doc.getState().flow, workspace.getState().schemas);
  const field = parameters.find((entry) => entry.place === "picture");
  recall(tab.id);
  if (field) void takeFile(tab.id, field.name, picture, "image");
  go(addressOf("form", tab));
}

export function OpenFile({ take }: { take: (file: File | null) => void }) {
  const { t } = useTexts();
  const choose = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        className="form-button"
        title={t("start.openFileHelp")}
        onClick={() => choose.current?.click()}
      >
        <FolderOpen size={16} aria-hidden /> {t("start.openFile")}
      </button>
      <input
        ref={choose}
        type="file"
        hidden
        accept=".json,application/json,image/png,image/jpeg,image/webp"
        aria-label={t("start.openFile")}
        onChange={(event) => {
          take(event.target.files?.[0] ?? null);
          event.target.value = "";
        }}
      />
    </>
  );
}
