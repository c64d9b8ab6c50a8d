/** What opens over the canvas: lists, the picker of files, shortcuts; and a word where nothing is there yet. */

import { useStore } from "zustand/react";
import { Adding } from "../palette/browser/Adding";
import { browse } from "../palette/browser/state";
import { Comparing } from "../palette/Comparing";
import { Dialogs } from "../palette/Dialogs";
import { Naming } from "../palette/Naming";
import { Shortcuts } from "../palette/Shortcuts";
import { useTexts } from "../texts";
import { go } from "../ui/App";
import { useEditing, useView } from "../view/context";
import { FilePicker } from "../widgets/FilePicker";
import { Painting } from "./Painting";

export function Helpers() {
  const shortcuts = useView((state) => state.shortcuts);
  return (
    <>
      <Dialogs />
      <Adding />
      {shortcuts && <Shortcuts />}
      <Naming />
      <Comparing />
      <Picker />
      <Painting />
      <Empty />
    </>
  );
}

function Picker() {
  const { doc, view } = useEditing();
  const files = useView((state) => state.files);
  const value = useStore(doc, (state) => (files ? state.flow.nodes[files.node]?.inputs?.[files.socket] : ""));
  if (!files) return null;
  const close = () => view.setState({ files: null });
  const choose = (path: string) => {
    doc.getState().edit({ do: "set", node: files.node, socket: files.socket, value: path });
    close();
  };
  return <FilePicker of={files.of} now={typeof value === "string" ? value : ""} onChoose={choose} onClose={close} />;
}

function Empty() {
  const { t } = useTexts();
  const { doc, view } = useEditing();
  const empty = useStore(doc, ({ flow }) => !Object.keys(flow.nodes).length && !flow.editor);
  if (!empty) return null;
  return (
    <div className="canvas-empty">
      <p className="canvas-empty-title">{t("canvas.emptyTitle")}</p>
      <p>{t("canvas.emptyHint")}</p>
      <div className="canvas-empty-ways">
        <button
          type="button"
          className="ui-button"
          onClick={() => view.setState({ palette: { at: view.getState().cursor } })}
        >
          {t("canvas.addFirst")}
        </button>
        <button type="button" className="ui-button" onClick={() => browse()}>
          {t("command.browse")}
        </button>
        <button type="button" className="ui-button" onClick={() => go("#/")}>
          {t("canvas.fromTemplate")}
        </button>
      </div>
    </div>
  );
}
