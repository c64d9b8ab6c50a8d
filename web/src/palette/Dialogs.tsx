/** The lists that open over the canvas: nodes to add, commands, sockets to link to, what is in the graph. */

import { useReactFlow } from "@xyflow/react";
import { useCallback, useMemo } from "react";
import { useStore } from "zustand/react";
import { bestSocket, endsOf, link, partners, typeOf } from "../canvas/linking";
import type { Point } from "../doc/types";
import { FamilyIcon } from "../nodes/Header";
import { TypeSign } from "../nodes/Socket";
import { t, useTexts } from "../texts";
import { workspace } from "../ui/workspace";
import { type Editing, schemaNow, useEditing, useView } from "../view/context";
import { type End, select } from "../view/store";
import { addNode, type Scope, show } from "./actions";
import { browse } from "./browser/state";
import { Chooser } from "./Chooser";
import { applies, COMMANDS, keysOf } from "./commands";
import { addGraph } from "./graphs";
import { shown } from "./keys";
import { NodeHelp } from "./NodeHelp";
import { type NodeItem, nodeItems } from "./nodeItems";
import { savedIn, useSavedItems } from "./savedItems";
import type { Item } from "./search";

export function useScope(): Scope {
  const editing = useEditing();
  const flow = useReactFlow();
  return useMemo(() => ({ editing, flow }), [editing, flow]);
}

/** Nodes to add; where a link was let go, those that fit it. */
export function NodePalette({ at, end }: { at: { x: number; y: number }; end?: End | undefined }) {
  useTexts();
  const scope = useScope();
  const { editing } = scope;
  const schemas = useStore(workspace, (state) => state.schemas);
  const items = useMemo(() => {
    const type = end && typeOf(editing, end);
    return nodeItems(schemas, (name) => {
      const schema = schemas[name];
      return !end || !type || (!!schema && bestSocket(type, end.side, schema) !== null);
    });
  }, [schemas, end, editing]);
  const close = () => editing.view.setState({ palette: null });
  const saved = useSavedItems(editing.tabId, end === undefined);
  const choose = (item: NodeItem) => {
    close();
    const place: Point = end?.side === "input" ? [at.x - 264, at.y - 40] : [at.x, at.y - 40];
    const name = savedIn(item);
    if (name === null) addNode(scope, item.type, place, end);
    else void addGraph(scope, name, place);
  };
  const more = (type: string | null) => {
    close();
    browse(type);
  };
  const type = end ? typeOf(editing, end) : "";
  return (
    <Chooser
      title={t("command.addTitle")}
      placeholder={end ? t("command.findFitting", { type }) : t("command.findNode")}
      items={useMemo(() => [...items, ...saved], [items, saved])}
      onChoose={choose}
      onClose={close}
      icon={(item) => <FamilyIcon family={item.family} size={16} />}
      aside={(item) => <NodeHelp type={item.type} onMore={() => more(item.type)} />}
      none={
        <button type="button" className="ui-button palette-browse" onClick={() => more(null)}>
          {t("command.browse")}
        </button>
      }
    />
  );
}

export function CommandList() {
  useTexts();
  const scope = useScope();
  const close = () => scope.editing.view.setState({ commands: false });
  const items = COMMANDS.filter((command) => command.id !== "commands").map((command) => ({
    id: command.id,
    title: t(`command.${command.id}`),
    group: t(`command.part_${command.part}`),
    part: command.part,
    keys: keysOf(command).slice(0, 1).map(shown).join(),
    disabled: !applies(command, scope),
  }));
  const choose = (item: Item) => {
    close();
    COMMANDS.find((command) => command.id === item.id)?.run(scope);
  };
  return (
    <Chooser
      title={t("command.commands")}
      placeholder={t("command.findCommand")}
      items={items.sort((a, b) => a.part.localeCompare(b.part))}
      onChoose={choose}
      onClose={close}
    />
  );
}

type SocketItem = Item & { own: End; other?: End; type: string };

/** Linking without a mouse: first a socket of the node, then one that fits it. */
export function Connect({ from }: { from: End | { node: string } }) {
  useTexts();
  const editing = useEditing();
  const end = "socket" in from ? from : null;
  const items = end ? partnerItems(editing, end) : ownItems(editing, from.node);
  const close = () => editing.view.setState({ connect: null });
  const choose = (item: SocketItem) => {
    if (!item.other) return editing.view.setState({ connect: item.own });
    const ends = endsOf(item.own, item.other);
    if (ends) link(editing, ends);
    close();
  };
  return (
    <Chooser
      step={end ? "far" : "near"}
      title={t("command.connectTitle")}
      placeholder={end ? t("command.findPartner", { name: end.socket }) : t("command.findSocket")}
      items={items}
      onChoose={choose}
      onClose={close}
      icon={(item) => <TypeSign type={item.type} />}
    />
  );
}

function ownItems(editing: Editing, node: string): SocketItem[] {
  const { inputs, outputs } = schemaNow(editing, node);
  const item = (socket: string, type: string, side: End["side"]): SocketItem => ({
    id: `${side}.${socket}`,
    title: socket,
    note: type,
    type,
    own: { node, socket, side },
    group: t(`command.side_${side}`),
  });
  return [
    ...Object.entries(outputs).map(([name, { type }]) => item(name, type, "output")),
    ...Object.entries(inputs).map(([name, { type }]) => item(name, type, "input")),
  ];
}

function partnerItems(editing: Editing, end: End): SocketItem[] {
  const { flow } = editing.doc.getState();
  return partners(editing, end).map((other) => ({
    id: `${other.node}.${other.socket}`,
    title: flow.nodes[other.node]?.title || other.node,
    note: `${other.socket} · ${typeOf(editing, other)}`,
    tags: [other.socket, schemaNow(editing, other.node).title],
    type: typeOf(editing, other),
    own: end,
    other,
  }));
}

/** What is in the graph: by title, name, type, and the values that are set. */
export function Find() {
  useTexts();
  const scope = useScope();
  const { editing } = scope;
  const nodes = useStore(editing.doc, (state) => state.flow.nodes);
  const items = useMemo(
    () =>
      Object.entries(nodes).map(([id, node]) => ({
        id,
        title: node.title || schemaNow(editing, id).title,
        note: id,
        tags: [node.type],
        family: schemaNow(editing, id).family,
        summary: Object.values(node.inputs ?? {})
          .filter((value) => typeof value === "string")
          .join(" "),
      })),
    [nodes, editing],
  );
  const point = useCallback((item: Item) => show(scope, [item.id]), [scope]);
  const close = () => editing.view.setState({ find: false });
  const choose = (item: Item) => {
    close();
    select(editing.view, [item.id]);
    show(scope, [item.id]);
  };
  return (
    <Chooser
      title={t("command.find")}
      placeholder={t("command.findHere")}
      items={items}
      onChoose={choose}
      onClose={close}
      onPoint={point}
      icon={(item) => <FamilyIcon family={item.family} size={16} />}
    />
  );
}

/** Whichever list is open now. */
export function Dialogs() {
  const palette = useView((state) => state.palette);
  const commands = useView((state) => state.commands);
  const connect = useView((state) => state.connect);
  const find = useView((state) => state.find);
  if (palette) return <NodePalette at={palette.at} end={palette.end} />;
  if (commands) return <CommandList />;
  if (connect) return <Connect from={connect} />;
  return find ? <Find /> : null;
}
