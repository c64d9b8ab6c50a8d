"""A conversation about a picture: each sentence goes on from the one before, a changed one costs the turns from there on, one that is taken back is gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pictures

import graph
import nodes  # noqa: F401
from graph import BadInput, FolderStore, GraftError, Image, LayeredStore, Mask, MemoryStore, MissingWeights, Runner
from nodes.edit.conversation import conversation, said
from tests.toys import toy_run

COLOURS = {"red": (200, 0, 0), "green": (0, 200, 0), "blue": (0, 0, 200)}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Mapping[str, Any]]]:
    """Nodes that do in no time what the real ones do: every sentence is about the left half, and "make it red" adds red. What they were asked."""
    heard: list[tuple[str, Mapping[str, Any]]] = []

    def stand_in(kind: str, answer: Any) -> None:
        def function(**inputs: Any) -> Any:
            inputs.pop("run", None)
            heard.append((kind, inputs))
            return answer(**inputs)

        monkeypatch.setitem(graph.registry, kind, replace(graph.registry[kind], function=function))

    def parse(sentence: str, model: str) -> tuple[str, ...]:
        first = sentence.split()[0]
        actions = {"make": "recolor", "replace": "replace", "remove": "remove", "behind": "background"}
        if first not in actions:
            raise BadInput("sentence", "nothing was found", "say more")
        return (actions[first], "thing", "", "", "", "", sentence)

    def left(image: np.ndarray, **more: Any) -> tuple[Any, ...]:
        if more["words"] == "nothing":
            raise BadInput("words", "nothing was found", "try another word")
        mask = np.zeros(image.shape[:2], np.uint8)
        mask[:, : image.shape[1] // 2] = 255
        return mask, np.zeros(image.shape[:2], np.float32), np.zeros((0, 4), np.float32)

    def painted(image: np.ndarray, mask: Any, words: str) -> tuple[Image, Mask]:
        colour = np.array(next((value for name, value in COLOURS.items() if name in words), (9, 9, 9)), np.uint8)
        where = np.full(image.shape[:2], 255, np.uint8) if mask is None else mask
        return Image(np.where(where[..., None] > 0, image // 2 + colour // 2, image)), Mask(where)

    stand_in("language.parse_edit", parse)
    stand_in("segment.mask_from_words", left)
    stand_in("edit.instruct", lambda image, instruction, mask, **more: painted(image, mask, instruction))
    stand_in("diffusion.inpaint", lambda image, mask, prompt, **more: painted(image, mask, prompt))
    stand_in("paint.heal", lambda image, mask, **more: painted(image, mask, "green")[0])
    return heard


def grey() -> Image:
    return Image(np.full((4, 8, 3), 100, np.uint8))


def turns(tmp_path: Path, sentences: str, **more: Any) -> list[Any]:
    return list(conversation(grey(), sentences, run=toy_run(tmp_path), **more))


def kinds(asked: list[tuple[str, Mapping[str, Any]]]) -> list[str]:
    return [kind for kind, _ in asked]


def test_lines_are_sentences_and_what_is_taken_back_keeps_its_number() -> None:
    text = "\n make it red \r\n# make it blue\n\n  #\nremove it\n"
    assert said(text) == [(1, "make it red"), (4, "remove it")]


@pytest.mark.parametrize("by", ["instruct", "parts"])
def test_each_sentence_goes_on_from_the_one_before(asked: Any, tmp_path: Path, by: str) -> None:
    first, second = turns(tmp_path, "make it red\nmake it blue", by=by)
    assert (first.turn, first.sentence, second.turn) == (1, "make it red", 2)
    assert first.image[0, 0].tolist() == [150, 50, 50]
    assert second.image[0, 0].tolist() == [75, 25, 125]
    assert second.image[0, 7].tolist() == [100, 100, 100]
    assert second.changed[0].tolist() == [255] * 4 + [0] * 4


def test_a_sentence_that_is_taken_back_is_as_if_it_were_not_there(asked: Any, tmp_path: Path) -> None:
    kept = turns(tmp_path, "make it red\n# make it green\nmake it blue")
    assert [turn.turn for turn in kept] == [1, 3]
    assert np.array_equal(kept[-1].image, turns(tmp_path, "make it red\nmake it blue")[-1].image)


def test_every_turn_has_its_own_seed_that_does_not_move(asked: Any, tmp_path: Path) -> None:
    turns(tmp_path, "make it red\n# make it green\nmake it blue", seed=10)
    assert [inputs["seed"] for kind, inputs in asked if kind == "edit.instruct"] == [10, 12]


def test_parts_go_the_way_that_the_sentence_asks_for(asked: Any, tmp_path: Path) -> None:
    turns(tmp_path, "remove it", by="parts")
    assert kinds(asked) == ["language.parse_edit", "segment.mask_from_words", "segment.mask_from_words", "paint.heal"]
    assert asked[2][1]["words"] == "thing, foreground"
    asked.clear()
    last = turns(tmp_path, "behind it red", by="parts")[-1]
    assert kinds(asked) == ["language.parse_edit", "segment.mask_from_words", "diffusion.inpaint"]
    assert (asked[-1][1]["shape"], asked[-1][1]["grow"]) == ("mask", 0.0)
    assert last.changed[0].tolist() == [0] * 4 + [255] * 4


def test_instruct_sees_the_whole_picture_where_no_thing_is_named(asked: Any, tmp_path: Path) -> None:
    run = toy_run(tmp_path)
    list(conversation(grey(), "turn it red\nbehind it blue\nmake it green", run=run))
    masks = [inputs["mask"] for kind, inputs in asked if kind == "edit.instruct"]
    assert [mask is None for mask in masks] == [True, True, False]
    assert run.said == ["'turn it red': the whole picture is edited, because nothing was found"]
    asked.clear()
    turns(tmp_path, "make it red", look="the picture")
    assert kinds(asked) == ["edit.instruct"]


def flow(tmp_path: Path, sentences: str, **more: Any) -> graph.Workflow:
    Pictures.fromarray(np.full((4, 8, 3), 100, np.uint8)).save(tmp_path / "grey.png")
    return graph.build(
        {
            "format": 1,
            "nodes": {
                "photo": {"type": "image.load", "inputs": {"path": "grey.png"}},
                "talk": {
                    "type": "edit.conversation",
                    "inputs": {"image": {"node": "photo", "output": "image"}, "sentences": sentences, **more},
                },
                "save": {
                    "type": "image.save",
                    "inputs": {"image": {"node": "talk", "output": "image"}, "name": {"node": "talk", "output": "name"}},
                },
            },
        },
        folder=tmp_path,
        name="talk",
    )  # fmt: skip


class NoModels:
    def problems(self, kind: str, name: str) -> None:
        return None

    def fingerprint(self, kind: str, name: str) -> str:
        return "same"


@pytest.mark.parametrize("by", ["instruct", "parts"])
def test_only_the_turns_from_the_first_change_on_are_made_anew(asked: Any, tmp_path: Path, by: str) -> None:
    runner = Runner(graph.registry, NoModels(), store=MemoryStore(1 << 24))
    work = "edit.instruct" if by == "instruct" else "diffusion.inpaint"

    def made(sentences: str) -> list[str]:
        asked.clear()
        runner.run(runner.plan(flow(tmp_path, sentences, by=by)), tmp_path / "out", lambda event: None)
        return [inputs.get("instruction") or inputs["prompt"] for kind, inputs in asked if kind == work]

    assert made("make it red\nmake it green\nmake it blue") == ["make it red", "make it green", "make it blue"]
    assert made("make it red\nmake it green\nmake it blue") == []
    assert made("make it red\nmake it green\nmake it red") == ["make it red"]  # the last sentence alone
    assert made("make it red\n# make it green\nmake it red") == ["make it red"]  # behind the one taken back
    assert made("make it red\nmake it green\nmake it blue") == []  # brought back
    assert made("make it red\nmake it green\nmake it blue\nmake it red") == ["make it red"]


def test_the_turns_of_the_last_session_are_still_there(asked: Any, tmp_path: Path) -> None:
    for sentences in ("make it red", "make it red\nmake it blue"):
        asked.clear()
        store = LayeredStore(MemoryStore(1 << 24), FolderStore(tmp_path / "kept", 1 << 24))
        runner = Runner(graph.registry, NoModels(), store=store)
        runner.run(runner.plan(flow(tmp_path, sentences)), tmp_path / "out", lambda event: None)
        assert kinds(asked).count("edit.instruct") == 1


@pytest.mark.parametrize(
    ("sentences", "message"),
    [("", "sentences: it is empty"), ("# a\n#b", "sentences: there is no sentence that stands")],
)
def test_nothing_to_do_is_an_error(asked: Any, tmp_path: Path, sentences: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        turns(tmp_path, sentences)


def test_an_error_names_the_turn(asked: Any, tmp_path: Path) -> None:
    run = toy_run(tmp_path)
    items = conversation(grey(), "make it red\nsing", by="parts", run=run)
    assert next(items).turn == 1
    with pytest.raises(BadInput, match="sentences: turn 2, 'sing': nothing was found"):
        next(items)


def test_missing_weights_keep_their_offer(asked: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(**inputs: Any) -> Any:
        raise MissingWeights("an editor", "5 GB", "somewhere", "get it")

    monkeypatch.setitem(graph.registry, "edit.instruct", replace(graph.registry["edit.instruct"], function=missing))
    with pytest.raises(MissingWeights):
        turns(tmp_path, "make it red")
    assert issubclass(MissingWeights, GraftError)
