/** Notes and groups: what a person writes and draws around nodes. */

import { type NodeProps, NodeResizer } from "@xyflow/react";
import { type CSSProperties, memo, useState } from "react";
import { useStore } from "zustand/react";
import { useTexts } from "../texts";
import { GROUP, NOTE } from "../view/build";
import { useEditing, useView } from "../view/context";
import { Markdown } from "./Markdown";
import { framed } from "./moving";

const HEX = /^#[0-9a-f]{6}$/i;

/** The colour of a frame, as a variable for its style. */
const colourIn = (colour: string | undefined) =>
  colour && HEX.test(colour) ? ({ "--group": colour } as CSSProperties) : undefined;

export const GroupFrame = memo(function GroupFrame({ id, selected }: NodeProps) {
  const { t } = useTexts();
  const { doc, view } = useEditing();
  const group = useStore(doc, (state) => state.flow.editor?.groups?.[id.slice(GROUP.length)]);
  const writing = useView((state) => state.writing === id);
  if (!group) return null;
  const colour = colourIn(group.colour);
  const done = (title: string) => {
    for (const edit of framed(doc.getState().flow.editor ?? {}, id, { title })) doc.getState().edit(edit);
    view.setState({ writing: null });
  };
  return (
    <div className={selected ? "canvas-group canvas-group-selected" : "canvas-group"} style={colour}>
      <NodeResizer isVisible={selected} minWidth={120} minHeight={80} />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a command does the same */}
      <header className="canvas-group-title" onDoubleClick={() => view.setState({ writing: id })}>
        {writing ? (
          <input
            className="nodrag"
            aria-label={t("canvas.groupTitle")}
            defaultValue={group.title}
            // The person has just asked to write here.
            // biome-ignore lint/a11y/noAutofocus: see above
            autoFocus
            onFocus={(event) => event.target.select()}
            onBlur={(event) => done(event.target.value)}
            onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
          />
        ) : (
          group.title || t("canvas.group")
        )}
      </header>
    </div>
  );
});

export const NoteCard = memo(function NoteCard({ id, selected }: NodeProps) {
  const { t } = useTexts();
  const { doc, view } = useEditing();
  const note = useStore(doc, (state) => state.flow.editor?.notes?.[id.slice(NOTE.length)]);
  const writing = useView((state) => state.writing === id);
  const [text, setText] = useState<string | null>(null);
  if (!note) return null;
  const done = () => {
    if (text !== null) {
      for (const edit of framed(doc.getState().flow.editor ?? {}, id, { text })) doc.getState().edit(edit);
    }
    setText(null);
    view.setState({ writing: null });
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a command does the same
    <div
      className={selected ? "canvas-note canvas-note-selected" : "canvas-note"}
      style={colourIn(note.colour)}
      onDoubleClick={() => view.setState({ writing: id })}
    >
      <NodeResizer isVisible={selected} minWidth={100} minHeight={48} />
      {writing ? (
        <textarea
          className="nodrag nowheel"
          aria-label={t("canvas.noteText")}
          value={text ?? note.text}
          // biome-ignore lint/a11y/noAutofocus: the person has just asked to write here
          autoFocus
          onChange={(event) => setText(event.target.value)}
          onBlur={done}
          onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        />
      ) : note.text ? (
        <Markdown text={note.text} />
      ) : (
        <p className="canvas-quiet">{t("canvas.noteEmpty")}</p>
      )}
    </div>
  );
});
