/** The node types to choose from: by family, or those that fit what is looked for. */

import { type RefObject, useEffect } from "react";
import { FamilyIcon } from "../../nodes/Header";
import { useTexts } from "../../texts";
import type { NodeItem } from "../nodeItems";

/** A family's name; packs may bring families that have no text here. */
export function useFamilyName(): (family: string) => string {
  const { t } = useTexts();
  return (family) => {
    const text = t(`browser.family_${family}`);
    return text.startsWith("browser.") ? family : text;
  };
}

type FamiliesProps = { items: NodeItem[]; now: string | null; onChoose: (family: string | null) => void };

export function Families({ items, now, onChoose }: FamiliesProps) {
  const { t } = useTexts();
  const nameOf = useFamilyName();
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item.family, (counts.get(item.family) ?? 0) + 1);
  const rows: [string | null, string, number][] = [
    [null, t("browser.all"), items.length],
    ...[...counts].map(([family, count]): [string, string, number] => [family, nameOf(family), count]),
  ];
  return (
    <nav className="browser-families" aria-label={t("browser.families")}>
      {rows.map(([family, name, count]) => (
        <button key={name} type="button" aria-pressed={family === now} onClick={() => onChoose(family)}>
          {family && <FamilyIcon family={family} size={16} />}
          <span>{name}</span>
          <small>{count}</small>
        </button>
      ))}
    </nav>
  );
}

type ListProps = {
  dom: string;
  box: RefObject<HTMLDivElement | null>;
  items: NodeItem[];
  now: NodeItem | undefined;
  onChoose: (item: NodeItem) => void;
};

export function List({ dom, box, items, now, onChoose }: ListProps) {
  const { t } = useTexts();
  const id = now?.id;
  useEffect(() => {
    if (id) box.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [box, id]);
  return (
    <div className="browser-list" role="listbox" id={`${dom}-list`} aria-label={t("browser.title")} ref={box}>
      {items.map((item) => (
        // The search field keeps the focus, and tells which option it points at.
        // biome-ignore lint/a11y/useFocusableInteractive: see above
        // biome-ignore lint/a11y/useKeyWithClickEvents: the search field hears the keys
        <div
          key={item.id}
          id={`${dom}-${item.id}`}
          role="option"
          aria-selected={item === now}
          className="browser-option"
          onClick={() => onChoose(item)}
        >
          <FamilyIcon family={item.family} size={16} />
          <span>
            {item.title}
            <small dir="auto">{item.note}</small>
          </span>
        </div>
      ))}
    </div>
  );
}
