/** An input's name and its widget, tied to the graph: what is set is an edit, and typing or dragging is one step to undo. */

import { RotateCcw, SlidersHorizontal } from "lucide-react";
import { type ComponentType, useId } from "react";
import { useStore } from "zustand/react";
import type { InputSchema } from "../doc/schema";
import type { Json } from "../doc/types";
import { useTexts } from "../texts";
import { useEditing, useNode, useView } from "../view/context";
import { widgetKind } from "../view/layout";
import { useUnder } from "./drawn/useUnder";
import { widgets } from "./registry";
import type { WidgetProps } from "./types";
import "./widgets.css";

type Props = { id: string; socket: string; input: InputSchema; missing: boolean };

export function Field({ id, socket, input, missing }: Props) {
  const { doc, view } = useEditing();
  const node = useNode(id);
  const problem = useView((state) => state.problems[id]?.find((row) => row.socket === socket));
  const dom = useId();
  const given = node?.inputs?.[socket] as Json | undefined;
  const kind = missing ? "json" : (widgetKind(input) ?? "json");
  const Widget = widgets[kind] ?? widgets.json;
  if (!Widget) return null;
  const set = (value: Json) => doc.getState().edit({ do: "set", node: id, socket, value }, `${id}.${socket}`);
  const label = socket.replaceAll("_", " ");
  const props = {
    id: dom,
    label,
    input,
    value: given === undefined ? (input.default ?? undefined) : given,
    set,
    settle: () => doc.getState().settle(),
    bad: problem !== undefined,
    browse: () => view.setState({ files: { node: id, socket, of: ofKind(input) } }),
    undo: (forward: boolean) => (forward ? doc.getState().redo() : doc.getState().undo()),
  };
  const on = onPicture(input);
  return (
    <div className={`widget-field widget-field-${kind}${given === undefined ? "" : " widget-field-set"} nodrag nopan`}>
      <label className="widget-label" htmlFor={dom} title={help(label, input, problem)}>
        <Exposed id={id} socket={socket} />
        {label}
      </label>
      {on ? <Over id={id} on={on} widget={Widget} given={props} /> : <Widget {...props} />}
      {given !== undefined && input.default !== undefined && <Reset id={id} socket={socket} label={label} />}
    </div>
  );
}

type OverProps = { id: string; on: string; widget: ComponentType<WidgetProps>; given: WidgetProps };

/** A widget that is drawn on the picture of the input beside it. */
function Over({ id, on, widget: Widget, given }: OverProps) {
  return <Widget {...given} under={useUnder(id, on)} />;
}

/** Says that this is one of the graph's own inputs. */
export function Exposed({ id, socket }: { id: string; socket: string }) {
  const { t } = useTexts();
  const { doc } = useEditing();
  const name = useStore(doc, ({ flow }) => {
    const found = Object.entries(flow.inputs ?? {}).find(([, target]) => target === `${id}.${socket}`);
    return found?.[0] ?? null;
  });
  if (name === null) return null;
  const text = t("widget.exposed", { name });
  return (
    <span className="widget-exposed" role="img" aria-label={text} title={text}>
      <SlidersHorizontal size={12} aria-hidden />
    </span>
  );
}

function help(label: string, input: InputSchema, problem: { what: string; cure: string } | undefined): string {
  return problem ? `${problem.what}. ${problem.cure}` : input.help || label;
}

function onPicture(input: InputSchema): string | null {
  return input.widget?.kind === "boxes" || input.widget?.kind === "points" ? input.widget.on : null;
}

function ofKind(input: InputSchema): string {
  return input.widget?.kind === "file" ? input.widget.of : "file";
}

function Reset({ id, socket, label }: { id: string; socket: string; label: string }) {
  const { t } = useTexts();
  const { doc } = useEditing();
  return (
    <button
      type="button"
      className="widget-reset"
      aria-label={t("widget.reset", { name: label })}
      title={t("widget.reset", { name: label })}
      onClick={() => doc.getState().edit({ do: "clear", node: id, socket })}
    >
      <RotateCcw size={12} aria-hidden />
    </button>
  );
}
