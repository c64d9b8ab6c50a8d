/** Where a picture lies in its frame: scale in frame pixels per picture pixel, and where its left upper corner is. */

export type Size = { width: number; height: number };
export type View = { scale: number; x: number; y: number };

const CLOSEST = 32;
const FARTHEST = 0.02;
export const SHARP = 2; // from this scale on, pixels are shown as squares

/** The whole picture, in the middle, never larger than it is. */
export function fitted(picture: Size, frame: Size): View {
  const scale = Math.min(1, frame.width / picture.width, frame.height / picture.height);
  return centred(scale, picture, frame);
}

export function centred(scale: number, picture: Size, frame: Size): View {
  return { scale, x: (frame.width - picture.width * scale) / 2, y: (frame.height - picture.height * scale) / 2 };
}

/** Zoom by a factor; what lies under `point` stays there. */
export function zoomed(view: View, factor: number, point: { x: number; y: number }): View {
  const scale = Math.min(CLOSEST, Math.max(FARTHEST, view.scale * factor));
  const real = scale / view.scale;
  return { scale, x: point.x - (point.x - view.x) * real, y: point.y - (point.y - view.y) * real };
}

/** The view, moved so that the picture can't be lost: along each side it covers the frame, or lies wholly in it. */
export function within(view: View, picture: Size, frame: Size): View {
  const hold = (at: number, length: number, room: number) =>
    length <= room ? (room - length) / 2 : Math.min(0, Math.max(room - length, at));
  return {
    scale: view.scale,
    x: hold(view.x, picture.width * view.scale, frame.width),
    y: hold(view.y, picture.height * view.scale, frame.height),
  };
}
