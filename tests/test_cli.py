"""The command line as a person uses it: in this process where that tells the same, in one of its own where it does not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

import cli

ROOT = Path(__file__).resolve().parent.parent


def link(node: str, output: str) -> dict[str, str]:
    return {"node": node, "output": output}


CARD = {
    "format": 1,
    "title": "A card",
    "inputs": {"words": "text.text", "width": "plain.width", "picture": "photo.path"},
    "nodes": {
        "text": {"type": "value.text", "inputs": {"text": "hello"}},
        "photo": {"type": "image.load", "inputs": {"path": "photo.png"}},
        "plain": {"type": "image.solid", "inputs": {"width": 40, "height": 20, "colour": "#ff0000"}},
        "side": {
            "type": "image.side_by_side",
            "inputs": {"left": link("plain", "image"), "right": link("photo", "image")},
        },
        "save": {"type": "image.save", "inputs": {"image": link("side", "image"), "name": link("text", "text")}},
    },
}


@pytest.fixture
def card(tmp_path: Path) -> Path:
    Pillow.new("RGB", (8, 8), "blue").save(tmp_path / "photo.png")
    path = tmp_path / "card.json"
    path.write_text(json.dumps(CARD))
    return path


def pixels(path: Path) -> np.ndarray:
    with Pillow.open(path) as picture:
        return np.asarray(picture)


def run(path: Path, *more: str) -> int:
    return cli.main(["run", str(path), "--out", str(path.parent / "out"), *more])


def test_run_prints_the_path_of_what_it_wrote(card: Path, capsys: Any) -> None:
    assert run(card) == 0
    out, err = capsys.readouterr()
    written = Path(out.strip())
    assert written == card.parent / "out" / "hello.png"
    assert pixels(written).shape == (20, 56, 3)
    assert "nodes in" in err


def test_the_graphs_own_inputs_are_options(card: Path) -> None:
    assert run(card, "--words", "bye", "--width", "30") == 0
    assert pixels(card.parent / "out" / "bye.png").shape == (20, 46, 3)


def test_any_input_can_be_set(card: Path) -> None:
    assert run(card, "--set", "plain.height=10", "--set", "plain.colour=#00ff00") == 0
    picture = pixels(card.parent / "out" / "hello.png")
    assert picture.shape[0] == 10
    assert picture[0, 0].tolist() == [0, 255, 0]


def test_a_saved_picture_runs_again_with_the_values_it_was_made_with(card: Path, tmp_path: Path) -> None:
    assert run(card, "--words", "first") == 0
    first = tmp_path / "out" / "first.png"
    again = tmp_path / "again"
    assert cli.main(["run", str(first), "--out", str(again)]) == 0
    assert (pixels(again / "first.png") == pixels(first)).all()


@pytest.mark.parametrize("blocked", ["a file is there", "a file is above"])
def test_an_output_folder_that_can_not_be_is_told_before_the_work(card: Path, capsys: Any, blocked: str) -> None:
    (card.parent / "taken").write_text("")
    out = card.parent / "taken" if blocked == "a file is there" else card.parent / "taken" / "below"
    assert cli.main(["run", str(card), "--out", str(out)]) == 1
    assert "can't be made" in capsys.readouterr().err


def test_json_is_one_object_and_nothing_else(card: Path, capsys: Any) -> None:
    assert run(card, "--json") == 0
    out, err = capsys.readouterr()
    answer = json.loads(out)
    assert answer["ok"] is True
    assert answer["written"] == [str(card.parent / "out" / "hello.png")]
    assert err == ""


def test_json_also_tells_errors(card: Path, capsys: Any) -> None:
    assert run(card, "--json", "--set", "plain.width=0", "--set", "side.gap=-1") == 2
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False
    assert {(row["node"], row["socket"]) for row in answer["errors"]} == {("plain", "width"), ("side", "gap")}


@pytest.mark.parametrize(
    ("more", "code", "message"),
    [
        pytest.param(["--set", "plain.width=wide"], 2, "'wide' is no integer", id="not a number"),
        pytest.param(["--set", "plain=3"], 2, "not of the form node.input=value", id="no input named"),
        pytest.param(["--set", "plian.width=3"], 2, "no node 'plian'. Did you mean 'plain'.", id="no such node"),
        pytest.param(["--set", "plain.widht=3"], 2, "no input 'widht'. Did you mean 'width'.", id="no such input"),
        pytest.param(
            ["--wrods", "x"], 2, "unrecognized arguments: --wrods x. The graph itself takes --", id="no such option"
        ),
        pytest.param(["--picture", "gone.png"], 2, "photo.path: there is no file 'gone.png'", id="no such picture"),
        pytest.param(["--words", "../escape"], 1, "save.name", id="a name that leads out"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    card: Path, capsys: Any, more: list[str], code: int, message: str
) -> None:
    assert run(card, *more) == code
    assert message in capsys.readouterr().err
    assert not list(card.parent.glob("out/*"))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("not.png", b"hello", "photo.path", id="not a picture"),
        pytest.param("empty.png", b"", "photo.path", id="an empty file"),
        pytest.param("torn.png", None, "photo.path", id="a truncated picture"),
    ],
)
def test_a_broken_picture_is_an_error_of_its_node(
    card: Path, capsys: Any, name: str, content: bytes | None, message: str
) -> None:
    rng = np.random.default_rng(0)
    if content is None:
        Pillow.fromarray(rng.integers(0, 255, (64, 64, 3), np.uint8)).save(card.parent / name)
        content = (card.parent / name).read_bytes()[:3000]
    (card.parent / name).write_bytes(content)
    assert run(card, "--picture", str(card.parent / name)) == 1
    assert message in capsys.readouterr().err


def test_help_shows_the_graphs_options_and_their_values(card: Path, capsys: Any) -> None:
    assert cli.main(["run", str(card), "--help"]) == 0
    out = capsys.readouterr().out
    assert "--words" in out
    assert "[hello]" in out


def test_check_tells_all_problems(card: Path, tmp_path: Path, capsys: Any) -> None:
    assert cli.main(["check", str(card)]) == 0
    broken = json.loads(card.read_text())
    broken["nodes"]["plain"]["inputs"]["width"] = "x"
    broken["nodes"]["save"]["type"] = "image.svae"
    (tmp_path / "broken.json").write_text(json.dumps(broken))
    assert cli.main(["check", str(tmp_path / "broken.json"), str(card)]) == 2
    out = capsys.readouterr().out
    assert "2 to mend" in out
    assert "Did you mean 'image.save'" in out


def test_nodes_are_listed_and_explained(capsys: Any) -> None:
    assert cli.main(["nodes"]) == 0
    assert "segment.mask_from_words" in capsys.readouterr().out
    assert cli.main(["nodes", "image.load"]) == 0
    assert "inputs\n  path" in capsys.readouterr().out
    assert cli.main(["nodes", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) > 60
    assert cli.main(["nodes", "image.laod"]) == 2
    assert "Did you mean 'image.load'" in capsys.readouterr().err


def test_a_graph_without_a_writer_prints_its_values(tmp_path: Path, capsys: Any) -> None:
    graph = {
        "nodes": {"a": {"type": "value.text", "inputs": {"text": "hi"}}, "b": {"type": "image.solid", "inputs": {}}}
    }
    (tmp_path / "g.json").write_text(json.dumps(graph))
    assert cli.main(["run", str(tmp_path / "g.json")]) == 0
    out = capsys.readouterr().out
    assert "a.text: hi" in out
    assert "b.image: made, but no node writes it" in out


def test_ctrl_c_leaves_nothing_half_written(tmp_path: Path) -> None:
    """A run is interrupted while it writes a large picture; whatever moment that hits, the folder holds whole pictures or none."""
    nodes = {
        "noise": {"type": "image.gradient", "inputs": {"width": 3000, "height": 3000}},
        **{
            f"save{i}": {"type": "image.save", "inputs": {"image": link("noise", "image"), "name": f"big{i}"}}
            for i in range(40)
        },
    }
    (tmp_path / "big.json").write_text(json.dumps({"nodes": nodes}))
    out = tmp_path / "out"
    command = [sys.executable, str(ROOT / "cli.py"), "run", str(tmp_path / "big.json"), "--out", str(out)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    )
    try:
        while process.poll() is None and not (out.is_dir() and any(out.iterdir())):
            pass
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "stopped" in err
    assert "Traceback" not in err
    for path in out.iterdir():
        assert path.suffix == ".png"
        assert pixels(path).shape == (3000, 3000, 3)


def test_boxes_curves_and_steps_are_given_as_json(card: Path, tmp_path: Path, capsys: Any) -> None:
    flow = {
        "format": 1,
        "inputs": {"boxes": "cut.boxes", "curve": "tone.all", "steps": "vary.steps"},
        "nodes": {
            "plain": {"type": "image.solid", "inputs": {"width": 40, "height": 20, "colour": "#ff0000"}},
            "cut": {
                "type": "image.crop_to_box",
                "inputs": {"image": link("plain", "image"), "boxes": [[0, 0, 9, 9]], "number": 2},
            },
            "tone": {"type": "image.curves", "inputs": {"image": link("cut", "image")}},
            "vary": {"type": "augment.apply", "inputs": {"image": link("tone", "image"), "steps": []}},
            "save": {"type": "image.save", "inputs": {"image": link("vary", "image"), "name": "drawn"}},
        },
    }
    path = tmp_path / "drawn.json"
    path.write_text(json.dumps(flow))
    steps = '[{"do": "flip", "probability": 1}]'
    assert run(path, "--boxes", "[[0, 0, 9, 9], [4, 4, 11, 9]]", "--curve", "[[0, 1], [1, 0]]", "--steps", steps) == 0
    made = pixels(tmp_path / "out" / "drawn.png")
    assert made.shape == (5, 7, 3)
    assert (made == [0, 255, 255]).all()
    assert run(path, "--boxes", "[[0, 0, 9, 9], [9, 4, 1, 9]]", "--steps", '[{"do": "flop"}]') == 2
    said = capsys.readouterr().err
    assert "entry 2: left 9 is not less than right 1" in said
    assert "did you mean 'flip'" in said
    assert run(path, "--boxes", "[[0,") == 2
    assert "is no boxes" in capsys.readouterr().err
