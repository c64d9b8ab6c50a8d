/** Language and theme, each with all that there is to choose. */

import { Languages, Monitor, Moon, Sun } from "lucide-react";
import { useState } from "react";
import { LANGUAGES, useTexts } from "../texts";
import { currentTheme, setLanguage, setTheme, type Theme } from "../ui/begin";

const THEMES = [
  ["light", Sun],
  ["dark", Moon],
  ["system", Monitor],
] as const satisfies [Theme, unknown][];

export function Preferences() {
  const { t, code } = useTexts();
  const [theme, setShown] = useState(currentTheme);
  return (
    <div className="start-preferences">
      <label className="start-language">
        <Languages size={16} aria-hidden />
        <select aria-label={t("start.language")} value={code} onChange={(event) => setLanguage(event.target.value)}>
          {LANGUAGES.map((entry) => (
            <option key={entry.code} value={entry.code} lang={entry.code}>
              {entry.name}
            </option>
          ))}
        </select>
      </label>
      <fieldset className="start-theme">
        <legend className="form-hidden">{t("start.theme")}</legend>
        {THEMES.map(([name, Icon]) => (
          <button
            key={name}
            type="button"
            aria-pressed={theme === name}
            aria-label={t(`start.${name}`)}
            title={t(`start.${name}`)}
            onClick={() => {
              setTheme(name);
              setShown(name);
            }}
          >
            <Icon size={16} aria-hidden />
          </button>
        ))}
      </fieldset>
    </div>
  );
}
