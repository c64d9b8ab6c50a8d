/** What can be done with an open graph as a whole: its saves, another name, the tabs beside it. */

import { Menu } from "@base-ui/react/menu";
import { ChevronDown } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTexts } from "../texts";
import { askName } from "./saving";
import { closeTab, type Tab, workspace } from "./workspace";

const Revisions = lazy(() => import("../panels/Revisions"));

export function TabMenu({ tab, title }: { tab: Tab; title: string }) {
  const { t } = useTexts();
  const [looking, setLooking] = useState(false);
  return (
    <>
      <Menu.Root>
        <Menu.Trigger className="ui-icon" aria-label={t("history.menuOf", { title })} title={t("history.menu")}>
          <ChevronDown size={14} aria-hidden />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner className="studio-positioner" sideOffset={4} align="end">
            <Menu.Popup className="studio-menu">
              <Menu.Item disabled={tab.name === null} onClick={() => setLooking(true)}>
                {t(tab.name === null ? "history.openNone" : "history.open")}
              </Menu.Item>
              <Menu.Item onClick={() => askName(tab.id)}>{t("app.saveAs")}</Menu.Item>
              <Menu.Separator />
              <Menu.Item onClick={() => closeOthers(tab)}>{t("history.closeOthers")}</Menu.Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      {looking && (
        <Suspense fallback={null}>
          <Revisions tab={tab} onClose={() => setLooking(false)} />
        </Suspense>
      )}
    </>
  );
}

/** Those with changes that are not saved stay open. */
function closeOthers(tab: Tab): void {
  for (const other of workspace.getState().tabs) {
    const { flow, saved } = other.doc.getState();
    if (other.id !== tab.id && flow === saved) closeTab(other.id);
  }
}
