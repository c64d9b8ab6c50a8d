/** All that is known of one node type, and the two ways from here: into the graph, or its example as a graph. */

import { ChevronLeft, Plus, Workflow as WorkflowIcon } from "lucide-react";
import { useStore } from "zustand/react";
import type { NodeSchema } from "../../doc/schema";
import { FamilyIcon } from "../../nodes/Header";
import { useTexts } from "../../texts";
import { addressOf, go } from "../../ui/App";
import { newFlow, openFlow, type Tab } from "../../ui/workspace";
import { ExampleShown, useExample } from "./ExampleShown";
import { Inputs, Outputs } from "./Sockets";
import { browser } from "./state";

function show(tab: Tab): void {
  browser.setState({ open: false });
  go(addressOf("graph", tab));
}

export function Detail({ schema, onBack }: { schema: NodeSchema; onBack: () => void }) {
  const { t } = useTexts();
  return (
    <article className="browser-detail" aria-label={schema.title}>
      <button type="button" className="ui-button browser-back" onClick={onBack}>
        <ChevronLeft size={16} className="browser-mirror" aria-hidden /> {t("browser.back")}
      </button>
      <header>
        <h3>
          <FamilyIcon family={schema.family} size={16} /> {schema.title}
        </h3>
        <code>{schema.type}</code>
        <p dir="auto">{schema.summary}</p>
        <Actions schema={schema} />
      </header>
      <ExampleShown key={schema.type} type={schema.type} />
      {schema.help && (
        <p className="browser-help" dir="auto">
          {schema.help.replaceAll(/(\S)\n(?=\S)/g, "$1 ")}
        </p>
      )}
      <Signs schema={schema} />
      <Inputs inputs={schema.inputs} />
      <Outputs outputs={schema.outputs} />
    </article>
  );
}

function Actions({ schema }: { schema: NodeSchema }) {
  const { t } = useTexts();
  const add = useStore(browser, (state) => state.add);
  const example = useExample(schema.type);
  const put = () => {
    if (!add) {
      const id = schema.type.split(".").at(-1) ?? "node";
      return show(openFlow({ ...newFlow(""), nodes: { [id]: { type: schema.type, at: [0, 0] } } }));
    }
    browser.setState({ open: false });
    add(schema.type);
  };
  const open = () => {
    const title = t("browser.exampleOf", { node: schema.title });
    if (example) show(openFlow({ ...newFlow(title), nodes: example.nodes }));
  };
  return (
    <div className="browser-actions">
      <button type="button" className="ui-button ui-primary" onClick={put}>
        <Plus size={16} aria-hidden /> {t(add ? "browser.add" : "browser.addNew")}
      </button>
      {example && (
        <button type="button" className="ui-button" onClick={open}>
          <WorkflowIcon size={16} aria-hidden /> {t("browser.openExample")}
        </button>
      )}
    </div>
  );
}

/** What is worth knowing before it runs. */
function Signs({ schema }: { schema: NodeSchema }) {
  const { t } = useTexts();
  const signs = [
    schema.source && t("browser.source"),
    schema.heavy && t("browser.heavy"),
    schema.writes && t("browser.writes"),
  ].filter((text) => typeof text === "string");
  if (!signs.length) return null;
  return (
    <ul className="browser-signs">
      {signs.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}
