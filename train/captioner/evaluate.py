"""How good the exported captioner is on unseen scenes, through transformers, with the beams that look.caption starts with."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from PIL import Image

from train.captioner.export import FOLDER
from train.captioner.words import NUMBERS, sentence
from train.scenes import COLOURS, KINDS, PLACES, Scene, draw_scene
from train.scenes.backgrounds import ON_PLACE
from train.tagger.pool import HELD_OUT_SEED, draw
from train.tagger.views import pattern

SEED = HELD_OUT_SEED + 2_000_000
BEAMS, LONGEST = 3, 40
NAMED = re.compile(rf"\b(an?|{'|'.join(NUMBERS[2:])}) ({'|'.join(COLOURS)}) ({'|'.join(KINDS)})s?\b")


def read(caption: str) -> tuple[Counter[tuple[str, str]], str]:
    """The things that a caption names, (colour, kind) with how many, and its place ("" for none)."""
    things: Counter[tuple[str, str]] = Counter()
    for number, colour, kind in NAMED.findall(caption):
        things[colour, kind] += NUMBERS.index("a" if number == "an" else number)
    return things, next((place for place in PLACES if caption.endswith(ON_PLACE[place])), "")


def truth(scene: Scene) -> str:
    """The caption that a scene should get."""
    width = scene.image.shape[1]
    things = [(o.kind, o.colour, (o.box[0] + o.box[2]) / 2 / width) for o in scene.objects]
    return sentence(things, scene.background)


def like_training(count: int) -> Iterator[Scene]:
    """Scenes as the training drew them, of other seeds."""
    return (draw(seed) for seed in range(SEED, SEED + count))


def large(count: int) -> Iterator[Scene]:
    """Scenes of 512 × 512 with 1 to 4 things."""
    return (draw_scene(seed, 512, (1, 4)) for seed in range(SEED + 500_000, SEED + 500_000 + count // 4))


def compare(pairs: list[tuple[str, str]]) -> dict[str, float]:
    """Figures of captions. pairs: what it should say, what it says."""
    total: Counter[str] = Counter()
    for wanted, said in pairs:
        (true, place), (found, there) = read(wanted), read(said)
        kinds, named = (Counter(kind for (_, kind), n in c.items() for _ in range(n)) for c in (true, found))
        total["true"] += kinds.total()
        total["found"] += named.total()
        total["right"] += (kinds & named).total()
        total["coloured"] += (true & found).total()
        total["place"] += place == there
        total["counts"] += kinds.total() == named.total()
        total["exact"] += wanted == said
    return {
        "kind recall": total["right"] / total["true"], "kind precision": total["right"] / max(1, total["found"]),
        "colour accuracy": total["coloured"] / max(1, total["right"]), "place accuracy": total["place"] / len(pairs),
        "number of things": total["counts"] / len(pairs), "exact match": total["exact"] / len(pairs),
    }  # fmt: skip


def _captioner() -> Any:
    from transformers import BlipForConditionalGeneration, BlipProcessor

    model = BlipForConditionalGeneration.from_pretrained(FOLDER, dtype=torch.float32).eval()
    processor = BlipProcessor.from_pretrained(FOLDER)

    @torch.inference_mode()
    def say(image: np.ndarray) -> str:
        given = processor(images=[Image.fromarray(image)], return_tensors="pt")
        made = model.generate(**given, max_new_tokens=LONGEST, num_beams=BEAMS, do_sample=False)[0]
        return " ".join(str(processor.decode(made, skip_special_tokens=True)).split())

    return say


def evaluate(count: int) -> dict[str, dict[str, float]]:
    """Figures for scenes as in training, by how many things they show, and for large ones; and how many patterns are said to show nothing."""
    torch.set_num_threads(1)
    say, result = _captioner(), {}
    for name, scenes in (("scenes", like_training(count)), ("scenes of 512", large(count))):
        by_number: dict[int, list[tuple[str, str]]] = {}
        for scene in scenes:
            by_number.setdefault(len(scene.objects), []).append((truth(scene), say(scene.image)))
        pairs = [pair for rows in by_number.values() for pair in rows]
        result[name] = compare(pairs)
        print(name, len(pairs), " ".join(f"{key} {value:.4f}" for key, value in result[name].items()), flush=True)
        for number, rows in sorted(by_number.items()):
            print(f"    {number} things: {len(rows)} scenes, exact {sum(a == b for a, b in rows) / len(rows):.3f}")
        for wanted, said in [pair for pair in pairs if pair[0] != pair[1]][:8]:
            print(f"    - {wanted}\n    + {said}")
    rng = np.random.default_rng(SEED)
    bare = sum(say(pattern(rng)) == sentence([], "") for _ in range(count // 4))
    print(f"patterns {count // 4}, {bare} are said to show nothing")
    return result
