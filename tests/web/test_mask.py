"""Painting a mask, by hand and by words."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from .conftest import Server
from .test_graph import flow_of, open_graph


def open_mask(server: Server, page: Page) -> None:
    """The mask of the node that removes, over its picture."""
    open_graph(server, page, "remove_object_photo")
    page.get_by_role("button", name="Paint a mask").first.click()
    expect(page.get_by_role("dialog", name="Paint a mask")).to_be_visible()
    expect(page.get_by_role("toolbar", name="Tools")).to_be_visible()


def test_a_mask_painted_by_hand_becomes_a_node(server: Server, page: Page) -> None:
    open_mask(server, page)
    board = page.get_by_role("application", name="Picture with its mask", exact=False)
    box = board.bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 80, middle[1] + 20, steps=8)
    page.mouse.up()
    page.get_by_role("button", name="Save mask").click()
    expect(page.get_by_role("dialog", name="Paint a mask")).to_be_hidden()
    flow = flow_of(page)
    (painted,) = [name for name, node in flow["nodes"].items() if node["type"] == "image.load_mask"]
    assert flow["nodes"][painted]["inputs"]["path"].startswith("files/")
    assert any(
        {"node": painted, "output": "mask"} in node.get("inputs", {}).values() for node in flow["nodes"].values()
    )


def test_words_find_a_thing(server: Server, page: Page) -> None:
    open_graph(server, page, "replace_word")
    page.get_by_role("button", name="Paint a mask").first.click()
    page.get_by_role("button", name="Find by words").click()
    field = page.get_by_label("What to find")
    field.fill("car")
    field.press("Enter")
    expect(page.get_by_role("region", name="Proposal")).to_be_visible()
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("button", name="Save mask").click()
    expect(page.get_by_role("dialog", name="Paint a mask")).to_be_hidden()
