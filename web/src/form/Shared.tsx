/** Fields that a form has in common with the graph's nodes. They come when a form has one. */

import { lazy, Suspense } from "react";
import { useStore } from "zustand/react";
import type { InputSchema } from "../doc/schema";
import { isLink, type Json } from "../doc/types";
import { placeOf } from "../server/api";
import { type Tab, workspace } from "../ui/workspace";
import type { Under } from "../widgets/types";
import { useFlow, useParameters, useValues } from "./hooks";
import { formValue, type Parameter } from "./params";
import "../widgets/widgets.css";

const drawn = lazy(() => import("../widgets/drawn/DrawnWidget").then((found) => ({ default: found.DrawnWidget })));
const SHARED = {
  boxes: drawn,
  points: drawn,
  curve: lazy(() => import("../widgets/curve/CurveWidget").then((found) => ({ default: found.CurveWidget }))),
  records: lazy(() => import("../widgets/records/RecordsWidget").then((found) => ({ default: found.RecordsWidget }))),
  model: lazy(() => import("../widgets/models/ModelWidget").then((found) => ({ default: found.ModelWidget }))),
};

export const isShared = ({ widget }: InputSchema) => widget !== undefined && widget.kind in SHARED;

type Props = {
  tab: Tab;
  parameter: Parameter;
  schema: InputSchema;
  id: string;
  label: string;
  value: Json;
  set: (value: Json) => void;
  bad: boolean;
};

export function Shared({ tab, parameter, schema, ...rest }: Props) {
  const Widget = SHARED[schema.widget?.kind as keyof typeof SHARED];
  const on = schema.widget && "on" in schema.widget ? schema.widget.on : null;
  const under = useUnder(tab, parameter, on);
  return (
    <div className="form-shared">
      <Suspense fallback={null}>
        <Widget {...rest} input={schema} settle={nothing} browse={nothing} under={under} />
      </Suspense>
    </div>
  );
}

const nothing = () => {};

/** The picture that was chosen in the form for the input that is drawn on. */
function useUnder(tab: Tab, { node }: Parameter, on: string | null): Under | null {
  const flow = useFlow(tab);
  const values = useValues(tab);
  const parameters = useParameters(tab);
  const schemas = useStore(workspace, (state) => state.schemas);
  if (!on) return null;
  const link = flow.nodes[node]?.inputs?.[on];
  const source = isLink(link) ? link.node : "";
  const picture = parameters.find((entry) => entry.node === source && entry.place === "picture");
  const inputs = Object.entries(schemas[flow.nodes[source]?.type ?? ""]?.inputs ?? {});
  const own = inputs.find(([, { widget }]) => widget?.kind === "file" && widget.of === "image")?.[0] ?? "";
  const value = picture ? formValue(flow, picture, values) : flow.nodes[source]?.inputs?.[own];
  const file = placeOf(value);
  return { url: file && `api/files/${file}`, size: null, why: "form", on };
}
