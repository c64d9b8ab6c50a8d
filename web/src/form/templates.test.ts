import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "../doc/text";
import templates from "./templates.json";

const GRAPHS = new URL("../../../workflows/", import.meta.url);
const PICTURES = new URL("../../public/templates/", import.meta.url);

it.each(templates.map((template) => [template.name, template] as const))("%s", (name, template) => {
  const flow = parse(readFileSync(new URL(`${name}.json`, GRAPHS), "utf8"));
  for (const values of "tries" in template && template.tries ? template.tries : []) {
    for (const parameter of Object.keys(values)) expect(Object.keys(flow.inputs ?? {})).toContain(parameter);
    expect(existsSync(new URL((values as Record<string, string>).picture ?? "", GRAPHS))).toBe(true);
  }
  for (const kind of ["before", "after"]) {
    const picture = new URL(`${name}.${kind}.webp`, PICTURES);
    expect(readFileSync(picture).length).toBeLessThanOrEqual(40_000);
  }
});

/** Graphs that the start page lists below the templates: they need weights of the user, or have no two pictures to compare. */
const WITHOUT_PICTURES = [
  "colour_in_clip",
  "compare_settings",
  "conversation",
  "cut_out_background",
  "describe_picture",
  "edit_by_instruction",
  "everything_in_picture",
  "explain_class",
  "find_by_description",
  "follow_edges",
  "improve_photo",
  "move_object",
  "outpaint",
  "photo_restyle",
  "swap_word_attention",
  "tag_picture",
  "text_to_image",
  "vary_words",
];

it("no shipped graph is left out", () => {
  const shipped = readdirSync(GRAPHS).flatMap((file) => /^(.*)\.json$/.exec(file)?.[1] ?? []);
  expect([...templates.map((template) => template.name), ...WITHOUT_PICTURES].toSorted()).toEqual(shipped.toSorted());
});
