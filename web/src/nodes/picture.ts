/** Which picture a node shows: what is being made, what was made, or the file that it reads. */

import type { NodeSchema } from "../doc/schema";
import type { Node } from "../doc/types";
import type { Made, NodeRun } from "../run/store";
import { thumbnail } from "../server/api";

const PICTURE = /\.(png|jpe?g|webp|gif|bmp|tiff?|avif)$/i;
const ROOT = /^(files|outputs|examples)\//;

/** The address of what to show, and what of the node it is. */
export type Shown = { url: string; what: "preview" | "made" | "file"; name: string };

export function pictureOf(
  node: Node | undefined,
  schema: NodeSchema,
  now: NodeRun | undefined,
  made: Record<string, Made> | undefined,
  wish = "",
): Shown | null {
  if (!node) return null;
  if (now?.preview) return { url: now.preview, what: "preview", name: "" };
  const rows = Object.entries(made ?? {});
  for (const [name, { thumbnail }] of [...rows.filter(([name]) => name === wish), ...rows]) {
    if (thumbnail) return { url: relative(thumbnail), what: "made", name: name.trim() };
  }
  for (const [name, input] of Object.entries(schema.inputs)) {
    const value = node.inputs?.[name];
    if (input.widget?.kind === "file" && typeof value === "string" && PICTURE.test(value) && ROOT.test(value)) {
      return { url: thumbnail(encodeURI(value)), what: "file", name };
    }
  }
  return null;
}

/** The server's addresses are below the address that the page was opened at. */
function relative(url: string): string {
  return url.replace(/^\/(?=api\/)/, "");
}

/** A value that a node made, in a few letters; "" where it is too large to be shown. */
export function brief(made: Made | undefined): string {
  const { value } = made ?? {};
  if (value === undefined) return "";
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : String(+value.toPrecision(4));
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}
