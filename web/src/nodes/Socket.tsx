/** Where links end. Its shape says the type as its colour does, and it is a button: Enter lists what it could be linked to. */

import { Handle, Position } from "@xyflow/react";
import type { MouseEvent } from "react";
import { useStore } from "zustand/react";
import type { Types } from "../doc/schema";
import { useTexts } from "../texts";
import { workspace } from "../ui/workspace";
import { useEditing, useView } from "../view/context";

const SHAPES: Record<string, string> = {
  circle: "M8 3a5 5 0 1 0 0 10a5 5 0 1 0 0-10Z",
  square: "M3.5 3.5h9v9h-9Z",
  diamond: "M8 2l6 6-6 6-6-6Z",
  triangle: "M8 2.5l6 10.5H2Z",
  hexagon: "M5 3h6l3 5-3 5H5L2 8Z",
  cross: "M6 2.5h4V6h3.5v4H10v3.5H6V10H2.5V6H6Z",
  wave: "M2 11.5V6.5Q5 1.5 8 6.5T14 4.5v5Q11 14.5 8 9.5T2 11.5Z",
};

export function shapeOf(types: Types | undefined, type: string): string {
  return types?.[type]?.shape ?? "circle";
}

/** The variable with the colour of a type; lists have that of what they hold. */
export function colourOf(type: string): string {
  const plain = type.replace(/^(list of )+/, "");
  return `var(--type-${plain.replaceAll(" ", "-")}, var(--type-anything))`;
}

/** A type's sign, as it stands at sockets and in lists. */
export function TypeSign({ type, filled = true }: { type: string; filled?: boolean }) {
  const shape = useStore(workspace, (state) => shapeOf(state.types, type));
  return (
    <svg className="nodes-sign" viewBox="0 0 16 16" aria-hidden="true" style={{ color: colourOf(type) }}>
      <path d={SHAPES[shape] ?? SHAPES.circle} className={filled ? "nodes-sign-filled" : "nodes-sign-open"} />
    </svg>
  );
}

/** A press on an input that has a link is one on the end of that link, so that it is drawn away from there. */
function pickUp(event: MouseEvent, link: string): void {
  const end = document.querySelector(
    `.react-flow__edge[data-id="${CSS.escape(link)}"] .react-flow__edgeupdater-target`,
  );
  if (!end || event.button !== 0 || event.altKey) return;
  event.preventDefault();
  event.stopPropagation();
  const { clientX, clientY } = event;
  end.dispatchEvent(
    new window.MouseEvent("mousedown", { bubbles: true, cancelable: true, button: 0, clientX, clientY }),
  );
}

type Props = { node: string; title: string; socket: string; type: string; side: "input" | "output"; linked: boolean };

export function Socket({ node, title, socket, type, side, linked }: Props) {
  const { t } = useTexts();
  const { view } = useEditing();
  const bad =
    useView((state) => state.problems[node]?.some((row) => row.socket === socket) ?? false) && side === "input";
  const label = t(side === "input" ? "canvas.inputSocket" : "canvas.outputSocket", { name: socket, node: title, type });
  return (
    <Handle
      type={side === "input" ? "target" : "source"}
      position={side === "input" ? Position.Left : Position.Right}
      id={socket}
      role="button"
      tabIndex={0}
      aria-label={label}
      title={`${socket} · ${type}`}
      className={bad ? "nodes-socket nodes-socket-bad" : "nodes-socket"}
      onMouseDownCapture={(event) => side === "input" && linked && pickUp(event, `${node}.${socket}`)}
      onKeyDown={(event) => {
        if ((event.key !== "Enter" && event.key !== " ") || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        event.stopPropagation();
        view.setState({ connect: { node, socket, side } });
      }}
    >
      <TypeSign type={type} filled={linked} />
    </Handle>
  );
}
