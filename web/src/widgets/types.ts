/** What every widget is given. None knows of nodes or graphs. */

import type { InputSchema } from "../doc/schema";
import type { Json } from "../doc/types";

/** The picture that boxes and points are drawn on. why: what keeps it away where there is no address. */
export type Under = {
  url: string | null;
  /** In its own pixels; null where the picture itself must tell. */
  size: [width: number, height: number] | null;
  why?: "run" | "link" | "form";
  /** The input that it comes in at. */
  on: string;
  /** Have it made; rejects with what the server says against it. */
  make?: () => Promise<void>;
  making?: boolean;
};

export type WidgetProps = {
  /** For the label that stands before it. */
  id: string;
  label: string;
  input: InputSchema;
  /** What is set, or the default; undefined where there is neither. */
  value: Json | undefined;
  set: (value: Json) => void;
  /** The next change is a step of its own. */
  settle: () => void;
  bad: boolean;
  /** Open the picker of files. */
  browse: () => void;
  under?: Under | null;
  /** Take a step back or forward, where the widget covers what could do it. */
  undo?: (forward: boolean) => void;
};
