/** Where help is found: the tour, and every node with what it does. */

import { Menu } from "@base-ui/react/menu";
import { BookOpen, CircleHelp, Footprints } from "lucide-react";
import { browse } from "../palette/browser/state";
import { useTexts } from "../texts";
import { beginTour } from "./state";
import "./tour.css";

export default function HelpMenu() {
  const { t } = useTexts();
  return (
    <Menu.Root>
      <Menu.Trigger className="ui-icon" aria-label={t("tour.help")} title={t("tour.help")}>
        <CircleHelp size={16} />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={4} className="tour-menu-place">
          <Menu.Popup className="tour-menu">
            <Menu.Item className="tour-menu-item" onClick={() => void beginTour()}>
              <Footprints size={16} aria-hidden /> {t("command.tour")}
            </Menu.Item>
            <Menu.Item className="tour-menu-item" onClick={() => browse()}>
              <BookOpen size={16} aria-hidden /> {t("command.browse")}
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
