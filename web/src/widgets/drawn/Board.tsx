/** The picture, large, to draw boxes or points on. Every gesture and every key is a change of the graph at once; closing needs no saving. */

import { Dialog } from "@base-ui/react/dialog";
import { type ReactNode, useRef, useState } from "react";
import { useTexts } from "../../texts";
import { kept } from "../Flyout";
import type { Under, WidgetProps } from "../types";
import { BoardHead } from "./BoardHead";
import { useGestures } from "./gestures";
import { NoPicture } from "./NoPicture";
import { ShapeOn } from "./Shapes";
import { another, type Kind, replaced, type Shape, type Size, shapesIn, without } from "./shapes";
import { Table } from "./Table";

type Props = WidgetProps & { kind: Kind; close: () => void };

const BLIND: Size = [512, 512]; // where a shape that is added without a picture goes

export default function Board(props: Props) {
  const { t } = useTexts();
  const { kind, under, undo, close } = props;
  const area = useRef<HTMLDivElement>(null);
  const board = useBoard(props, () => area.current?.focus());
  return (
    <Dialog.Root open onOpenChange={(open) => !open && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="widget-backdrop" />
        <Dialog.Popup className="widget-board" initialFocus={area} {...kept(undo)}>
          <BoardHead label={props.label} kind={kind} {...board} />
          <div className="widget-board-area" ref={area} tabIndex={-1}>
            {under?.url ? <Picture {...board} under={under} kind={kind} /> : <NoPicture under={under} />}
            <div className="widget-board-side">
              {under?.url && <p>{t(kind === "boxes" ? "widget.boxesHint" : "widget.pointsHint")}</p>}
              <Table kind={kind} settle={props.settle} {...board} />
            </div>
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** What is drawn now, and all that can be done with it. */
function useBoard({ kind, value, set, settle, under }: Props, focus: () => void) {
  const [selected, onSelect] = useState(-1);
  const [belongs, setBelongs] = useState(true);
  const [natural, onSize] = useState<Size | null>(null);
  const shapes = shapesIn(value, kind);
  const size = under?.size ?? natural;
  const commit = (next: Shape[]) => {
    settle();
    set(next);
    settle();
  };
  const { draft, handlers } = useGestures({ kind, shapes, size, belongs, commit, select: onSelect });
  const onChange = (index: number, shape: Shape) => set(replaced(shapes, index, shape));
  const onRemove = (index: number) => {
    commit(without(shapes, index));
    onSelect(-1);
    focus();
  };
  const onAdd = () => {
    commit([...shapes, another(kind, shapes, belongs, size ?? BLIND)]);
    onSelect(shapes.length);
  };
  const onClear = () => commit([]);
  const drawn = { shapes: draft ?? shapes, selected, size, belongs, handlers };
  return { ...drawn, setBelongs, onSelect, onSize, onChange, onRemove, onAdd, onClear };
}

type PictureProps = ReturnType<typeof useBoard> & { under: Under; kind: Kind };

function Picture({
  under,
  kind,
  shapes,
  selected,
  size,
  handlers,
  onSelect,
  onSize,
  onChange,
  onRemove,
}: PictureProps) {
  return (
    <Frame under={under} size={size} kind={kind} onSize={onSize} handlers={handlers}>
      {size &&
        shapes.map((shape, index) => (
          <ShapeOn
            // biome-ignore lint/suspicious/noArrayIndexKey: shapes have no names, and equal ones may stand twice
            key={index}
            shape={shape}
            index={index}
            size={size}
            selected={selected === index}
            onSelect={() => onSelect(index)}
            onChange={(next) => onChange(index, next)}
            onRemove={() => onRemove(index)}
          />
        ))}
    </Frame>
  );
}

type FrameProps = Pick<PictureProps, "under" | "size" | "kind" | "onSize" | "handlers"> & { children: ReactNode };

function Frame({ under, size, kind, onSize, handlers, children }: FrameProps) {
  const { t } = useTexts();
  const [width, height] = size ?? [1, 1];
  return (
    <div className="widget-board-place">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: what is drawn are buttons, and there is one that adds another */}
      <div
        className={`widget-board-picture widget-board-${kind}`}
        dir="ltr"
        style={{ aspectRatio: `${width} / ${height}`, "--shape": width / height } as never}
        onContextMenu={(event) => event.preventDefault()}
        {...handlers}
      >
        <img
          src={under.url ?? ""}
          alt={t("widget.pictureAlt")}
          draggable={false}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => onSize([naturalWidth, naturalHeight])}
        />
        {children}
      </div>
    </div>
  );
}
