/** All shortcuts, each of which can be changed by pressing another. */

import { Dialog } from "@base-ui/react/dialog";
import { RotateCcw } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { useStore } from "zustand/react";
import { useTexts } from "../texts";
import { useEditing } from "../view/context";
import { COMMANDS, type Command, keysOf } from "./commands";
import { choose, chosen, nameOf, shown } from "./keys";

export function Shortcuts() {
  const { t } = useTexts();
  const { view } = useEditing();
  const [waits, setWaits] = useState<string | null>(null);
  useStore(chosen);
  return (
    <Dialog.Root open onOpenChange={(open) => !open && view.setState({ shortcuts: false })}>
      <Dialog.Portal>
        <Dialog.Backdrop className="palette-backdrop" />
        <Dialog.Popup className="palette">
          <Dialog.Title className="palette-caption">
            {t("command.shortcuts")}
            <Dialog.Close className="palette-small">{t("command.close")}</Dialog.Close>
          </Dialog.Title>
          <div className="palette-keys">
            {COMMANDS.map((command) => (
              <Row
                key={command.id}
                command={command}
                waits={waits === command.id}
                wait={(on) => setWaits(on ? command.id : null)}
              />
            ))}
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Row({ command, waits, wait }: { command: Command; waits: boolean; wait: (on: boolean) => void }) {
  const { t } = useTexts();
  const keys = keysOf(command);
  const title = t(`command.${command.id}`);
  const press = (event: KeyboardEvent) => {
    if (!waits) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") return wait(false);
    const name = nameOf(event.nativeEvent);
    if (!name) return;
    const other = COMMANDS.find((entry) => entry !== command && keysOf(entry).includes(name));
    if (other)
      choose(
        other.id,
        keysOf(other).filter((key) => key !== name),
      );
    choose(command.id, [name]);
    wait(false);
  };
  return (
    <div>
      <span className="palette-command">{title}</span>
      <button
        type="button"
        className="palette-key"
        aria-pressed={waits}
        aria-label={t("command.changeKey", { command: title, keys: keys.map(shown).join(", ") || t("command.none") })}
        onClick={() => wait(!waits)}
        onBlur={() => wait(false)}
        onKeyDown={press}
      >
        {waits ? t("command.pressKey") : keys.map(shown).join(", ") || t("command.none")}
      </button>
      {chosen.getState()[command.id] && (
        <button
          type="button"
          className="widget-button"
          aria-label={t("command.usualKey", { command: title })}
          title={t("command.usualKey", { command: title })}
          onClick={() => choose(command.id, null)}
        >
          <RotateCcw size={14} aria-hidden />
        </button>
      )}
    </div>
  );
}
