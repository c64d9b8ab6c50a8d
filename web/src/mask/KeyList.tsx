/** All keys of the mask editor, at a glance. */

import { Dialog } from "@base-ui/react/dialog";
import { useRef } from "react";
import { useTexts } from "../texts";
import { TOOLS } from "./Toolbar";

const KEYS: readonly (readonly [keys: string, text: string])[] = [
  ["←  ↑  →  ↓", "mask.keyArrows"],
  ["Shift + ←  ↑  →  ↓", "mask.keyLeap"],
  ["Space", "mask.keyPress"],
  ["Ctrl + ←  ↑  →  ↓", "mask.keyPan"],
  ["X", "mask.keyMode"],
  ["[  ]", "mask.keySize"],
  ["Enter", "mask.keyEnter"],
  ["Esc", "mask.keyEscape"],
  ["Ctrl + Z", "mask.undo"],
  ["Ctrl + Shift + Z", "mask.redo"],
  ["Ctrl + I", "mask.invert"],
  ["Ctrl + S", "mask.save"],
  ["V", "mask.look"],
  ["0", "mask.fitHint"],
  ["1", "mask.actualHint"],
  ["+  −", "mask.zoom"],
];

export function KeyList({ onClose }: { onClose: () => void }) {
  const { t } = useTexts();
  const close = useRef<HTMLButtonElement>(null);
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop forceRender className="studio-backdrop mask-over" />
        <Dialog.Popup className="studio-dialog studio-dialog-wide mask-over mask-keys" initialFocus={close}>
          <Dialog.Title>{t("mask.keys")}</Dialog.Title>
          <dl>
            {TOOLS.flat().map(({ name, key }) => (
              <Entry key={name} keys={key} text={t(`mask.${name}`)} />
            ))}
            {KEYS.map(([keys, text]) => (
              <Entry key={text} keys={keys} text={t(text)} />
            ))}
          </dl>
          <div className="studio-actions">
            <Dialog.Close className="ui-button mask-button" ref={close}>
              {t("mask.close")}
            </Dialog.Close>
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Entry({ keys, text }: { keys: string; text: string }) {
  return (
    <div>
      <dt>
        <kbd dir="ltr">{keys}</kbd>
      </dt>
      <dd>{text}</dd>
    </div>
  );
}
