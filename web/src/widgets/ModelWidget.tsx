/** The names of the models that are here. They are asked for once, and again when a list is opened. */

import { useStore } from "zustand/react";
import { createStore } from "zustand/vanilla";
import { type ModelKind, server } from "../server/api";
import { useTexts } from "../texts";
import type { WidgetProps } from "./types";

const shelf = createStore<{ kinds: Record<string, ModelKind>; asked: boolean }>(() => ({ kinds: {}, asked: false }));

async function ask(): Promise<void> {
  shelf.setState({ asked: true });
  try {
    shelf.setState({ kinds: await server.models() });
  } catch {
    shelf.setState({ asked: false });
  }
}

export function ModelWidget({ id, value, set, settle, bad, input }: WidgetProps) {
  const { t } = useTexts();
  const of = input.widget?.kind === "model" ? input.widget.of : "";
  const kind = useStore(shelf, (state) => state.kinds[of]);
  if (!shelf.getState().asked) void ask();
  const now = typeof value === "string" ? value : "";
  const names = kind?.names ?? [];
  const all = names.includes(now) || !now ? names : [now, ...names];
  const note = kind ? (kind.problem ?? kind.limits) : "";
  return (
    <select
      id={id}
      className="widget-select"
      value={now}
      title={note || (kind && t("widget.models", { wanted: kind.wanted }))}
      aria-invalid={bad || undefined}
      onPointerDown={() => void ask()}
      onChange={(event) => {
        settle();
        set(event.target.value);
      }}
    >
      {!now && <option value="" />}
      {all.map((name) => (
        <option key={name} value={name}>
          {names.includes(name) || !kind ? name : t("widget.modelMissing", { name })}
        </option>
      ))}
    </select>
  );
}
