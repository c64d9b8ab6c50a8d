"""Looking at pictures: a caption, how well words fit, which class it is, and which places of the picture speak for that."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np

from graph import BadInput, Heat, Image, Model, Run, Slider, Text, did_you_mean, node
from nodes.models.classify import Method
from nodes.models.clip import How
from nodes.pixels import frozen

LISTED = 30
"""How many classes an error lists; ImageNet has a thousand."""


class Likeness(NamedTuple):
    """score: 100 × the cosine, 0 where it is negative. cosine: between picture and words, -1 to 1."""

    score: float
    cosine: float


class Best(NamedTuple):
    """caption: the one that fits best. number: which it is, 1 is the first. order: all of them, best first. shares: of each as given, adding up to 1."""

    caption: str
    number: int
    order: list[str]
    shares: list[float]


class Classes(NamedTuple):
    """label: the likeliest class. share: how likely it is, 0..1. labels, shares: the likeliest ones, best first."""

    label: str
    share: float
    labels: list[str]
    shares: list[float]


class Reason(NamedTuple):
    """heat: float32 (H, W), 0..1, what speaks for the label. label: the class that is explained. share: how likely the model takes it, 0..1."""

    heat: Heat
    label: str
    share: float


@node(
    heavy=True,
    output="caption",
    tags=("blip", "blip-2", "describe", "sentence", "image to text", "vqa", "question", "alt text", "annotate"),
)
def caption(
    image: Image,
    prompt: Annotated[str, Text()] = "",
    longest: Annotated[int, Slider(1, 200)] = 40,
    beams: Annotated[int, Slider(1, 16)] = 3,
    model: Annotated[str, Model("caption")] = "auto",
    *,
    run: Run,
) -> str:
    """Describe a picture in a sentence, with BLIP or BLIP-2 (image captioning; beam search, so the same picture gives the same sentence).

    image: of any size; the model sees it scaled to its square.
    prompt: with BLIP the beginning of the sentence ("a photograph of"); with BLIP-2 also a question: "Question: what is the man doing? Answer:".
    longest: pieces of words that are written at most, beyond the prompt.
    beams: how many sentences are followed at once; more are slower and a little better.
    model: which BLIP or BLIP-2 to use.
    """
    loaded = run.models.get("caption", model, run.say)
    run.progress(0, longest, "looking at the picture")
    found = loaded.caption(image, " ".join(prompt.split()), longest, beams, run.progress)
    run.progress(longest, longest)
    return str(found)


@node(
    heavy=True,
    tags=("clip", "clipscore", "similarity", "likeness", "agreement", "prompt adherence", "measure", "quality"),
)
def clip_score(
    image: Image,
    words: Annotated[str, Text()],
    model: Annotated[str, Model("clip")] = "auto",
    *,
    run: Run,
) -> Likeness:
    """How well words fit a picture: CLIP score (Hessel et al. 2021), 100 × max(cosine, 0) of CLIP's two embeddings.

    Values of one model can be compared with each other only; a fitting caption has about 25 to 35. (In the paper the factor is 2.5.)

    image: of any size; CLIP sees its middle square.
    words: a caption or a prompt; what is beyond CLIP's 77 tokens is not read, and said.
    model: which CLIP to use.
    """
    cosine = float(_cosines(image, [_filled(words, "words")], model, run)[0][0])
    return Likeness(100 * max(cosine, 0.0), cosine)


@node(heavy=True, tags=("clip", "retrieval", "choose", "rank", "zero-shot", "caption", "match"))
def best_caption(
    image: Image,
    captions: list[str],
    model: Annotated[str, Model("clip")] = "auto",
    *,
    run: Run,
) -> Best:
    """Choose of given captions the one that fits a picture best (CLIP retrieval; with "a photo of a …" for captions it is zero-shot classification).

    image: of any size; CLIP sees its middle square.
    captions: two or more sentences.
    model: which CLIP to use.
    """
    if not captions:
        raise BadInput("captions", "there are none to choose from", "give at least one caption")
    cosines, scale = _cosines(image, [_filled(text, "captions") for text in captions], model, run)
    weights = np.exp(scale * (cosines - cosines.max()).astype(np.float64))
    order = [int(index) for index in np.argsort(-cosines, kind="stable")]
    shares = [float(share) for share in weights / weights.sum()]
    return Best(captions[order[0]], order[0] + 1, [captions[index] for index in order], shares)


@node(heavy=True, output="heat", tags=("clip", "attention map", "rollout", "saliency", "explain", "heat map", "vit"))
def attention(
    image: Image,
    how: How = "rollout",
    model: Annotated[str, Model("clip")] = "auto",
    *,
    run: Run,
) -> Heat:
    """Where CLIP looks: the attention of the class token of its vision transformer on each patch, scaled so that its peak is 1.

    image: of any size; beside the middle square that CLIP sees the map is 0.
    how: rollout follows the attention through all layers (Abnar and Zuidema 2020); "last layer" is the mean over its heads.
    model: which CLIP to use.
    """
    loaded = run.models.get("clip", model, run.say)
    run.progress(0, 1, "looking at the picture")
    heat = loaded.attention(image, how)
    run.progress(1, 1)
    return Heat(frozen(heat))


@node(heavy=True, tags=("imagenet", "class", "label", "recognise", "vit", "resnet", "image classification", "top-5"))
def classify(
    image: Image,
    count: Annotated[int, Slider(1, 1000)] = 5,
    model: Annotated[str, Model("classify")] = "auto",
    *,
    run: Run,
) -> Classes:
    """Say which classes a picture belongs to, with any model for image classification (softmax over its labels; sigmoid where several can be true).

    image: of any size; many models see its middle square only.
    count: how many of the likeliest classes are listed.
    model: which model to use; its labels are those that it was trained on.
    """
    loaded = run.models.get("classify", model, run.say)
    run.progress(0, 1, "looking at the picture")
    likely = loaded.shares(image)
    run.progress(1, 1)
    order = np.argsort(-likely, kind="stable")[:count]
    labels, shares = [loaded.labels[index] for index in order], [float(likely[index]) for index in order]
    return Classes(labels[0], shares[0], labels, shares)


@node(
    heavy=True, tags=("grad-cam", "gradcam", "saliency", "why", "heat map", "attention map", "xai", "class activation")
)
def explain(
    image: Image,
    label: str = "",
    method: Method = "grad-cam",
    model: Annotated[str, Model("classify")] = "auto",
    *,
    run: Run,
) -> Reason:
    """Show which places of a picture speak for a class: Grad-CAM (Selvaraju et al. 2017) at the last layer that has places, scaled so that its peak is 1.

    image: of any size; beside what the model sees the map is 0.
    label: the name of a class, as the model calls it, or its number from 0; empty for the likeliest.
    method: grad-cam works with convolutions and transformers and asks for one label; rollout and "last layer" show a ViT's attention, whatever the label.
    model: which model to use.
    """
    loaded = run.models.get("classify", model, run.say)
    run.progress(0, 2, "looking at the picture")
    likely = loaded.shares(image)
    number = _number(label, loaded.labels) if label.strip() else int(likely.argmax())
    run.progress(1, 2)
    heat = loaded.why(image, number, method)
    run.progress(2, 2)
    if not heat.any():
        run.say(f"nothing in the picture speaks for '{loaded.labels[number]}', so the heat map is empty")
    return Reason(Heat(frozen(heat)), loaded.labels[number], float(likely[number]))


def _cosines(image: np.ndarray, texts: list[str], model: str, run: Run) -> tuple[np.ndarray, float]:
    """The cosine of each text, and by what CLIP multiplies them."""
    loaded = run.models.get("clip", model, run.say)
    for text in texts:
        if loaded.is_too_long(text):
            run.say(f"this text is too long for CLIP, which does not read its end: '{text[:80]}…'")
    return loaded.likeness(image, texts, run.progress), loaded.scale


def _filled(text: str, socket: str) -> str:
    if not text.strip():
        raise BadInput(socket, "a text is empty", "write what may be in the picture")
    return text


def _number(label: str, labels: tuple[str, ...]) -> int:
    """The number of a class by its name, one of its names ("tabby, tabby cat") or its number."""
    asked = label.strip().lower()
    for number, name in enumerate(labels):
        if asked in (name.lower(), *(part.strip() for part in name.lower().split(","))):
            return number
    if asked.isdecimal() and int(asked) < len(labels):
        return int(asked)
    listed = ", ".join(labels[:LISTED]) + (f" and {len(labels) - LISTED} more" if len(labels) > LISTED else "")
    what = f"this model has no class '{label[:100]}'"
    raise BadInput("label", what, f"{did_you_mean(label, labels) or 'choose one'}; it knows {listed}")
