/** What the nodes had to say, such as which model they took: quietly, and each only until it was read. */

import { Info, X } from "lucide-react";
import { useMemo, useState } from "react";
import { useStore } from "zustand/react";
import { run } from "../run/store";
import { useTexts } from "../texts";
import type { Tab } from "../ui/workspace";
import { useForm, useStarted } from "./hooks";
import { grouped } from "./said";

const KEY = "graft.read";
const KEPT = 100;

export function Announcements({ tab }: { tab: Tab }) {
  const { t } = useTexts();
  const shown = useForm(tab.id, (state) => state.shown);
  const last = useStarted(tab.id).at(-1)?.id ?? "";
  const nodes = useStore(run, (state) => state.runs[shown ?? last]?.nodes);
  const [read, setRead] = useState(readBefore);
  const said = useMemo(() => [...new Set(Object.values(nodes ?? {}).flatMap((node) => node.said ?? []))], [nodes]);
  const fresh = said.filter((text) => !read.includes(text));
  if (fresh.length === 0) return null;
  const close = () => {
    const now = [...read, ...fresh].slice(-KEPT);
    setRead(now);
    try {
      localStorage.setItem(KEY, JSON.stringify(now));
    } catch {
      // No storage: it is told again next time.
    }
  };
  return (
    <aside className="form-note form-said" aria-label={t("form.notes")}>
      <Info size={16} aria-hidden />
      <div>
        {grouped(fresh).map(({ head, rest }) =>
          rest.length === 0 ? (
            <p key={head}>{head}</p>
          ) : (
            <details key={head}>
              <summary>{head}</summary>
              {rest.map((text) => (
                <p key={text}>{text}</p>
              ))}
            </details>
          ),
        )}
      </div>
      <button type="button" className="form-icon" aria-label={t("form.gotIt")} title={t("form.gotIt")} onClick={close}>
        <X size={16} aria-hidden />
      </button>
    </aside>
  );
}

function readBefore(): string[] {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]") as unknown;
    return Array.isArray(kept) ? kept.map(String) : [];
  } catch {
    return [];
  }
}
