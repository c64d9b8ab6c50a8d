/** The mask editor over the canvas, for the input whose brush was pressed. */

import { lazy, Suspense, useMemo } from "react";
import type { FileEntry } from "../server/api";
import { workspace } from "../ui/workspace";
import { useEditing, useView } from "../view/context";
import { maskOf, pictureUnder, putMask } from "../view/painting";

const MaskEditor = lazy(() => import("../mask/MaskEditor"));

export function Painting() {
  const place = useView((state) => state.painting);
  return place && <Board key={`${place.node}.${place.socket}`} {...place} />;
}

function Board({ node, socket }: { node: string; socket: string }) {
  const { doc, view } = useEditing();
  // What it was opened with; a mask that is saved while it is open must not open it anew.
  const [picture, mask] = useMemo(() => {
    const { flow } = doc.getState();
    return [pictureUnder(flow, workspace.getState().schemas, node), maskOf(flow, node, socket)];
  }, [doc, node, socket]);
  if (!picture) return null;
  const close = () => view.setState({ painting: null });
  const save = (entry: FileEntry) => {
    const { flow, edit } = doc.getState();
    edit(putMask(flow, node, socket, `${entry.root}/${entry.path}`));
    close();
  };
  return (
    <Suspense fallback={null}>
      <MaskEditor picture={picture} mask={mask} onSave={save} onClose={close} />
    </Suspense>
  );
}
