/** The inputs and outputs of a node type as its declaration has them: type, what may be given, what is taken where nothing is. */

import type { InputSchema } from "../../doc/schema";
import { TypeSign } from "../../nodes/Socket";
import { useTexts } from "../../texts";
import { plain } from "./state";

export function Inputs({ inputs }: { inputs: Record<string, InputSchema> }) {
  const { t } = useTexts();
  if (!Object.keys(inputs).length) return null;
  return (
    <section className="browser-sockets" aria-labelledby="browser-inputs">
      <h4 id="browser-inputs">{t("command.side_input")}</h4>
      <dl>
        {Object.entries(inputs).map(([name, input]) => (
          <div key={name}>
            <dt>
              <TypeSign type={input.type} filled={input.default === undefined && !input.optional} />
              <span>{name.replaceAll("_", " ")}</span>
            </dt>
            <dd>
              <Facts input={input} />
              {input.help && <p dir="auto">{input.help.replaceAll(/\s*\n\s*/g, " ")}</p>}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Facts({ input }: { input: InputSchema }) {
  const { t } = useTexts();
  const { widget, choices } = input;
  const range = widget?.kind === "slider" ? t("browser.range", { low: widget.low, high: widget.high }) : "";
  const preset = input.default === undefined || input.default === null ? null : plain(input.default);
  return (
    <span className="browser-facts">
      <bdi>{input.type}</bdi>
      {range && <bdi>{range}</bdi>}
      {choices && <bdi>{t("browser.oneOf", { choices: choices.map(plain).join(", ") })}</bdi>}
      {preset !== null && (
        <bdi>{preset === "" ? t("browser.presetEmpty") : t("browser.preset", { value: preset })}</bdi>
      )}
      {preset === null && <span>{t(input.optional ? "browser.optional" : "browser.required")}</span>}
    </span>
  );
}

export function Outputs({ outputs }: { outputs: Record<string, { type: string }> }) {
  const { t } = useTexts();
  if (!Object.keys(outputs).length) return null;
  return (
    <section className="browser-sockets" aria-labelledby="browser-outputs">
      <h4 id="browser-outputs">{t("command.side_output")}</h4>
      <dl>
        {Object.entries(outputs).map(([name, output]) => (
          <div key={name}>
            <dt>
              <TypeSign type={output.type} />
              <span>{name.replaceAll("_", " ")}</span>
            </dt>
            <dd>
              <span className="browser-facts">
                <bdi>{output.type}</bdi>
              </span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
