/** Zooming and fitting by button. */

import { Panel, useReactFlow, useStore } from "@xyflow/react";
import { Maximize, Minus, Plus } from "lucide-react";
import { useTexts } from "../texts";

export function Controls() {
  const { t } = useTexts();
  const flow = useReactFlow();
  const zoom = useStore((state) => Math.round(state.transform[2] * 100));
  const buttons = [
    { label: t("canvas.zoomOut"), icon: <Minus size={16} aria-hidden />, go: () => flow.zoomOut() },
    { label: t("canvas.zoomIn"), icon: <Plus size={16} aria-hidden />, go: () => flow.zoomIn() },
    {
      label: t("canvas.fit"),
      icon: <Maximize size={16} aria-hidden />,
      go: () => flow.fitView({ padding: 0.12, maxZoom: 1 }),
    },
  ];
  return (
    <Panel position="bottom-left" className="canvas-controls">
      {buttons.map(({ label, icon, go }) => (
        <button
          key={label}
          type="button"
          className="canvas-icon"
          aria-label={label}
          title={label}
          onClick={() => void go()}
        >
          {icon}
        </button>
      ))}
      <button
        type="button"
        className="canvas-zoom"
        title={t("canvas.zoomReset")}
        aria-label={t("canvas.zoomResetNow", { zoom })}
        onClick={() => void flow.zoomTo(1)}
      >
        {t("canvas.percent", { zoom })}
      </button>
    </Panel>
  );
}
