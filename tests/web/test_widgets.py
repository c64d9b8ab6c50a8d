"""What is set in a node with more than a line: boxes and points on a picture, curves, lists of steps, and models."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from nodes.models import catalogue

from .. import hub
from .conftest import Server

IMAGE = {"node": "photo", "output": "image"}
PHOTO = {"type": "image.load", "at": [0, 0], "inputs": {"path": "examples/two_cars.png"}}  # 768 × 512
SAVE = {"type": "image.save", "at": [1020, 0], "inputs": {"name": "widgets", "overwrite": True}}


def put(server: Server, name: str, nodes: dict[str, Any], **more: Any) -> None:
    """Save a graph on the server under a name that is free."""
    flow = {"format": 1, "title": name, "nodes": nodes, **more}
    request = urllib.request.Request(
        f"{server.url}api/workflows/{name}",
        json.dumps(flow).encode(),
        {"Content-Type": "application/json", "If-None-Match": "*"},
        method="PUT",
    )
    urllib.request.urlopen(request).close()


def open_graph(server: Server, page: Page, name: str, title: str = "Load") -> None:
    page.goto(f"{server.url}#/graph/{name}")
    expect(page.get_by_role("group", name=title).first).to_be_visible()


def value(page: Page, node: str, socket: str) -> Any:
    """What the graph says now, as the page would send it: the copied node's text."""
    script = """async ([node, socket]) => {
      const base = await new Promise((resolve) => {
        const request = indexedDB.open("graft", 1);
        request.onsuccess = () => resolve(request.result);
      });
      const rows = await new Promise((resolve) => {
        const request = base.transaction("tabs").objectStore("tabs").getAll();
        request.onsuccess = () => resolve(request.result);
      });
      base.close();
      return rows.at(-1)?.flow.nodes[node].inputs[socket] ?? null;
    }"""
    return page.evaluate(script, [node, socket])


def becomes(page: Page, node: str, socket: str, wanted: Any) -> None:
    """Wait until the page has kept this value."""
    for _ in range(100):
        if value(page, node, socket) == wanted:
            return
        page.evaluate("() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 50)))")
    assert value(page, node, socket) == wanted


def at(board: Locator, x: float, y: float) -> tuple[float, float]:
    """Where a pixel of the picture of 768 × 512 lies on the screen."""
    frame = board.bounding_box()
    assert frame is not None
    return frame["x"] + x / 768 * frame["width"], frame["y"] + y / 512 * frame["height"]


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    page.mouse.move(*end)
    page.mouse.up()


def near(found: Any, wanted: list[Any], by: float = 3) -> bool:
    return len(found) == len(wanted) and all(abs(a - b) <= by for a, b in zip(found, wanted, strict=True))


def numbers(dialog: Locator) -> list[list[int]]:
    return [
        [int(box.input_value()) for box in row.get_by_role("textbox").all()]
        for row in dialog.get_by_role("row").all()[1:]
    ]


def axe(page: Page) -> None:
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]})
    assert found.violations_count == 0, found.generate_report()


def test_boxes_are_drawn_moved_typed_and_undone(server: Server, page: Page) -> None:
    put(server, "boxes", {"photo": PHOTO, "grab": {"type": "segment.grab", "at": [340, 0], "inputs": {"image": IMAGE}}})
    open_graph(server, page, "boxes")
    page.get_by_role("button", name="box: Draw boxes").click()
    dialog = page.get_by_role("dialog", name="Set box")
    board = dialog.locator(".widget-board-picture")
    expect(dialog.get_by_role("img", name="The picture to draw on")).to_be_visible()
    drag(page, at(board, 300, 400), at(board, 80, 260))
    expect(dialog.get_by_role("button", name="Box 1 from")).to_be_visible()
    assert near(numbers(dialog)[0], [80, 260, 300, 400])
    drag(page, at(board, 300, 400), at(board, 340, 440))  # its lower right corner
    assert near(numbers(dialog)[0], [80, 260, 340, 440])
    drag(page, at(board, 200, 350), at(board, 220, 340))  # its inside
    assert near(numbers(dialog)[0], [100, 250, 360, 430])
    dialog.get_by_role("button", name="Box 1 from").focus()
    before = numbers(dialog)[0]
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Alt+ArrowDown")
    assert numbers(dialog)[0] == [before[0] - 10, before[1], before[2] - 10, before[3] + 1]
    dialog.get_by_role("textbox", name="left, number 1").fill("12")
    expect(dialog.get_by_role("button", name="Box 1 from 12,")).to_be_visible()
    dialog.get_by_role("textbox", name="left, number 1").fill("9000")  # behind the right side: not taken
    expect(dialog.get_by_role("textbox", name="left, number 1")).to_have_attribute("aria-invalid", "true")
    dialog.get_by_role("button", name="Add a box").click()
    assert len(numbers(dialog)) == 2
    axe(page)
    dialog.get_by_role("button", name="Box 2 from").focus()
    page.keyboard.press("Delete")
    assert len(numbers(dialog)) == 1
    page.keyboard.press("Control+z")
    assert len(numbers(dialog)) == 2
    page.keyboard.press("Control+Shift+z")
    kept = numbers(dialog)
    assert len(kept) == 1
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="box: Boxes: 1")).to_be_focused()
    becomes(page, "grab", "box", kept)


def test_points_say_what_belongs_and_what_does_not(server: Server, page: Page) -> None:
    marked = {"type": "segment.points", "at": [340, 0], "inputs": {"image": IMAGE}}
    put(server, "points_set", {"photo": PHOTO, "marked": marked})
    open_graph(server, page, "points_set")
    page.get_by_role("button", name="points: Set points").click()
    dialog = page.get_by_role("dialog", name="Set points")
    board = dialog.locator(".widget-board-picture")
    page.mouse.click(*at(board, 180, 320))
    expect(dialog.get_by_role("button", name="Point 1, belongs to it")).to_be_visible()
    page.keyboard.down("Alt")
    page.mouse.click(*at(board, 400, 100))
    page.keyboard.up("Alt")
    expect(dialog.get_by_role("button", name="Point 2, does not belong")).to_be_visible()
    page.mouse.click(*at(board, 600, 60), button="right")
    expect(dialog.get_by_role("button", name="Point 3, does not belong")).to_be_visible()
    dialog.get_by_role("button", name="Does not belong", exact=True).click()
    page.mouse.click(*at(board, 700, 200))
    expect(dialog.get_by_role("button", name="Point 4, does not belong")).to_be_visible()
    drag(page, at(board, 180, 320), at(board, 190, 330))
    assert near(numbers(dialog)[0], [190, 330])
    dialog.get_by_role("button", name="Point 4, does not belong").focus()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="Point 4, belongs to it")).to_be_visible()
    dialog.get_by_role("checkbox", name="Belongs to it, number 3").check()
    axe(page)
    dialog.get_by_role("button", name="Remove number 2").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="points: Points: 3")).to_be_visible()


def test_where_there_is_no_picture_yet_it_is_made_first(server: Server, page: Page) -> None:
    put(
        server,
        "unmade",
        {
            "photo": PHOTO,
            "turned": {"type": "image.flip", "at": [340, 0], "inputs": {"image": IMAGE}},
            "cut": {
                "type": "image.crop_to_box",
                "at": [680, 0],
                "inputs": {"image": {"node": "turned", "output": "image"}},
            },
            "save": {**SAVE, "inputs": {**SAVE["inputs"], "image": {"node": "cut", "output": "image"}}},
        },
    )
    open_graph(server, page, "unmade")
    page.get_by_role("button", name="boxes: Draw boxes").click()
    dialog = page.get_by_role("dialog", name="Set boxes")
    expect(dialog.get_by_text("There is no picture to draw on yet.")).to_be_visible()
    axe(page)
    dialog.get_by_role("button", name="Run to here first").click()
    expect(dialog.get_by_role("img", name="The picture to draw on")).to_be_visible()
    board = dialog.locator(".widget-board-picture")
    drag(page, at(board, 100, 100), at(board, 300, 200))
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("widgets.png").first).to_be_visible()
    with urllib.request.urlopen(f"{server.url}api/files/outputs/widgets.png") as answer:
        assert answer.read(4) == b"\x89PNG"


def test_a_curve_is_bent(server: Server, page: Page) -> None:
    put(server, "tones", {"photo": PHOTO, "tone": {"type": "image.curves", "at": [340, 0], "inputs": {"image": IMAGE}}})
    open_graph(server, page, "tones")
    page.get_by_role("button", name="all: Straight").click()
    dialog = page.get_by_role("dialog")
    plot = dialog.locator(".widget-curve-plot")
    frame = plot.bounding_box()
    assert frame is not None
    page.mouse.dblclick(frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 4)
    expect(dialog.get_by_role("button", name="Point 2: 0.5 becomes 0.7")).to_be_visible()
    knot = dialog.get_by_role("button", name="Point 2:")
    knot.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowDown")
    dialog.get_by_role("textbox", name="To", exact=True).fill("0.6")
    dialog.get_by_role("textbox", name="From", exact=True).fill("0.4")
    dialog.get_by_role("button", name="Add a point").click()
    expect(dialog.get_by_role("button", name="Point 3: 0.7 becomes")).to_be_visible()
    axe(page)
    page.keyboard.press("Control+z")
    expect(dialog.get_by_role("button", name="Point 4:")).to_have_count(0)
    page.keyboard.press("Escape")
    becomes(page, "tone", "all", [[0, 0], [0.4, 0.6], [1, 1]])
    page.get_by_role("button", name="all: Curve with 3 points").click()
    dialog.get_by_role("button", name="Point 2:").focus()
    page.keyboard.press("Delete")
    page.keyboard.press("Escape")
    becomes(page, "tone", "all", [[0, 0], [1, 1]])
    page.get_by_role("button", name="red: Straight").click()
    dialog.get_by_role("button", name="More contrast").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="red: More contrast")).to_be_visible()


def test_a_list_of_steps_is_built_ordered_and_set(server: Server, page: Page) -> None:
    vary = {"type": "augment.apply", "at": [340, 0], "inputs": {"image": IMAGE, "steps": []}}
    save = {**SAVE, "inputs": {**SAVE["inputs"], "image": {"node": "vary", "output": "image"}}}
    put(server, "steps", {"photo": PHOTO, "vary": vary, "save": save}, inputs={"steps": "vary.steps"})
    open_graph(server, page, "steps")
    page.get_by_role("button", name="steps: Add an entry").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Nothing in the list yet.")).to_be_visible()
    for words in ["mirror", "gamma", "motion"]:
        dialog.get_by_role("button", name="Add", exact=True).click()
        dialog.get_by_role("textbox", name="Find…").fill(words)
        page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="3. Motion blur")).to_be_focused()
    expect(dialog.get_by_role("button", name="3. Motion blur")).to_have_attribute("aria-expanded", "true")
    dialog.get_by_label("length", exact=True).last.fill("21")
    dialog.get_by_role("button", name="2. Gamma").click()
    expect(dialog.get_by_role("button", name="2. Gamma")).to_have_attribute("aria-expanded", "false")
    dialog.get_by_label("direction").select_option("vertical")
    axe(page)
    dialog.get_by_role("button", name=re.compile("^Move Motion blur")).focus()
    page.keyboard.press("ArrowUp")
    expect(dialog.get_by_role("button", name="2. Motion blur")).to_be_visible()
    expect(dialog.get_by_role("button", name=re.compile("^Move Motion blur"))).to_be_focused()
    grip, over = (
        dialog.get_by_role("button", name=re.compile(f"^Move {name}")).bounding_box() for name in ("Gamma", "Flip")
    )
    assert grip is not None
    assert over is not None
    drag(page, (grip["x"] + 6, grip["y"] + 12), (over["x"] + 6, over["y"] + 4))
    expect(dialog.get_by_role("button", name="1. Gamma")).to_be_visible()
    dialog.get_by_role("button", name="Remove Gamma").click()
    page.keyboard.press("Escape")
    wanted = [{"do": "flip", "direction": "vertical"}, {"do": "motion_blur", "length": 21}]
    becomes(page, "vary", "steps", wanted)
    expect(page.get_by_role("button", name="steps: Flip, Motion blur")).to_be_visible()
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("widgets.png").first).to_be_visible()


def test_a_form_has_the_same_fields(server: Server, page: Page) -> None:
    nodes = {
        "photo": PHOTO,
        "cut": {"type": "image.crop_to_box", "at": [340, 0], "inputs": {"image": IMAGE, "boxes": [[10, 10, 200, 200]]}},
        "tone": {"type": "image.curves", "at": [680, 0], "inputs": {"image": {"node": "cut", "output": "image"}}},
        "vary": {
            "type": "augment.apply",
            "at": [1020, 0],
            "inputs": {"image": {"node": "tone", "output": "image"}, "steps": [{"do": "flip"}]},
        },
        "save": {**SAVE, "at": [1360, 0], "inputs": {**SAVE["inputs"], "image": {"node": "vary", "output": "image"}}},
    }
    inputs = {"picture": "photo.path", "boxes": "cut.boxes", "curve": "tone.all", "steps": "vary.steps"}
    put(server, "fields", nodes, inputs=inputs)
    page.goto(f"{server.url}#/form/fields")
    page.get_by_text("More settings").click()
    page.get_by_role("button", name="Boxes: Boxes: 1").click()
    dialog = page.get_by_role("dialog", name="Set Boxes")
    board = dialog.locator(".widget-board-picture")
    expect(dialog.get_by_role("button", name="Box 1 from 10, 10 to 200, 200")).to_be_visible()
    dialog.get_by_role("button", name="Remove all").click()
    drag(page, at(board, 100, 300), at(board, 400, 420))
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Curve: Straight").click()
    page.get_by_role("button", name="Negative").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Steps: Flip").click()
    page.get_by_role("button", name="Remove Flip").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Steps: Add an entry")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("link", name="Download").first).to_be_visible()


OFFER = next(offer for offer in catalogue.offers("chat") if ":" in offer.name)


@pytest.fixture
def manners() -> hub.Manners:
    return hub.Manners()


@pytest.fixture
def linked_server(tmp_path: Path, manners: hub.Manners) -> Iterator[Server]:
    """A server that may fetch, from a hub of this machine that has one of the models on offer."""
    repo, _, file = OFFER.name.partition(":")
    with hub.serve({repo: {file: b"GGUF" + b"x" * 600_000}}, manners) as (endpoint, _):
        own = {
            "GRAFT_OFFLINE": "",
            "HF_HUB_OFFLINE": "",
            "HF_ENDPOINT": endpoint,
            "HF_HUB_CACHE": str(tmp_path / "cache"),
            "HF_HOME": str(tmp_path / "hf"),
            "NO_PROXY": "*",
        }
        running = Server(tmp_path / "data", environment=own).start()
        yield running
        running.stop()


def test_a_model_is_fetched_stopped_and_chosen(linked_server: Server, page: Page, manners: hub.Manners) -> None:
    put(linked_server, "words", {"say": {"type": "language.parse_edit", "at": [0, 0], "inputs": {"sentence": "x"}}})
    open_graph(linked_server, page, "words", "Parse edit")
    page.get_by_role("button", name="model: auto").click()
    dialog = page.get_by_role("dialog", name="Choose a model")
    expect(dialog.get_by_role("button", name="starter")).to_be_visible()
    expect(dialog.get_by_text("Licence:").first).to_be_visible()
    fetch = dialog.get_by_role("button", name=f"Download {OFFER.title}")
    axe(page)

    manners.gate.clear()  # it stands still in the middle of the file
    fetch.click()
    expect(dialog.get_by_role("progressbar", name=OFFER.title)).to_be_visible()
    expect(dialog.get_by_text("kB of 600 kB")).to_be_visible()
    axe(page)
    dialog.get_by_role("button", name=f"Stop downloading {OFFER.title}").click()
    expect(dialog.get_by_text("The download was stopped.")).to_be_visible()
    expect(page.get_by_role("button", name="model: auto")).to_be_attached()

    manners.gated = {OFFER.name.partition(":")[0]}
    manners.gate.set()
    fetch.click()
    expect(dialog.get_by_role("alert")).to_contain_text("terms")
    manners.gated = set()
    fetch.click()
    expect(page.get_by_role("button", name=f"model: {OFFER.name}")).to_be_attached()
    expect(dialog.get_by_role("button", name=OFFER.name)).to_have_attribute("aria-pressed", "true")
    becomes(page, "say", "model", OFFER.name)
    dialog.get_by_role("button", name="starter").click()
    expect(page.get_by_role("button", name="model: starter")).to_be_focused()


def test_a_model_that_can_not_be_fetched_says_why(server: Server, page: Page) -> None:
    put(server, "words", {"say": {"type": "language.parse_edit", "at": [0, 0], "inputs": {"sentence": "x"}}})
    open_graph(server, page, "words", "Parse edit")
    page.get_by_role("button", name="model: auto").click()
    page.get_by_role("button", name=f"Download {OFFER.title}").click()
    expect(page.get_by_role("alert")).to_contain_text("downloads are switched off")
    expect(page.get_by_role("alert")).to_contain_text("GRAFT_OFFLINE")
