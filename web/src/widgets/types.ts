/** What every widget is given. None knows of nodes or graphs. */

import type { InputSchema } from "../doc/schema";
import type { Json } from "../doc/types";

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
};
