/** Which component an input is set with, by the kind that its schema asks for. Nothing here knows a node type. */

import type { ComponentType } from "react";
import { ChoiceWidget, ColourWidget, SwitchWidget } from "./choices";
import { CurveWidget } from "./curve/CurveWidget";
import { DrawnWidget } from "./drawn/DrawnWidget";
import { FileWidget } from "./FileWidget";
import { ModelWidget } from "./models/ModelWidget";
import { NumberWidget, SeedWidget, SliderWidget } from "./numbers";
import { RecordsWidget } from "./records/RecordsWidget";
import { AreaWidget, JsonWidget, ListWidget, TextWidget } from "./texts";
import type { WidgetProps } from "./types";

export const widgets: Record<string, ComponentType<WidgetProps>> = {
  slider: SliderWidget,
  number: NumberWidget,
  seed: SeedWidget,
  text: TextWidget,
  folder: TextWidget,
  area: AreaWidget,
  list: ListWidget,
  json: JsonWidget,
  choice: ChoiceWidget,
  switch: SwitchWidget,
  colour: ColourWidget,
  file: FileWidget,
  model: ModelWidget,
  boxes: DrawnWidget,
  points: DrawnWidget,
  curve: CurveWidget,
  records: RecordsWidget,
};
