/** What one could ask for, to be taken over with one click: the quickest way to see what a template does. */

import { thumbnail } from "../server/api";
import { useTexts } from "../texts";
import type { Tab } from "../ui/workspace";
import { useForm, useParameters } from "./hooks";
import type { Values } from "./params";
import { setForm } from "./state";
import templates from "./templates.json";

export function Tries({ tab }: { tab: Tab }) {
  const { t } = useTexts();
  const parameters = useParameters(tab);
  const values = useForm(tab.id, (state) => state.values);
  const known = templates.find((entry) => entry.name === tab.name);
  const tries = (known && "tries" in known ? known.tries : undefined) as Record<string, string>[] | undefined;
  if (!tries) return null;
  const main = parameters.filter((entry) => entry.place === "main").map((entry) => entry.name);
  const take = (entry: Record<string, string>) => {
    const fitting: Values = {};
    for (const { name } of parameters) if (entry[name] !== undefined) fitting[name] = entry[name];
    setForm(tab.id, { values: { ...values, ...fitting }, uploads: {}, trouble: null });
  };
  return (
    <fieldset className="form-tries">
      <legend>{t("form.tries")}</legend>
      {tries.map((entry) => {
        const words = main.flatMap((name) => entry[name] ?? []).join(" · ");
        return (
          <button key={words} type="button" onClick={() => take(entry)}>
            {entry.picture && <img src={thumbnail(entry.picture, 64)} alt="" />}
            <span dir="auto">{words}</span>
          </button>
        );
      })}
    </fieldset>
  );
}
