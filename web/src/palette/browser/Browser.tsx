/** Every node type there is, to read and look at: families, search, and of each what it does, with an example that was really run. */

import { Dialog } from "@base-ui/react/dialog";
import { Search, X } from "lucide-react";
import { type KeyboardEvent, useId, useMemo, useRef, useState } from "react";
import { useStore } from "zustand/react";
import { useTexts } from "../../texts";
import { workspace } from "../../ui/workspace";
import { type NodeItem, nodeItems } from "../nodeItems";
import { find } from "../search";
import "./browser.css";
import { Detail } from "./Detail";
import { Families, List } from "./List";
import { browser } from "./state";

const PAGE = 8;
const close = () => browser.setState({ open: false });

export default function Browser() {
  const { t } = useTexts();
  return (
    <Dialog.Root open onOpenChange={(open) => !open && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="browser-backdrop" />
        <Dialog.Popup className="browser" aria-label={t("browser.title")}>
          <Inner />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** What is looked for, and the node types that fit it. */
function useFound() {
  const schemas = useStore(workspace, (state) => state.schemas);
  const type = useStore(browser, (state) => state.type);
  const [query, setQuery] = useState("");
  const [family, setFamily] = useState<string | null>(null);
  const items = useMemo(() => nodeItems(schemas, () => true), [schemas]);
  const found = useMemo(
    () => (query.trim() ? find(items, query) : items.filter((item) => !family || item.family === family)),
    [items, query, family],
  );
  const now = found.find((item) => item.type === type) ?? found[0];
  const look = (text: string) => {
    setQuery(text);
    setFamily(null);
    browser.setState({ type: null });
  };
  const narrow = (wish: string | null) => {
    setQuery("");
    setFamily(wish);
    browser.setState({ type: null });
  };
  return { items, found, now, query, family, look, narrow, schema: now && schemas[now.type] };
}

function Inner() {
  const { t } = useTexts();
  const { items, found, now, query, family, look, narrow, schema } = useFound();
  // On a narrow page the list and what is told of a node take turns.
  const [reading, setReading] = useState(() => browser.getState().type !== null);
  const dom = useId();
  const box = useRef<HTMLDivElement>(null);
  const choose = (item: NodeItem) => {
    browser.setState({ type: item.type });
    setReading(true);
  };
  return (
    <>
      <div className="browser-head">
        <Dialog.Title className="browser-title">{t("browser.title")}</Dialog.Title>
        <SearchField dom={dom} query={query} look={look} found={found} now={now} onRead={() => setReading(true)} />
        <Dialog.Close className="ui-icon" aria-label={t("command.close")} title={t("command.close")}>
          <X size={16} />
        </Dialog.Close>
      </div>
      <div className={reading ? "browser-body browser-reading" : "browser-body"}>
        <Families items={items} now={query ? null : family} onChoose={narrow} />
        {found.length > 0 ? (
          <List dom={dom} box={box} items={found} now={now} onChoose={choose} />
        ) : (
          <Nothing query={query} onAll={() => narrow(null)} />
        )}
        {schema && <Detail key={schema.type} schema={schema} onBack={() => setReading(false)} />}
      </div>
    </>
  );
}

type SearchProps = {
  dom: string;
  query: string;
  look: (text: string) => void;
  found: NodeItem[];
  now: NodeItem | undefined;
  onRead: () => void;
};

function SearchField({ dom, query, look, found, now, onRead }: SearchProps) {
  const { t } = useTexts();
  const press = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: PAGE, PageUp: -PAGE };
    const step = steps[event.key];
    if (event.key === "Enter") onRead();
    if (!step || !now) return;
    event.preventDefault();
    const next = found[Math.max(0, Math.min(found.length - 1, found.indexOf(now) + step))];
    if (next) browser.setState({ type: next.type });
  };
  return (
    <label className="browser-search">
      <Search size={16} aria-hidden />
      <input
        role="combobox"
        aria-expanded="true"
        aria-controls={`${dom}-list`}
        aria-activedescendant={now ? `${dom}-${now.id}` : undefined}
        aria-label={t("command.findNode")}
        placeholder={t("command.findNode")}
        value={query}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => look(event.target.value)}
        onKeyDown={press}
      />
    </label>
  );
}

function Nothing({ query, onAll }: { query: string; onAll: () => void }) {
  const { t } = useTexts();
  return (
    <div className="browser-nothing" role="status">
      <p>{t("browser.nothing", { query })}</p>
      <button type="button" className="ui-button" onClick={onAll}>
        {t("browser.showAll")}
      </button>
    </div>
  );
}
