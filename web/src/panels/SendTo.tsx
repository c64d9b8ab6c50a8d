/** Puts a picture into one of the open graphs: into an input that names a file, or before one that takes a picture. */

import { Menu } from "@base-ui/react/menu";
import { ImageUp } from "lucide-react";
import { useStore } from "zustand/react";
import { useTexts } from "../texts";
import { addressOf, go } from "../ui/App";
import { openFlow, type Tab, workspace } from "../ui/workspace";
import { nodeNames } from "./ofTab";
import { begunWith, type Place, placesOf, put } from "./places";
import { Item, Popup } from "./QueueRows";
import { panel } from "./state";

type Props = { path: string; tabId: string; onUseAsInput?: ((path: string) => void) | undefined };

export function SendTo({ path, tabId, onUseAsInput }: Props) {
  const { t } = useTexts();
  const tabs = useStore(workspace, (state) => state.tabs);
  const label = (
    <>
      <ImageUp size={16} aria-hidden />
      {t("results.sendTo")}
    </>
  );
  if (onUseAsInput)
    return (
      <button type="button" className="panels-button" onClick={() => onUseAsInput(path)}>
        {label}
      </button>
    );
  const ordered = tabs.toSorted((a, b) => Number(b.id === tabId) - Number(a.id === tabId));
  return (
    <Menu.Root>
      <Menu.Trigger className="panels-button">{label}</Menu.Trigger>
      <Popup>
        {ordered.map((tab) => (
          <OfTab key={tab.id} tab={tab} path={path} here={tab.id === tabId} />
        ))}
        <Menu.Separator className="panels-separator" />
        <Item onClick={() => intoNewGraph(path)}>{t("results.newGraph")}</Item>
      </Popup>
    </Menu.Root>
  );
}

function intoNewGraph(path: string): void {
  panel.setState({ viewed: null });
  go(addressOf("graph", openFlow(begunWith(workspace.getState().schemas, path))));
}

function OfTab({ tab, path, here }: { tab: Tab; path: string; here: boolean }) {
  const { t } = useTexts();
  const flow = useStore(tab.doc, (state) => state.flow);
  const schemas = useStore(workspace, (state) => state.schemas);
  const places = placesOf(flow, schemas);
  const nameOf = nodeNames(flow, schemas);
  const send = (place: Place) => {
    tab.doc.getState().edit(put(flow, schemas, place, path));
    panel.setState({ viewed: null });
    if (!here) go(addressOf("graph", tab));
  };
  const words = ({ node, socket, name, kind }: Place) =>
    t(kind === "file" ? "results.intoFile" : "results.intoLink", { node: nameOf(node), input: name ?? socket });
  return (
    <Menu.Group>
      <Menu.GroupLabel className="panels-menu-label">{flow.title || tab.name || t("app.untitled")}</Menu.GroupLabel>
      {places.length === 0 && <p className="panels-menu-none">{t("results.noPlace")}</p>}
      {places.map((place) => (
        <Item key={`${place.kind} ${place.node}.${place.socket}`} onClick={() => send(place)}>
          {words(place)}
        </Item>
      ))}
    </Menu.Group>
  );
}
