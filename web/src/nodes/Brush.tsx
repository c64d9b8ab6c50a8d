/** The button that opens the mask editor for an input, where there is a picture to paint over. */

import { Brush as Icon } from "lucide-react";
import { useStore } from "zustand/react";
import { useTexts } from "../texts";
import { workspace } from "../ui/workspace";
import { useEditing } from "../view/context";
import { pictureUnder } from "../view/painting";

export function Brush({ id, socket }: { id: string; socket: string }) {
  const { t } = useTexts();
  const { doc, view } = useEditing();
  const schemas = useStore(workspace, (state) => state.schemas);
  const paintable = useStore(doc, ({ flow }) => pictureUnder(flow, schemas, id) !== null);
  if (!paintable) return null;
  return (
    <button
      type="button"
      className="widget-button nodes-brush nodrag"
      aria-label={t("canvas.paintMask")}
      title={t("canvas.paintMask")}
      onClick={() => view.setState({ painting: { node: id, socket } })}
    >
      <Icon size={14} aria-hidden />
    </button>
  );
}
