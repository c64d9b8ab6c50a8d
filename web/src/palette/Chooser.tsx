/** One list for everything that is found by typing: nodes, commands, sockets, what is in the graph. Arrow keys move, Enter chooses. */

import { Dialog } from "@base-ui/react/dialog";
import { Search } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from "react";
import { useTexts } from "../texts";
import "./palette.css";
import { find, type Item } from "./search";

type Props<T extends Item> = {
  title: string;
  placeholder: string;
  items: T[];
  onChoose: (item: T) => void;
  onClose: () => void;
  icon?: (item: T) => ReactNode;
  /** What is shown beside the list of the item that is pointed at. */
  aside?: (item: T) => ReactNode;
  onPoint?: (item: T) => void;
  /** What to do where nothing was found. */
  none?: ReactNode;
  /** The step of a question in several: with the next one the list begins anew, in the dialog that is open. */
  step?: string;
};

const PAGE = 8;

export function Chooser<T extends Item>(props: Props<T>) {
  const { title, aside, step = "", onClose } = props;
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="palette-backdrop" />
        <Dialog.Popup className={aside ? "palette palette-wide" : "palette"}>
          <Dialog.Title className="palette-hidden">{title}</Dialog.Title>
          <Choice key={step} {...props} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Choice<T extends Item>({ title, placeholder, items, onChoose, icon, aside, onPoint, none }: Props<T>) {
  const { t } = useTexts();
  const input = useRef<HTMLInputElement>(null);
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const dom = useId();
  const list = useRef<HTMLDivElement>(null);
  const found = useMemo(() => find(items, query), [items, query]);
  const now = found[Math.min(at, found.length - 1)];
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
    if (now) onPoint?.(now);
  }, [now, onPoint]);
  useEffect(() => input.current?.focus(), []);
  const press = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: PAGE, PageUp: -PAGE };
    const step = steps[event.key];
    if (step) {
      event.preventDefault();
      setAt(Math.max(0, Math.min(found.length - 1, at + step)));
    } else if (event.key === "Enter" && now && !now.disabled) {
      event.preventDefault();
      onChoose(now);
    }
  };
  return (
    <>
      <div className="palette-search">
        <Search size={16} aria-hidden />
        <input
          ref={input}
          role="combobox"
          aria-expanded="true"
          aria-controls={`${dom}-list`}
          aria-activedescendant={now ? `${dom}-${now.id}` : undefined}
          aria-label={placeholder}
          placeholder={placeholder}
          value={query}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => {
            setQuery(event.target.value);
            setAt(0);
          }}
          onKeyDown={press}
        />
      </div>
      <div className="palette-body">
        <div className="palette-list" role="listbox" id={`${dom}-list`} aria-label={title} ref={list}>
          {found.map((item, index) => (
            <Option
              key={item.id}
              id={`${dom}-${item.id}`}
              item={item}
              heading={!query && item.group !== found[index - 1]?.group ? item.group : undefined}
              selected={item === now}
              icon={icon?.(item)}
              onPoint={() => setAt(index)}
              onChoose={() => !item.disabled && onChoose(item)}
            />
          ))}
          {!found.length && <p className="palette-none">{t("command.nothing")}</p>}
          {!found.length && none}
        </div>
        {aside && now && (
          <aside className="palette-aside" aria-live="polite">
            {aside(now)}
          </aside>
        )}
      </div>
    </>
  );
}

type OptionProps = {
  id: string;
  item: Item;
  heading: string | undefined;
  selected: boolean;
  icon: ReactNode;
  onPoint: () => void;
  onChoose: () => void;
};

function Option({ id, item, heading, selected, icon, onPoint, onChoose }: OptionProps) {
  return (
    <>
      {heading && (
        <div className="palette-heading" role="presentation">
          {heading}
        </div>
      )}
      {/* The input keeps the focus, and tells which option it points at. */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: see above */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the input hears the keys */}
      <div
        id={id}
        role="option"
        aria-selected={selected}
        aria-disabled={item.disabled || undefined}
        className="palette-option"
        onPointerMove={onPoint}
        onClick={onChoose}
      >
        {icon}
        <span className="palette-title">{item.title}</span>
        {item.note && <span className="palette-note">{item.note}</span>}
        {item.keys && <kbd>{item.keys}</kbd>}
      </div>
    </>
  );
}
