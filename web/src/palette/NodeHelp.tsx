/** What a node type does, in the server's words and by its example, beside the list in which it is chosen. */

import { BookOpen } from "lucide-react";
import { useStore } from "zustand/react";
import { FamilyIcon } from "../nodes/Header";
import { TypeSign } from "../nodes/Socket";
import { useTexts } from "../texts";
import { workspace } from "../ui/workspace";
import { ExampleShown } from "./browser/ExampleShown";

/** onMore: show all that is known of it. */
export function NodeHelp({ type, onMore }: { type: string; onMore: () => void }) {
  const { t } = useTexts();
  const schema = useStore(workspace, (state) => state.schemas[type]);
  if (!schema) return null;
  const inputs = Object.entries(schema.inputs).map(([name, input]) => ({ name, type: input.type, help: input.help }));
  const outputs = Object.entries(schema.outputs).map(([name, output]) => ({ name, type: output.type, help: "" }));
  return (
    <>
      <h3>
        <FamilyIcon family={schema.family} size={16} /> {schema.title}
      </h3>
      <p className="palette-id">{schema.type}</p>
      <p dir="auto">{schema.summary}</p>
      <ExampleShown key={type} type={type} small />
      <Sockets title={t("command.side_input")} rows={inputs} />
      <Sockets title={t("command.side_output")} rows={outputs} />
      {schema.help && <p dir="auto">{schema.help.replaceAll(/(\S)\n(?=\S)/g, "$1 ")}</p>}
      <button type="button" className="ui-button" onClick={onMore}>
        <BookOpen size={16} aria-hidden /> {t("browser.more")}
      </button>
    </>
  );
}

function Sockets({ title, rows }: { title: string; rows: { name: string; type: string; help: string }[] }) {
  if (!rows.length) return null;
  return (
    <>
      <h4>{title}</h4>
      <ul>
        {rows.map((row) => (
          <li key={row.name} title={row.help}>
            <TypeSign type={row.type} /> {row.name.replaceAll("_", " ")} <span>{row.type}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
