/** Tells the parts around the canvas what is selected; draws nothing. */

import { useEffect } from "react";
import { show } from "../palette/actions";
import { useScope } from "../palette/Dialogs";
import { current } from "../view/current";
import { select, selectedNodes } from "../view/store";

export function Known() {
  const scope = useScope();
  useEffect(() => {
    const { view, prefix } = scope.editing;
    const look = () => {
      const selected = selectedNodes(view).map((id) => prefix + id);
      if (selected.join("\n") !== current.getState().selected.join("\n")) current.setState({ selected });
    };
    const bring = (node: string) => {
      const id = node.startsWith(prefix) ? node.slice(prefix.length).split("/")[0] : undefined;
      if (!id || !scope.editing.doc.getState().flow.nodes[id]) return;
      select(view, [id]);
      show(scope, [id]);
    };
    current.setState({ selected: [], show: bring });
    const stop = view.subscribe(look);
    return () => {
      stop();
      current.setState({ selected: [], show: null });
    };
  }, [scope]);
  return null;
}
