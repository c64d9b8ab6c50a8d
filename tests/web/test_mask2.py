"""The mask editor as people use it: clicks, boxes, outlines, keys, long work, and what is too much for it."""

from __future__ import annotations

import io
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.models.test_sam import small_sam

from .conftest import ROOT, Server, until
from .test_graph import flow_of
from .test_mask import open_mask

CAR = (360, 400)  # places in the picture street.png, 768 × 512
WINDOW = (390, 340)
WHEEL = (360, 445)
SIZE = (768, 512)
Place = tuple[float, float]


def board_of(page: Page) -> Locator:
    return page.get_by_role("application", name="Picture with its mask", exact=False)


def begin(server: Server, page: Page) -> None:
    """The editor over its picture, which has the focus as soon as it can be painted on."""
    open_mask(server, page)
    expect(board_of(page)).to_be_focused()


@pytest.fixture
def at(page: Page) -> Callable[[Place], Place]:
    """From a place of the picture to one of the page, while the picture is fitted to the window."""

    def place(point: Place, size: Place = SIZE) -> Place:
        box = board_of(page).bounding_box()
        assert box is not None
        scale = min((box["width"] - 48) / size[0], (box["height"] - 48) / size[1], 4)
        x, y = (point[i] - size[i] / 2 for i in (0, 1))
        return box["x"] + box["width"] / 2 + x * scale, box["y"] + box["height"] / 2 + y * scale

    return place


def marked(page: Page) -> float:
    """The share of the picture that is marked, in percent, as the editor tells it."""
    found = re.search(r"([\d.]+) % marked", page.get_by_role("contentinfo").inner_text())
    assert found
    return float(found[1])


HOLD_FEATHER = """{ const send = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (order, ...more) { if (order.task.kind !== "feather") send.call(this, order, ...more) } }"""


def wait_for_share(page: Page, low: float, high: float) -> None:
    page.wait_for_function(
        """([low, high]) => {
          const found = /([\\d.]+) % marked/.exec(document.querySelector(".mask-status")?.innerText ?? "");
          return found && Number(found[1]) >= low && Number(found[1]) <= high;
        }""",
        arg=[low, high],
    )


def said(page: Page, text: str) -> None:
    expect(page.get_by_role("status").filter(has_text=text).first).to_be_attached()


def drag(page: Page, start: Place, end: Place) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=6)
    page.mouse.up()


def proposal(page: Page) -> Locator:
    return page.get_by_role("region", name="Proposal")


def jobs_of(server: Server, page: Page) -> list[dict[str, Any]]:
    return list(page.request.get(f"{server.url}api/jobs").json()["jobs"])


def settle(page: Page, act: Callable[[], None]) -> dict[str, Any]:
    """Do something that asks the server, wait for its answer, and return what was posted."""
    with (
        page.expect_request(lambda request: request.method == "POST" and request.url.endswith("/api/jobs")) as posted,
        page.expect_response(lambda response: "/api/files/outputs/masks/proposal-" in response.url),
    ):
        act()
    expect(page.get_by_role("button", name="Cancel")).to_be_hidden()
    return dict(posted.value.post_data_json)


def points_of(posted: dict[str, Any]) -> list[list[float]]:
    return list(posted["workflow"]["nodes"]["find"]["inputs"].get("points", []))


def test_clicks_add_and_remove_and_can_be_moved_and_unsaid(
    own_server: Server, page: Page, at: Callable[[Place], Place]
) -> None:
    begin(own_server, page)
    page.keyboard.press("c")
    first = settle(page, lambda: page.mouse.click(*at(CAR)))
    assert first["quiet"] is True
    assert first["workflow"]["nodes"]["find"]["type"] == "segment.grab"
    ((x, y, sign),) = points_of(first)
    assert (abs(x - CAR[0]) < 2, abs(y - CAR[1]) < 2, sign) == (True, True, 1)
    expect(proposal(page)).to_contain_text("by colours (GrabCut)")
    said(page, "GrabCut found something by its colours")

    def take_away() -> None:
        page.keyboard.down("Alt")
        page.mouse.click(*at(WHEEL))
        page.keyboard.up("Alt")

    assert [row[2] for row in points_of(settle(page, take_away))] == [1, 0]
    # A point that is dragged is asked for where it is dropped; one that is clicked goes.
    moved = points_of(settle(page, lambda: drag(page, at(CAR), at(WINDOW))))
    assert len(moved) == 2
    assert abs(moved[0][0] - WINDOW[0]) < 2
    assert abs(moved[0][1] - WINDOW[1]) < 2
    assert len(points_of(settle(page, lambda: page.mouse.click(*at(WHEEL))))) == 1
    # Each step can be unsaid and said again.
    assert [row[2] for row in points_of(settle(page, lambda: page.keyboard.press("Control+z")))] == [1, 0]
    back = points_of(settle(page, lambda: page.keyboard.press("Control+z")))
    assert abs(back[0][0] - CAR[0]) < 2
    again = points_of(settle(page, lambda: page.keyboard.press("Control+Shift+z")))
    assert abs(again[0][0] - WINDOW[0]) < 2
    for _ in range(3):
        page.keyboard.press("Control+z")
    expect(proposal(page)).to_be_hidden()
    settle(page, lambda: page.mouse.click(*at(CAR)))
    proposal(page).get_by_role("button", name="Add").click()
    wait_for_share(page, 2, 40)
    # None of that is left for others to look at.
    until(page, "async () => !(await (await fetch('api/jobs')).json()).jobs.length")
    assert jobs_of(own_server, page) == []
    assert not list((own_server.data / "out").rglob("proposal-*"))


def test_only_what_does_not_belong_says_nothing_yet(server: Server, page: Page, at: Callable[[Place], Place]) -> None:
    begin(server, page)
    page.keyboard.press("c")
    page.get_by_role("button", name="Remove", exact=True).click()
    page.mouse.click(*at(CAR))
    expect(page.get_by_text("Say first what is meant", exact=False)).to_be_visible()
    expect(proposal(page)).to_be_hidden()


def test_a_box_and_a_point_go_together(server: Server, page: Page, at: Callable[[Place], Place]) -> None:
    begin(server, page)
    page.keyboard.press("c")
    boxed = settle(page, lambda: drag(page, at((262, 296)), at((602, 486))))
    ((left, top, right, bottom),) = boxed["workflow"]["nodes"]["find"]["inputs"]["box"]
    assert [abs(a - b) < 3 for a, b in zip((left, top, right, bottom), (262, 296, 602, 486), strict=True)] == [True] * 4
    both = settle(page, lambda: page.mouse.click(*at(CAR)))
    assert len(both["workflow"]["nodes"]["find"]["inputs"]["box"]) == 1
    assert len(points_of(both)) == 1
    proposal(page).get_by_role("button", name="Add").click()
    wait_for_share(page, 5, 14)


def test_words_then_lasso_then_all_of_it_is_undone(server: Server, page: Page, at: Callable[[Place], Place]) -> None:
    begin(server, page)
    page.keyboard.press("w")
    page.get_by_label("What to find").fill("tree")
    page.get_by_label("What to find").press("Enter")
    proposal(page).get_by_role("button", name="Add").click()
    wait_for_share(page, 3, 30)
    words = marked(page)
    page.keyboard.press("l")
    corners = [(60, 60), (260, 60), (260, 160), (60, 160)]
    page.mouse.move(*at(corners[0]))
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*at(corner), steps=8)
    page.mouse.up()
    wait_for_share(page, words + 4, words + 6)
    page.get_by_role("button", name="Invert").click()
    wait_for_share(page, 100 - words - 6, 100 - words - 4)
    for _ in range(3):
        page.keyboard.press("Control+z")
    wait_for_share(page, 0, 0)
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    for _ in range(3):
        page.keyboard.press("Control+Shift+z")
    wait_for_share(page, 100 - words - 6, 100 - words - 4)


def test_painting_by_keys_alone(server: Server, page: Page) -> None:
    begin(server, page)
    page.keyboard.press("ArrowRight")
    said(page, "Brush at")
    page.keyboard.press("Space")
    said(page, "Brush down at")
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")
    said(page, "Painting at")
    page.keyboard.press("Space")
    said(page, "Brush up at")
    wait_for_share(page, 2, 6)
    painted = marked(page)
    # The eraser goes back over half of it, as one step.
    page.keyboard.press("e")
    page.keyboard.press("Enter")
    for _ in range(2):
        page.keyboard.press("Shift+ArrowLeft")
    said(page, "Erasing at")
    page.keyboard.press("Enter")
    wait_for_share(page, 0.1, painted - 1)
    page.keyboard.press("Control+z")
    wait_for_share(page, painted, painted)
    # What is being drawn can be given up.
    page.keyboard.press("b")
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Escape")
    wait_for_share(page, painted, painted)
    page.keyboard.press("Control+s")
    expect(page.get_by_role("dialog", name="Paint a mask")).to_be_hidden()
    until = time.monotonic() + 30  # the page keeps its graph when it has time to
    while not any(node["type"] == "image.load_mask" for node in flow_of(page)["nodes"].values()):
        assert time.monotonic() < until


def test_points_by_keys_alone(server: Server, page: Page) -> None:
    begin(server, page)
    page.keyboard.press("c")
    for key in ("Shift+ArrowDown",) * 3 + ("ArrowLeft",) * 2:
        page.keyboard.press(key)
    posted = settle(page, lambda: page.keyboard.press("Space"))
    said(page, "GrabCut found something")
    assert [row[2] for row in points_of(posted)] == [1]
    page.keyboard.press("Space")
    said(page, "removed")
    expect(proposal(page)).to_be_hidden()
    settle(page, lambda: page.keyboard.press("Space"))
    page.keyboard.press("Enter")
    wait_for_share(page, 0.5, 60)


def test_with_weights_of_segment_anything_it_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: Page, at: Callable[[Place], Place]
) -> None:
    """A small checkpoint under the true names; what its random weights mark is not the matter, but who is asked and who answers."""
    import torch

    (tmp_path / "models" / "sam").mkdir(parents=True)
    torch.save(small_sam().state_dict(), tmp_path / "models" / "sam" / "tiny.pth")
    monkeypatch.setenv("GRAFT_MODELS", str(tmp_path / "models"))
    server = Server(tmp_path / "data").start()
    try:
        begin(server, page)
        page.keyboard.press("c")
        posted = settle(page, lambda: page.mouse.click(*at(CAR)))
        assert posted["workflow"]["nodes"]["find"]["type"] == "segment.points"
        expect(proposal(page)).to_contain_text("by Segment Anything")
        said(page, "Segment Anything found something")
        both = settle(page, lambda: drag(page, at((262, 296)), at((602, 486))))
        assert list(both["workflow"]["nodes"]["find"]["inputs"]) == ["image", "box"]
    finally:
        server.stop()


def test_the_list_of_keys(server: Server, page: Page) -> None:
    begin(server, page)
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("Move the brush without a pointer")
    page.keyboard.press("b")  # means nothing while the list is read
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    expect(page.get_by_role("dialog", name="Paint a mask")).to_be_visible()


def open_picture(server: Server, page: Page, name: str, picture: Image.Image, paint: str = "Paint a mask") -> None:
    """A graph of its own over a picture, and the brush of its mask."""
    name = f"mask_{name}"
    data = io.BytesIO()
    picture.save(data, "png", compress_level=1)
    kept = page.request.post(
        f"{server.url}api/files?name={name}.png",
        data=data.getvalue(),
        headers={"Content-Type": "application/octet-stream"},
    )
    (entry,) = kept.json()["files"]
    load = {"type": "image.load", "inputs": {"path": f"{entry['root']}/{entry['path']}"}, "at": [0, 0]}
    heal = {"type": "paint.heal", "inputs": {"image": {"node": "load", "output": "image"}}, "at": [400, 0]}
    graph = {"format": 1, "title": name, "nodes": {"load": load, "heal": heal}}
    headers = {"Content-Type": "application/json", "If-None-Match": "*"}
    assert page.request.put(f"{server.url}api/workflows/{name}", data=json.dumps(graph), headers=headers).ok
    page.goto(f"{server.url}#/graph/{name}")
    page.get_by_role("button", name=paint).first.click()


def test_a_picture_of_20000_pixels_is_refused_in_words(server: Server, page: Page) -> None:
    open_picture(server, page, "too_wide", Image.new("RGB", (20_000, 200), (200, 100, 50)))
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("20000 × 200 pixels; masks can be painted up to 8192")
    expect(alert).to_contain_text("Make it smaller first")
    alert.get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog", name="Paint a mask")).to_be_hidden()


def test_long_work_is_told_and_can_be_cancelled(server: Server, page: Page) -> None:
    """Nothing else is changed while it goes on, and what is cancelled leaves no step. The feathering never gets to its worker: it would end too soon."""
    page.add_init_script(HOLD_FEATHER)
    open_picture(server, page, "large", Image.new("L", (6000, 6000), 128))
    expect(page.get_by_role("button", name="Grow")).to_be_enabled()
    page.get_by_role("button", name="Fill all").click()
    wait_for_share(page, 100, 100)
    page.get_by_role("button", name="Feather").click()
    expect(page.get_by_role("progressbar", name="Changing the mask")).to_be_visible()
    expect(page.get_by_role("button", name="Grow")).to_be_disabled()
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Grow")).to_be_enabled()
    expect(page.get_by_role("dialog", name="Paint a mask")).to_be_visible()
    wait_for_share(page, 100, 100)
    page.get_by_role("button", name="Undo").click()
    wait_for_share(page, 0, 0)
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def test_the_fill_reads_the_picture_in_the_worker(server: Server, page: Page, at: Callable[..., Place]) -> None:
    picture = Image.new("RGB", (400, 300), (30, 60, 90))
    picture.paste((220, 180, 40), (100, 75, 300, 225))
    open_picture(server, page, "flat", picture)
    expect(board_of(page)).to_be_focused()
    page.keyboard.press("g")
    page.mouse.click(*at((200, 150), (400, 300)))
    wait_for_share(page, 25, 25)
    page.keyboard.press("x")
    page.mouse.click(*at((200, 150), (400, 300)))
    wait_for_share(page, 0, 0)


def test_arabic_counts_in_the_digits_of_the_rest(server: Server, page: Page) -> None:
    texts = json.loads((ROOT / "web" / "src" / "texts" / "ar.json").read_text())["mask"]
    page.add_init_script("localStorage.setItem('graft.language', 'ar')")
    open_picture(server, page, "arabic", Image.new("RGB", (300, 200), (30, 60, 90)), texts["title"])
    page.get_by_role("button", name=texts["fillAll"], exact=True).click()
    status = page.get_by_role("contentinfo")
    expect(status).to_contain_text(texts["share"].replace("{percent}", "100"))
    assert not re.search("[٠-٩]", status.inner_text())
    assert page.evaluate("document.documentElement.dir") == "rtl"
