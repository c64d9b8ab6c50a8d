import {
  Brush,
  Circle,
  Eraser,
  Lasso,
  type LucideIcon,
  MousePointerClick,
  PaintBucket,
  Pentagon,
  Square,
  TextSearch,
} from "lucide-react";
import { useStore } from "zustand/react";
import { useTexts } from "../texts";
import { IconButton } from "./IconButton";
import { choose } from "./keys";
import type { Session } from "./session";
import type { Tool } from "./state";

type Entry = { name: string; key: string; icon: LucideIcon; tool: Tool; erase?: boolean };

export const TOOLS: readonly (readonly Entry[])[] = [
  [
    { name: "brush", key: "B", icon: Brush, tool: "brush", erase: false },
    { name: "eraser", key: "E", icon: Eraser, tool: "brush", erase: true },
  ],
  [
    { name: "lasso", key: "L", icon: Lasso, tool: "lasso" },
    { name: "polygon", key: "P", icon: Pentagon, tool: "polygon" },
    { name: "rectangle", key: "R", icon: Square, tool: "rectangle" },
    { name: "ellipse", key: "O", icon: Circle, tool: "ellipse" },
    { name: "fill", key: "G", icon: PaintBucket, tool: "fill" },
  ],
  [
    { name: "words", key: "W", icon: TextSearch, tool: "words" },
    { name: "click", key: "C", icon: MousePointerClick, tool: "click" },
  ],
];

/** The tools, one of which is held. */
export function Toolbar({ session }: { session: Session }) {
  const { t } = useTexts();
  const tool = useStore(session.store, (state) => state.tool);
  const erase = useStore(session.store, (state) => state.erase);
  const ready = useStore(session.store, (state) => state.phase === "ready");
  return (
    <div className="mask-tools" role="toolbar" aria-label={t("mask.tools")}>
      {TOOLS.map((group) => (
        <div key={group[0]?.name} className="mask-tool-group">
          {group.map(({ name, key, icon: Icon, tool: of, erase: takes }) => (
            <IconButton
              key={name}
              name={t(`mask.${name}`)}
              hint={key}
              disabled={!ready}
              pressed={tool === of && (takes === undefined || takes === erase)}
              onClick={() => choose(session, of, takes)}
            >
              <Icon size={16} aria-hidden />
            </IconButton>
          ))}
        </div>
      ))}
    </div>
  );
}
