/** Weights by name: those that are here with their sizes, and those that can be fetched, with licence and size before anything is downloaded. */

import { ChevronsUpDown } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { useStore } from "zustand/react";
import { useTexts } from "../../texts";
import { Flyout } from "../Flyout";
import type { WidgetProps } from "../types";
import { askDownloads, askModels, fetchingOf, shelf } from "./shelf";
import "./models.css";

const ModelList = lazy(() => import("./ModelList"));

export function ModelWidget(props: WidgetProps) {
  const { t } = useTexts();
  const of = props.input.widget?.kind === "model" ? props.input.widget.of : "";
  const kind = useStore(shelf, (state) => state.kinds[of]);
  const wait = useChosenWhenHere(of, props);
  useEffect(() => {
    if (!shelf.getState().asked) void askModels();
  }, []);
  const now = typeof props.value === "string" ? props.value : "";
  const here = !kind || !now || kind.names.includes(now);
  const said = now ? (here ? now : t("widget.modelMissing", { name: now })) : t("widget.modelChoose");
  const face = (
    <>
      <span dir="auto">{said}</span>
      <ChevronsUpDown size={12} aria-hidden />
    </>
  );
  return (
    <Flyout
      id={props.id}
      name={t("widget.named", { name: props.label, state: said })}
      title={t("widget.modelChoose")}
      bad={props.bad || !here}
      face={face}
      undo={props.undo}
      onOpen={() => {
        void askModels();
        void askDownloads();
      }}
      wide
    >
      {(close) => (
        <Suspense fallback={null}>
          <ModelList
            of={of}
            now={now}
            wait={wait}
            choose={(name) => {
              props.settle();
              props.set(name);
              props.settle();
              close();
            }}
          />
        </Suspense>
      )}
    </Flyout>
  );
}

/** What was ordered here is chosen as soon as it has come. */
function useChosenWhenHere(of: string, { set, settle }: WidgetProps): (name: string) => void {
  const [ordered, order] = useState<string | null>(null);
  const state = useStore(shelf, ({ fetching }) => (ordered ? fetchingOf(fetching, of, ordered)?.state : undefined));
  useEffect(() => {
    if (!ordered || state !== "done") return;
    settle();
    set(ordered);
    settle();
    order(null);
  }, [ordered, state, set, settle]);
  return order;
}
