/** While a canvas is shown, the node browser puts nodes into its graph, where the pointer was last. */

import { useEffect } from "react";
import type { Link } from "../../doc/types";
import { addNode } from "../actions";
import { useScope } from "../Dialogs";
import { browser } from "./state";

const BESIDE = 340; // pixels of the canvas from one node to the next

export function Adding() {
  const scope = useScope();
  useEffect(() => {
    const { doc, view } = scope.editing;
    const add = (type: string, from?: Link) => {
      const { x, y } = view.getState().cursor;
      if (!from) return void addNode(scope, type, [x, y - 40]);
      const [left, top] = doc.getState().flow.nodes[from.node]?.at ?? [x, y];
      addNode(scope, type, [left + BESIDE, top], { node: from.node, socket: from.output, side: "output" });
    };
    browser.setState({ add });
    return () => {
      if (browser.getState().add === add) browser.setState({ add: null });
    };
  }, [scope]);
  return null;
}
