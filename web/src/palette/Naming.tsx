/** Another name for what a graph takes or gives. */

import { Dialog } from "@base-ui/react/dialog";
import { type FormEvent, useState } from "react";
import { useTexts } from "../texts";
import { useEditing, useView } from "../view/context";
import { useScope } from "./Dialogs";
import { nameAnew } from "./graphs";

export function Naming() {
  const naming = useView((state) => state.naming);
  return naming && <Form key={`${naming.side} ${naming.name}`} {...naming} />;
}

type Props = { path: string[]; side: "inputs" | "outputs"; name: string };

function Form({ path, side, name }: Props) {
  const { t } = useTexts();
  const { view } = useEditing();
  const scope = useScope();
  const [text, setText] = useState(name);
  const [refused, setRefused] = useState(false);
  const close = () => view.setState({ naming: null });
  const done = (event: FormEvent) => {
    event.preventDefault();
    if (nameAnew(scope, path, side, name, text)) close();
    else setRefused(true);
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="palette-backdrop" />
        <Dialog.Popup className="palette palette-narrow">
          <Dialog.Title className="palette-caption">{t("command.nameTitle", { name })}</Dialog.Title>
          <form className="palette-form" onSubmit={done}>
            <label>
              {t("command.newName")}
              <input
                value={text}
                required
                maxLength={100}
                onFocus={(event) => event.target.select()}
                onChange={(event) => {
                  setText(event.target.value);
                  setRefused(false);
                }}
              />
            </label>
            {refused && <p role="alert">{t("command.nameTaken", { name: text.trim() })}</p>}
            <button type="submit" className="ui-button">
              {t("command.rename")}
            </button>
          </form>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
