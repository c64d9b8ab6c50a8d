"""How people stand, drawn as OpenPose draws it."""

from __future__ import annotations

import math
from typing import Annotated, NamedTuple

import numpy as np

from graph import BadInput, Boxes, Image, Model, Run, Slider, node
from nodes.control.working import LONGEST, picture
from nodes.pixels import frozen, one_box

RESOLUTION = 512
"""Short side of the canvas, in pixels, on which limbs are as thick as ControlNet saw them in training."""
THICK = 4
"""Half the thickness of a limb and the radius of a joint, in pixels of the canvas."""
# nose, neck, right shoulder, elbow, wrist, the same left, right hip, knee, ankle, the same left, eyes and ears (right first):
# where each stands in COCO's order of 17; the neck, which COCO lacks, is the middle of the shoulders
FROM_COCO = (0, None, 6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3)
SHOULDERS = 5, 6
LIMBS = (
    (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10), (1, 11), (11, 12), (12, 13), (1, 0), (0, 14), (14, 16), (0, 15), (15, 17),
)  # fmt: skip
COLOURS = (
    (255, 0, 0), (255, 85, 0), (255, 170, 0), (255, 255, 0), (170, 255, 0), (85, 255, 0), (0, 255, 0), (0, 255, 85), (0, 255, 170), (0, 255, 255),
    (0, 170, 255), (0, 85, 255), (0, 0, 255), (85, 0, 255), (170, 0, 255), (255, 0, 255), (255, 0, 170), (255, 0, 85),
)  # fmt: skip
"""Of the limbs in their order, and of the joints."""


Joints = list[tuple[float, float] | None]


class Poses(NamedTuple):
    """image: uint8 (H, W, 3), limbs and joints of everybody on black. boxes: float32 (N, 4), xyxy in pixels, around the joints of each."""

    image: Image
    boxes: Boxes


@node(
    family="control",
    heavy=True,
    tags=("controlnet", "preprocessor", "annotator", "openpose", "skeleton", "keypoints", "people", "body", "vitpose"),
)
def pose(
    image: Image,
    people: Boxes | None = None,
    threshold: Annotated[float, Slider(0.0, 1.0)] = 0.3,
    model: Annotated[str, Model("pose")] = "auto",
    *,
    run: Run,
) -> Poses:
    """Find how people stand (ViTPose, Xu et al. 2022) and draw it as ControlNet "openpose" expects: 18 joints and 17 limbs in OpenPose's colours.

    Hands and faces are not looked for.

    image: uint8 (H, W, 3), any size; the drawing has the same height and width.
    people: a box around each person, such as those of segment.mask_from_words with "people"; without any the whole picture is one person.
    threshold: how sure the model must be of a joint before it is drawn, 0..1.
    model: which pose model to use.
    """
    height, width = image.shape[:2]
    if people is None:
        run.say("no boxes of people came in, so the whole picture is taken as one person")
    boxes = (
        [(0.0, 0.0, float(width), float(height))]
        if people is None
        else [one_box(people, n + 1) for n in range(len(people))]
    )
    if any(left >= width or top >= height or right <= 0 or bottom <= 0 for left, top, right, bottom in boxes):
        raise BadInput("people", "a box lies beside the picture", "give the boxes that were found in this picture")
    loaded = run.models.get("pose", model, run.say)
    seen: list[Joints] = []
    for done, box in enumerate(boxes):
        run.progress(done, len(boxes), "looking at people")
        joints = open_pose(loaded.joints(image, box), threshold)
        seen += [joints] if any(joints) else []
    run.progress(len(boxes), len(boxes))
    if not seen:
        run.say(f"no joint is sure to {threshold:g}, so the picture stays black")
    scale = min(RESOLUTION / min(height, width), LONGEST / max(height, width))
    canvas = np.zeros((max(1, round(height * scale)), max(1, round(width * scale)), 3), np.uint8)
    draw(canvas, seen, scale)
    around = [
        (min(xs), min(ys), max(xs), max(ys)) for xs, ys in (zip(*filter(None, person), strict=True) for person in seen)
    ]
    return Poses(picture(canvas, image), Boxes(frozen(np.array(around, np.float32).reshape(-1, 4))))


def open_pose(coco: np.ndarray, threshold: float) -> Joints:
    """The 18 joints of OpenPose, (x, y) or None where the model is not sure, from COCO's 17 as float (17, 3): x, y and score."""

    def joint(number: int) -> tuple[float, float] | None:
        x, y, score = (float(value) for value in coco[number])
        return (x, y) if score >= threshold and math.isfinite(x + y) else None

    left, right = (joint(number) for number in SHOULDERS)
    neck = ((left[0] + right[0]) / 2, (left[1] + right[1]) / 2) if left and right else None
    return [neck if number is None else joint(number) for number in FROM_COCO]


def draw(canvas: np.ndarray, people: list[Joints], scale: float = 1.0) -> None:
    """Draw everybody, in place: limbs as ellipses at six tenths of their colour, joints as discs above them. scale: pixels of the canvas per pixel."""
    import cv2

    for person in people:
        for (start, end), colour in zip(LIMBS, COLOURS, strict=False):
            first, last = person[start], person[end]
            if first is None or last is None:
                continue
            x, y, x1, y1 = (scale * value for value in (*first, *last))
            axes = int(math.hypot(x1 - x, y1 - y) / 2), THICK
            angle = int(math.degrees(math.atan2(y - y1, x - x1)))
            outline = cv2.ellipse2Poly((int((x + x1) / 2), int((y + y1) / 2)), axes, angle, 0, 360, 1)
            cv2.fillConvexPoly(canvas, outline, [int(part * 0.6) for part in colour])
        for joint, colour in zip(person, COLOURS, strict=True):
            if joint is not None:
                cv2.circle(canvas, (int(scale * joint[0]), int(scale * joint[1])), THICK, colour, thickness=-1)
