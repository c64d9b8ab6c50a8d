/** More entries: a list of the kinds to choose from, searched where they are many; one button where there is but one. */

import { Plus, Search } from "lucide-react";
import { useRef, useState } from "react";
import type { RecordKind } from "../../doc/schema";
import { useTexts } from "../../texts";
import { found } from "./entries";

type Props = { kinds: RecordKind[]; add: (kind: RecordKind) => void };

const MANY = 8;

export function AddEntry({ kinds, add }: Props) {
  const { t } = useTexts();
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const [first] = kinds;
  const press = () => (kinds.length === 1 && first ? add(first) : setOpen(!open));
  return (
    <div className="widget-add">
      <button
        ref={button}
        type="button"
        className="widget-upload"
        aria-expanded={kinds.length > 1 ? open : undefined}
        onClick={press}
      >
        <Plus size={14} aria-hidden />
        {kinds.length === 1 && first ? t("widget.addKind", { name: first.title }) : t("widget.addEntry")}
      </button>
      {open && (
        <Kinds
          kinds={kinds}
          choose={(kind) => {
            button.current?.focus(); // the list goes, and the focus must not go with it
            add(kind);
            setOpen(false);
          }}
        />
      )}
    </div>
  );
}

function Kinds({ kinds, choose }: { kinds: RecordKind[]; choose: (kind: RecordKind) => void }) {
  const { t } = useTexts();
  const [typed, type] = useState("");
  const fitting = found(kinds, typed);
  return (
    <div className="widget-kinds" ref={(box) => box?.scrollIntoView({ block: "nearest" })}>
      {kinds.length > MANY && (
        <label className="widget-kinds-search">
          <Search size={14} aria-hidden />
          <input
            // biome-ignore lint/a11y/noAutofocus: it opens because a person asked for it
            autoFocus
            value={typed}
            aria-label={t("widget.findKind")}
            placeholder={t("widget.findKind")}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => type(event.target.value)}
            onKeyDown={(event) => {
              const [best] = fitting;
              if (event.key !== "Enter" || !best) return;
              event.preventDefault(); // or it presses the button that gets the focus
              choose(best);
            }}
          />
        </label>
      )}
      <ul>
        {fitting.map((kind) => (
          <li key={kind.name}>
            <button type="button" onClick={() => choose(kind)}>
              <b>{kind.title}</b>
              <span dir="auto">{kind.help.split("\n")[0]}</span>
            </button>
          </li>
        ))}
      </ul>
      {!fitting.length && <p className="widget-none">{t("widget.noKind", { words: typed })}</p>}
    </div>
  );
}
