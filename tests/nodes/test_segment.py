"""segment: words are understood, things told apart and chosen, weights in the true formats loaded, and boxes cut out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph import BadInput
from nodes.models.segment import Sight, load_segment
from nodes.segment import grab, mask_from_words
from nodes.segment.colours import SAMPLES, shares
from nodes.segment.labels import Labels
from nodes.segment.parts import log_odds, split
from nodes.segment.phrases import parse
from tests.toys import ToyRun, toy_run
from train.scenes import COLOURS, KINDS, SYNONYMS, draw_background, draw_scene

STARTER = Path(__file__).parents[2] / "models" / "starter" / "masker"
NAMES = ("background", "car", "dog")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("car", [("car", (), "", "", 1, False)], id="plain"),
        pytest.param("The car.", [("car", (), "", "", 1, False)], id="article-and-stop"),
        pytest.param("cars", [("cars", (), "", "", 1, True)], id="plural"),
        pytest.param("every bus", [("bus", (), "", "", 1, True)], id="every"),
        pytest.param("2 dogs", [("dogs", (), "", "", 1, True)], id="number"),
        pytest.param("the sky", [("sky", (), "", "", 1, True)], id="stuff-has-no-pieces"),
        pytest.param("the light-blue cup", [("cup", ("blue",), "light", "", 1, False)], id="tone-with-hyphen"),
        pytest.param("dark green bus", [("bus", ("green",), "dark", "", 1, False)], id="tone"),
        pytest.param("navy sofa", [("sofa", ("blue",), "dark", "", 1, False)], id="other-colour-name"),
        pytest.param("an orange", [("orange", (), "", "", 1, False)], id="colour-that-is-a-thing"),
        pytest.param("black and white cat", [("cat", ("black", "white"), "", "", 1, False)], id="two-colours"),
        pytest.param("the dog on the left", [("dog", (), "", "left", 1, False)], id="place-behind"),
        pytest.param("left-hand chair", [("chair", (), "", "left", 1, False)], id="place-before"),
        pytest.param("biggest tree", [("tree", (), "", "biggest", 1, False)], id="size"),
        pytest.param("second car from the right", [("car", (), "", "right", 2, False)], id="rank"),
        pytest.param(
            "car, red bicycle and the cups",
            [("car", (), "", "", 1, False), ("bicycle", ("red",), "", "", 1, False), ("cups", (), "", "", 1, True)],
            id="several",
        ),
    ],
)
def test_parse(words: str, expected: list[tuple[Any, ...]]) -> None:
    assert [(p.noun, p.colours, p.tone, p.place, p.rank, p.many) for p in parse(words)] == expected


@pytest.mark.parametrize(
    ("words", "what"),
    [
        pytest.param("", "no word", id="empty"),
        pytest.param("  ,;  ", "no thing", id="only-commas"),
        pytest.param("the", "no thing", id="only-an-article"),
        pytest.param("car " * 30_000, "120000 characters", id="far-too-long"),
    ],
)
def test_parse_says_what_is_wrong(words: str, what: str) -> None:
    with pytest.raises(BadInput, match=what) as caught:
        parse(words)
    assert caught.value.socket == "words"
    assert caught.value.cure


@pytest.mark.parametrize(
    ("name", "labels", "found"),
    [
        pytest.param("car", ["sky", "car;auto;automobile"], [1], id="one-of-a-label's-names"),
        pytest.param("automobile", ["sky", "car"], [1], id="synonym"),
        pytest.param("couches", ["sofa"], [0], id="plural-of-a-synonym"),
        pytest.param("man", ["person"], [0], id="narrower-name"),
        pytest.param("person", ["man", "car"], [], id="wider-name-finds-nothing"),
        pytest.param("tree", ["tree-merged"], [0], id="suffix-without-meaning"),
        pytest.param("brick wall", ["wall-brick", "wall-other-merged"], [0], id="turned-label"),
        pytest.param("walls", ["wall-brick", "wall-other-merged"], [0, 1], id="several-labels"),
        pytest.param("stop signs", ["stop_sign"], [0], id="underscore"),
        pytest.param("foreground", ["background", "car", "sky-other-merged", "dog;hound"], [1, 3], id="foreground"),
    ],
)
def test_labels(name: str, labels: list[str], found: list[int]) -> None:
    assert list(Labels(labels).indices(name)) == found


def test_every_drawn_kind_is_found_by_all_its_names() -> None:
    labels = Labels(("background", *KINDS))
    for kind, names in SYNONYMS.items():
        for name in names:
            assert labels.indices(name) == (1 + KINDS.index(kind),)


def test_colours_of_the_drawn_world_are_named() -> None:
    assert set(COLOURS) == set(SAMPLES)
    for name, rgb in COLOURS.items():
        for light in (0.85, 1.0, 1.06):
            pixels = np.clip(np.array([rgb]) * light, 0, 255).astype(np.uint8)
            assert shares(pixels, np.ones(1))[name] == 1.0, (name, light)


def evidence(*boxes: tuple[int, int, int, int], side: int = 64) -> np.ndarray:
    """Log-odds (side, side): 3 in the boxes (x0, y0, x1, y1), -5 elsewhere."""
    heat = np.full((side, side), -5.0, np.float32)
    for x0, y0, x1, y1 in boxes:
        heat[y0:y1, x0:x1] = 3
    return heat


@pytest.mark.parametrize(
    ("boxes", "between", "count"),
    [
        pytest.param([(5, 5, 20, 20), (30, 5, 45, 20)], 0.0, 2, id="side-by-side"),
        pytest.param([(5, 5, 20, 20), (24, 5, 45, 20)], 0.3, 1, id="linked-by-weaker-evidence"),
        pytest.param([(5, 5, 20, 20), (24, 5, 45, 20)], 0.1, 2, id="too-weak-to-link"),
        pytest.param([(5, 5, 40, 40), (60, 60, 62, 62)], 0.0, 1, id="a-speck"),
        pytest.param([], 0.0, 0, id="nothing"),
    ],
)
def test_split(boxes: list[tuple[int, int, int, int]], between: float, count: int) -> None:
    heat = evidence(*boxes)
    if between:
        heat[10, 20:24] = log_odds(between)
    parts = split(heat, 0.4)
    big = [box for box in boxes if box[2] - box[0] > 2]
    assert len(parts) == count
    assert sum(int(part.region.sum()) for part in parts) == sum((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in big)
    assert [p.mass for p in parts] == sorted((p.mass for p in parts), reverse=True)


class ToyModel:
    """Sees what it is told to: maps of evidence by label or phrase."""

    def __init__(
        self, seen: dict[str, np.ndarray], kind: str = "labels", pieces: list[np.ndarray] | None = None
    ) -> None:
        self.kind, self.seen, self.pieces = kind, seen, pieces
        self.labels = tuple(seen) if kind == "labels" else ()

    def look(self, image: np.ndarray, asked: Any, threshold: float) -> list[Sight]:
        keys = [self.labels[a[0]] if self.kind == "labels" else a for a in asked]
        return [Sight(self.seen[key], self.pieces) for key in keys]


class ToyShelf:
    """Has one model, whatever is asked for."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def get(self, kind: str, name: str = "auto", say: Any = None) -> Any:
        assert kind == "segment"
        return self.model


LEFT, RIGHT, SMALL = (4, 20, 28, 50), (36, 20, 58, 50), (30, 54, 38, 60)
STREET = {"car": evidence(LEFT, RIGHT, SMALL), "dog": evidence(), "tree": evidence((2, 2, 62, 12))}


def street() -> np.ndarray:
    """A blue thing at the left, a red one at the right, a small white one below, each with dark windows; 128 × 256."""
    picture = np.full((64, 64, 3), (120, 170, 90), np.uint8)
    for (x0, y0, x1, y1), colour in ((LEFT, COLOURS["blue"]), (RIGHT, COLOURS["red"]), (SMALL, COLOURS["white"])):
        picture[y0:y1, x0:x1] = colour
        picture[y0 + 1, x0:x1] = (40, 40, 44)
    return np.repeat(np.repeat(picture, 2, 0), 4, 1)


def found_boxes(words: str, run: ToyRun, **options: Any) -> list[list[float]]:
    """The boxes that the node marks in the street, on the model's grid; checks that mask and heat fit them."""
    found = mask_from_words(street(), words, run=run, **options)
    assert found.mask.dtype == np.uint8
    assert found.mask.shape == (128, 256)
    assert set(np.unique(found.mask)) == {0, 255}
    assert found.heat.dtype == np.float32
    assert found.heat.shape == (128, 256)
    assert 0 <= found.heat.min() < found.heat.max() <= 1
    inside = np.zeros((128, 256), bool)
    for x0, y0, x1, y1 in found.boxes.astype(int):
        inside[y0:y1, x0:x1] = True
    assert found.boxes.dtype == np.float32
    assert (found.mask[inside] > 0).mean() > 0.9
    assert not found.mask[~inside].any()
    return sorted((found.boxes / [4, 2, 4, 2]).round().astype(int).tolist())


@pytest.mark.parametrize(
    ("words", "options", "expected"),
    [
        pytest.param("car", {}, [LEFT], id="one-the-greatest"),
        pytest.param("cars", {}, [LEFT, SMALL, RIGHT], id="all"),
        pytest.param("car", {"pick": "all"}, [LEFT, SMALL, RIGHT], id="pick-all"),
        pytest.param("cars", {"pick": "one"}, [LEFT], id="pick-one"),
        pytest.param("the red automobile", {}, [RIGHT], id="red"),
        pytest.param("white car", {}, [SMALL], id="small-but-white"),
        pytest.param("red and blue cars", {}, [LEFT, RIGHT], id="two-colours"),
        pytest.param("car on the right", {}, [RIGHT], id="right"),
        pytest.param("second car from the left", {}, [SMALL], id="rank"),
        pytest.param("smallest car", {}, [SMALL], id="smallest"),
        pytest.param("big cars", {}, [LEFT, RIGHT], id="several-by-size"),
        pytest.param("car on the bottom", {}, [SMALL], id="bottom"),
        pytest.param("red car and tree", {}, [(2, 2, 62, 12), RIGHT], id="union"),
        pytest.param("old sports car", {}, [LEFT], id="adjectives-are-left-out"),
    ],
)
def test_choosing(words: str, options: dict[str, Any], expected: list[tuple[int, ...]], tmp_path: Path) -> None:
    run = toy_run(tmp_path, ToyShelf(ToyModel(STREET)))
    assert found_boxes(words, run, **options) == sorted(list(box) for box in expected)


@pytest.mark.parametrize(
    ("words", "what"),
    [
        pytest.param("dog", r"nothing that looks like 'dog' was found: the heat map's peak is 0\.01", id="absent"),
        pytest.param(
            "giraffe", r"nothing that looks like 'giraffe' was found.*no label.*knows car, dog, tree", id="no-label"
        ),
        pytest.param("purple car", r"no purple car was found: .* is blue, red, white", id="no-such-colour"),
        pytest.param("fifth car from the left", r"number 5 from the left: 3 found", id="no-such-rank"),
    ],
)
def test_what_is_not_there(words: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=what) as caught:
        mask_from_words(street(), words, run=toy_run(tmp_path, ToyShelf(ToyModel(STREET))))
    assert caught.value.socket == "words"


def test_a_slip_of_the_pen_is_asked_about(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        mask_from_words(street(), "automobil", run=toy_run(tmp_path, ToyShelf(ToyModel(STREET))))
    assert "did you mean 'automobile'" in caught.value.cure
    assert "open-vocabulary" in caught.value.cure


def test_what_is_left_out_or_missing_is_said(tmp_path: Path) -> None:
    run = toy_run(tmp_path, ToyShelf(ToyModel(STREET)))
    mask_from_words(street(), "sports car and dog", run=run)
    assert any("'sports car' is taken as 'car'" in text for text in run.said)
    assert any("nothing that looks like 'dog'" in text for text in run.said)
    assert any("3 things look like" in text for text in run.said)


def test_touching_things_are_cut_where_colour_and_certainty_change(tmp_path: Path) -> None:
    left, right = (4, 20, 30, 50), (30, 20, 58, 50)
    picture = np.full((64, 64, 3), (120, 170, 90), np.uint8)
    picture[20:50, 4:30], picture[20:50, 30:58] = COLOURS["blue"], COLOURS["red"]
    doubt = evidence(left, right)
    doubt[20:50, 29:31] = log_odds(0.6)
    for heat, expected in ((doubt, [29, 20, 58, 50]), (evidence(left, right), [4, 20, 58, 50])):
        run = toy_run(tmp_path, ToyShelf(ToyModel({"car": heat})))
        assert mask_from_words(picture, "the red car", run=run).boxes.tolist() == [expected]
    run = toy_run(tmp_path, ToyShelf(ToyModel({"car": doubt})))
    assert mask_from_words(np.full_like(picture, COLOURS["red"]), "the red car", run=run).boxes.tolist() == [
        [4, 20, 58, 50]
    ]


def test_open_vocabulary_models_are_asked_the_words_themselves(tmp_path: Path) -> None:
    seen = {"shiny red car": evidence(LEFT), "wheels": evidence(SMALL)}
    run = toy_run(tmp_path, ToyShelf(ToyModel(seen, "words")))
    assert found_boxes("the shiny red car, wheels", run) == [list(LEFT), list(SMALL)]


def test_models_that_tell_things_apart_keep_touching_ones_apart(tmp_path: Path) -> None:
    a, b = (4, 20, 30, 50), (30, 20, 58, 50)
    model = ToyModel({"car": evidence(a, b)}, pieces=[evidence(a), evidence(b)])
    assert found_boxes("car on the left", toy_run(tmp_path, ToyShelf(model))) == [list(a)]


def test_threshold_widens_the_mask(tmp_path: Path) -> None:
    x = np.linspace(-4, 4, 64, dtype=np.float32)
    run = toy_run(tmp_path, ToyShelf(ToyModel({"car": 3 - np.hypot(x, x[:, None])})))
    areas = [int((mask_from_words(street(), "car", t, run=run).mask > 0).sum()) for t in (0.8, 0.5, 0.2)]
    assert areas[0] < areas[1] < areas[2]


# ---- weights in the true formats, made here ----


def save_segformer(folder: Path) -> None:
    from transformers import SegformerConfig, SegformerForSemanticSegmentation, SegformerImageProcessor

    config = SegformerConfig(
        id2label=dict(enumerate(NAMES)), hidden_sizes=[8, 8, 16, 16], depths=[1] * 4, num_attention_heads=[1, 1, 2, 2],
        decoder_hidden_size=16,
    )  # fmt: skip
    SegformerForSemanticSegmentation(config).save_pretrained(folder)
    SegformerImageProcessor(size={"height": 64, "width": 64}).save_pretrained(folder)


def save_upernet(folder: Path) -> None:
    from transformers import ResNetConfig, SegformerImageProcessor, UperNetConfig, UperNetForSemanticSegmentation

    stages = ["stage1", "stage2", "stage3", "stage4"]
    backbone = ResNetConfig(
        embedding_size=8, hidden_sizes=[8, 8, 8, 8], depths=[1] * 4, layer_type="basic", out_features=stages
    )
    config = UperNetConfig(
        backbone_config=backbone,
        hidden_size=8,
        pool_scales=[1, 2],
        use_auxiliary_head=False,
        id2label=dict(enumerate(NAMES)),
    )
    UperNetForSemanticSegmentation(config).save_pretrained(folder)
    SegformerImageProcessor(size={"height": 64, "width": 64}).save_pretrained(folder)


def save_mask2former(folder: Path) -> None:
    """Every query says "car" with some certainty, so that there are things to tell apart."""
    import torch
    from transformers import (
        Mask2FormerConfig,
        Mask2FormerForUniversalSegmentation,
        Mask2FormerImageProcessor,
        SwinConfig,
    )

    backbone = SwinConfig(
        image_size=64, embed_dim=8, depths=[1] * 4, num_heads=[1, 1, 2, 2], window_size=2,
        out_features=["stage1", "stage2", "stage3", "stage4"],
    )  # fmt: skip
    config = Mask2FormerConfig(
        backbone_config=backbone, hidden_dim=32, feature_size=32, mask_feature_size=32, encoder_layers=1, decoder_layers=2,
        num_attention_heads=2, num_queries=4, encoder_feedforward_dim=16, dim_feedforward=16, id2label=dict(enumerate(NAMES)),
    )  # fmt: skip
    model = Mask2FormerForUniversalSegmentation(config)
    with torch.no_grad():
        model.class_predictor.bias += torch.tensor([0.0, 6.0, 0.0, 0.0])
    model.save_pretrained(folder)
    Mask2FormerImageProcessor(size={"height": 64, "width": 64}).save_pretrained(folder)


def save_clipseg(folder: Path) -> None:
    from transformers import CLIPSegConfig, CLIPSegForImageSegmentation, CLIPSegProcessor, ViTImageProcessor

    from tests.weights import tokenizer

    words = tokenizer(folder / "words")
    small = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2}
    special = {
        "bos_token_id": words.bos_token_id,
        "eos_token_id": words.eos_token_id,
        "pad_token_id": words.pad_token_id,
    }
    config = CLIPSegConfig(
        text_config={**small, **special, "vocab_size": len(words), "max_position_embeddings": words.model_max_length},
        vision_config={**small, "image_size": 32, "patch_size": 8},
        projection_dim=16, reduce_dim=16, extract_layers=[0, 1], decoder_num_attention_heads=2, decoder_intermediate_size=16,
    )  # fmt: skip
    CLIPSegForImageSegmentation(config).save_pretrained(folder)
    CLIPSegProcessor(ViTImageProcessor(size={"height": 32, "width": 32}), words).save_pretrained(folder)


SAVERS = {
    "segformer": save_segformer,
    "upernet": save_upernet,
    "mask2former": save_mask2former,
    "clipseg": save_clipseg,
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    import torch

    made = {name: tmp_path_factory.mktemp(name) for name in SAVERS}
    for name, folder in made.items():
        torch.manual_seed(0)
        SAVERS[name](folder)
    return made


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize("name", list(SAVERS))
def test_true_formats_load_and_answer(name: str, folders: dict[str, Path]) -> None:
    model = load_segment(folders[name], "cpu")
    assert (model.kind, model.labels) == (("words", ()) if name == "clipseg" else ("labels", NAMES))
    for height, width in ((40, 72), (1, 1)):
        sights = model.look(noise(height, width), ["a car", "dog"] if name == "clipseg" else [(1,), (1, 2)], 0.3)
        assert len(sights) == 2
        assert all(s.evidence.dtype == np.float32 and s.evidence.ndim == 2 for s in sights)
        assert np.isfinite(sights[0].evidence).all()
        assert not np.array_equal(sights[0].evidence, sights[1].evidence)
        for piece in sights[0].pieces or []:
            assert piece.shape == sights[0].evidence.shape
    assert (sights[0].pieces is not None) == (name == "mask2former")


@pytest.mark.parametrize("name", list(SAVERS))
def test_the_node_answers_at_the_picture_s_size(name: str, folders: dict[str, Path], tmp_path: Path) -> None:
    run = toy_run(tmp_path, ToyShelf(load_segment(folders[name], "cpu")))
    found = mask_from_words(noise(90, 61), "cars", 0.01, run=run)
    assert found.mask.shape == found.heat.shape == (90, 61)
    assert found.mask.any()
    assert len(found.boxes) >= 1


@pytest.mark.parametrize("name", ["segformer", "upernet"])
def test_evidence_agrees_with_the_pipeline(name: str, folders: dict[str, Path]) -> None:
    from PIL import Image
    from transformers import pipeline

    image = noise(64, 64)
    by_label = {
        p["label"]: np.asarray(p["mask"]) > 0
        for p in pipeline("image-segmentation", str(folders[name]))(Image.fromarray(image))
    }
    sights = load_segment(folders[name], "cpu").look(image, [(0,), (1,), (2,)], 0.4)
    for label, sight in zip(NAMES, sights, strict=True):
        grown = (
            np.kron(sight.evidence, np.ones((64 // sight.evidence.shape[0],) * 2)) > 0.02
        )  # more likely than all others together
        assert (by_label.get(label, np.zeros((64, 64), bool))[grown]).mean() > 0.9 if grown.any() else True


def test_things_of_mask2former_are_those_of_its_own_post_processing(folders: dict[str, Path]) -> None:
    from PIL import Image

    model: Any = load_segment(folders["mask2former"], "cpu")
    image = noise(48, 64)
    theirs = [np.asarray(thing["mask"]) > 0 for thing in model.pipe(Image.fromarray(image), threshold=0.5)]
    pieces = model.look(image, [(1,)], 0.5)[0].pieces
    assert len(theirs) == len(pieces) > 0
    assert {piece.tobytes() for piece in theirs} == {(piece > 0).tobytes() for piece in pieces}


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        pytest.param("drop", "missing", id="a-tensor-is-missing"),
        pytest.param("truncate", "can't be loaded", id="truncated-weights"),
        pytest.param("no-weights", "can't be loaded", id="no-weights"),
        pytest.param("pickle", "can't be loaded", id="pickled-weights-only"),
        pytest.param("no-processor", "can't be loaded", id="no-processor"),
        pytest.param("no-json", "config.json can't be read", id="config-is-no-json"),
        pytest.param("other", "no segmentation model", id="another-kind-of-model"),
        pytest.param("unknown", "can't be loaded", id="unknown-architecture"),
    ],
)
def test_broken_folders_are_named(damage: str, what: str, folders: dict[str, Path], tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "broken"
    shutil.copytree(folders["segformer"], folder)
    spoil(folder, damage)
    with pytest.raises(BadInput, match=what) as caught:
        load_segment(folder, "cpu")
    assert str(folder) in caught.value.what
    assert caught.value.cure
    assert caught.value.socket == "model"


def spoil(folder: Path, damage: str) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    weights, config = folder / "model.safetensors", folder / "config.json"
    if damage == "drop":
        tensors = load_file(weights)
        tensors.pop("decode_head.classifier.weight")
        save_file(tensors, weights, {"format": "pt"})
    elif damage == "truncate":
        weights.write_bytes(weights.read_bytes()[:5000])
    elif damage in ("no-weights", "pickle"):
        if damage == "pickle":
            torch.save(load_file(weights), folder / "pytorch_model.bin")
        weights.unlink()
    elif damage == "no-processor":
        (folder / "preprocessor_config.json").unlink()
    elif damage == "no-json":
        config.write_text("{")
    else:
        name = "SegformerForImageClassification" if damage == "other" else "MarvelForSemanticSegmentation"
        config.write_text(config.read_text().replace("SegformerForSemanticSegmentation", name))


# ---- the starter masker ----


@pytest.fixture(scope="module")
def starter() -> ToyShelf:
    return ToyShelf(load_segment(STARTER, "cpu"))


def overlap(found: np.ndarray, wanted: np.ndarray) -> float:
    a, b = found > 127, wanted > 127
    return float((a & b).sum() / (a | b).sum())


def test_the_starter_finds_drawn_things(starter: ToyShelf, tmp_path: Path) -> None:
    run = toy_run(tmp_path, starter)
    values = []
    for seed in range(700_000, 700_008):
        scene = draw_scene(seed, (300, 420), (1, 3))
        for drawn in scene.objects:
            if sum(other.kind == drawn.kind for other in scene.objects) == 1:
                values.append(overlap(mask_from_words(scene.image, drawn.kind, run=run).mask, drawn.mask))
    assert np.mean(values) > 0.75


def test_the_starter_finds_the_red_one(starter: ToyShelf, tmp_path: Path) -> None:
    scene = draw_scene(700_100, 384, (2, 2), ["car"], ["red", "blue"])
    assert {drawn.colour for drawn in scene.objects} == {"red", "blue"}
    for drawn in scene.objects:
        found = mask_from_words(scene.image, f"the {drawn.colour} car", run=toy_run(tmp_path, starter))
        assert overlap(found.mask, drawn.mask) > 0.7


def test_the_starter_says_not_there(starter: ToyShelf, tmp_path: Path) -> None:
    from random import Random

    empty = draw_background(Random(5), 256, 256, "meadow").pixels.round().astype(np.uint8)
    with pytest.raises(BadInput, match=r"nothing that looks like 'car' was found: the heat map's peak is 0\.\d\d"):
        mask_from_words(empty, "car", run=toy_run(tmp_path, starter))


# ---- grab ----


def blob(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """A speckled orange ellipse on speckled blue, and where it is."""
    y, x = np.mgrid[:height, :width]
    inside = ((x - width * 0.5) / (width * 0.2)) ** 2 + ((y - height * 0.5) / (height * 0.3)) ** 2 < 1
    colours = np.where(inside[..., None], (220, 120, 40), (60, 90, 170))
    speckle = np.random.default_rng(1).normal(0, 12, (height, width, 1))
    return np.clip(colours + speckle, 0, 255).astype(np.uint8), inside


@pytest.mark.parametrize(
    ("height", "width", "least"),
    [pytest.param(120, 160, 0.97, id="small"), pytest.param(1500, 2000, 0.98, id="larger-than-it-works-at")],
)
def test_grab(height: int, width: int, least: float, tmp_path: Path) -> None:
    image, inside = blob(height, width)
    box = np.array([[0.25 * width, 0.15 * height, 0.75 * width, 0.85 * height]], np.float32)
    mask = grab(image, box, 2, run=toy_run(tmp_path))
    assert mask.shape == (height, width)
    assert mask.dtype == np.uint8
    assert overlap(mask, inside * np.uint8(255)) > least
    assert not mask[: int(0.14 * height)].any()
    assert np.array_equal(mask, grab(image, box, 2, run=toy_run(tmp_path)))


@pytest.mark.parametrize(
    ("box", "what"),
    [
        pytest.param([], "no box", id="none"),
        pytest.param([[500, 10, 600, 90]], "0×80 pixels inside the picture of 160×120", id="outside"),
        pytest.param([[10, 10, 10, 90]], "0×80 pixels", id="no-width"),
        pytest.param([[0, 0, 160, 120]], "the whole picture", id="whole-picture"),
        pytest.param([[0, np.nan, 50, 50]], "finite", id="not-a-number"),
    ],
)
def test_grab_needs_a_box_with_surroundings(box: list[list[float]], what: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=what) as caught:
        grab(blob(120, 160)[0], np.array(box, np.float32).reshape(-1, 4), run=toy_run(tmp_path))
    assert caught.value.socket == "box"
    assert caught.value.cure
