/** What opens beside a widget: its larger editor. Nothing that is pressed in it reaches the canvas below. */

import { Popover } from "@base-ui/react/popover";
import { type KeyboardEvent, type ReactNode, type SyntheticEvent, useState } from "react";
import { inText } from "./keys";

type Props = {
  id: string;
  /** What the button says to who can't see it. */
  name: string;
  title: string;
  bad: boolean;
  /** What the button shows. */
  face: ReactNode;
  wide?: boolean;
  undo?: ((forward: boolean) => void) | undefined;
  onOpen?: () => void;
  children: (close: () => void) => ReactNode;
};

export function Flyout({ id, name, title, bad, face, wide, undo, onOpen, children }: Props) {
  const [open, setOpen] = useState(false);
  const turn = (next: boolean) => {
    setOpen(next);
    if (next) onOpen?.();
  };
  return (
    <Popover.Root open={open} onOpenChange={turn}>
      <Popover.Trigger id={id} className="widget-open" aria-label={name} data-bad={bad || undefined}>
        {face}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner className="widget-float" sideOffset={4} collisionPadding={8}>
          <Popover.Popup className={wide ? "widget-flyout widget-flyout-wide" : "widget-flyout"} {...kept(undo)}>
            <Popover.Title className="widget-hidden">{title}</Popover.Title>
            {open && children(() => setOpen(false))}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

const stop = (event: SyntheticEvent) => event.stopPropagation();

/** Keeps what happens inside from the node that it belongs to, and takes steps back. Escape goes on: it closes. */
export function kept(undo?: (forward: boolean) => void) {
  return {
    onPointerDown: stop,
    onMouseDown: stop,
    onClick: stop,
    onDoubleClick: stop,
    onContextMenu: stop,
    onPaste: stop,
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === "Escape") return;
      event.stopPropagation();
      const key = event.key.toLowerCase();
      if (!undo || !(event.ctrlKey || event.metaKey) || inText(event.target)) return;
      if (key !== "z" && key !== "y") return;
      event.preventDefault();
      undo(key === "y" || event.shiftKey);
    },
  };
}
