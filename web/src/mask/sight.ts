/** What of a session is on the screen: the masks, and what is being drawn over them. */

import { ellipsePoints, rectanglePoints } from "./core/shapes";
import type { Shown } from "./core/show";
import type { Session } from "./session";
import { COLOURS } from "./state";
import type { Draft } from "./surface";

export function shownOf({ state, sheets, finder }: Session): Shown {
  const { look, colour, opacity } = state;
  const seen = (sheets?.layers ?? []).filter((layer) => layer.visible);
  return {
    active: seen.find((layer) => layer.id === sheets?.active)?.plane ?? null,
    others: seen.filter((layer) => layer.id !== sheets?.active).map((layer) => layer.plane),
    proposal: finder.proposal,
    look,
    colour: (COLOURS[colour] ?? (COLOURS[0] as (typeof COLOURS)[0])).rgb,
    opacity,
  };
}

export function draftOf(session: Session): Draft | null {
  const ring = session.keyBrush.ring();
  const draft = drawn(session);
  return ring ? { points: [], closed: false, ...draft, ring } : draft;
}

function drawn({ state: { tool, draft, marks } }: Session): Draft | null {
  const [a, b] = draft;
  const { box, dots } = marks;
  if (a && b && (tool === "rectangle" || tool === "click"))
    return { points: rectanglePoints(a, b), closed: true, dots: tool === "click" ? dots : [] };
  if (a && b && tool === "ellipse") return { points: ellipsePoints(a, b), closed: true };
  if (draft.length) return { points: draft, closed: false };
  if (tool !== "click") return null;
  if (!box) return { points: [], closed: false, dots };
  return { points: rectanglePoints(box, { x: box.x + box.w, y: box.y + box.h }), closed: true, dots };
}
