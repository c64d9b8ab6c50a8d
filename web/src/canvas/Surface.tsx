/** Hears what a person does on the canvas beside nodes and links: pointer, keys, double clicks, files. */

import type { DragEvent, MouseEvent, PointerEvent, ReactNode } from "react";
import { useScope } from "../palette/Dialogs";
import { Menus } from "../palette/Menus";
import { takeFile, useInput } from "./input";

export function Surface({ children }: { children: ReactNode }) {
  const scope = useScope();
  const { view } = scope.editing;
  useInput(scope);
  const at = (event: MouseEvent | PointerEvent | DragEvent) =>
    scope.flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
  const open = (event: MouseEvent) => {
    if (
      !(event.target as Element).closest(".react-flow__pane") ||
      (event.target as Element).closest(".react-flow__node, .react-flow__edge")
    )
      return;
    view.setState({ palette: { at: at(event) } });
  };
  const drop = (event: DragEvent) => {
    const [file] = event.dataTransfer.files;
    if (!file) return;
    event.preventDefault();
    Object.assign(view.getState().cursor, at(event));
    const over = (event.target as Element).closest(".react-flow__node-node")?.getAttribute("data-id") ?? null;
    void takeFile(scope, file, over);
  };
  return (
    <Menus>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: all of this can be done by commands too */}
      <div
        className="canvas-fill"
        onPointerMove={(event) => Object.assign(view.getState().cursor, at(event))}
        onDoubleClick={open}
        onDragOver={(event) => event.preventDefault()}
        onDrop={drop}
      >
        {children}
      </div>
    </Menus>
  );
}
