"""Comparing values: from the menu of an input to a labelled table, in one step that can be undone."""

from __future__ import annotations

import json
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from .conftest import Server, until
from .test_graph import flow_of, open_graph

GRAPH: dict[str, Any] = {
    "format": 1,
    "title": "A blurred picture",
    "inputs": {"how far": "blur.radius"},
    "nodes": {
        "photo": {"type": "image.load", "at": [0, 0], "inputs": {"path": "examples/street.png"}},
        "turn": {"type": "image.rotate", "at": [340, 0], "inputs": {"image": {"node": "photo", "output": "image"}}},
        "blur": {
            "type": "image.blur",
            "at": [680, 0],
            "inputs": {"image": {"node": "turn", "output": "image"}, "radius": 2.0},
        },
        "save": {
            "type": "image.save",
            "at": [1020, 0],
            "inputs": {"image": {"node": "blur", "output": "image"}, "name": "compared-blur"},
        },
    },
}


def begin(server: Server, page: Page, name: str) -> None:
    put = page.request.put(
        f"{server.url}api/workflows/{name}",
        data=json.dumps(GRAPH),
        headers={"content-type": "application/json", "if-none-match": "*"},
    )
    assert put.ok, put.text()
    open_graph(server, page, name)


def ask(page: Page, node: str, socket: str) -> None:
    """Open the dialog from the menu of an input."""
    card = page.get_by_role("group", name=node)
    card.locator(f'[data-socket="{socket}"] label').click(button="right")
    page.get_by_role("menuitem", name=f"Compare values of {socket}…").click()
    expect(page.get_by_role("dialog", name="Compare values")).to_be_visible()


def test_two_inputs_become_a_table_that_runs_and_is_undone_in_one_step(server: Server, page: Page) -> None:
    begin(server, page, "compare-two")
    before = flow_of(page)["nodes"]
    ask(page, "Blur", "radius")
    values = page.get_by_role("textbox", name="Along the top: Values")
    expect(values).to_have_value("2")
    values.fill("1, 4, sixteen")
    expect(page.get_by_text("“sixteen” is no number")).to_be_visible()
    expect(page.get_by_role("button", name="Add and run")).to_be_disabled()
    values.fill("1, 4, 1")
    expect(page.get_by_text("“1” stands twice")).to_be_visible()
    values.fill("1-9:4")
    page.get_by_label("Down the side: Input").select_option("turn.expand")
    expect(page.get_by_role("checkbox", name="on")).to_be_checked()
    expect(page.get_by_text("Pictures: 6")).to_be_visible()
    page.get_by_label("Size of a picture").select_option("256")
    assert Axe().run(page).violations_count == 0, Axe().run(page).generate_report()
    page.get_by_role("button", name="Add and run").click()
    expect(page.get_by_role("dialog", name="Compare values")).to_be_hidden()
    expect(page.get_by_role("group", name="X/Y grid")).to_be_visible()
    expect(page.get_by_role("button", name="View compared.png")).to_be_visible()
    flow = flow_of(page)
    assert flow["nodes"]["radius"]["inputs"] == {"values": "1, 5, 9", "kind": "numbers"}
    assert flow["nodes"]["expand"]["inputs"] == {"values": "on\noff", "kind": "on or off"}
    assert flow["nodes"]["table"]["inputs"]["across_name"] == "radius"
    assert flow["inputs"] == {"how far": "radius.values"}
    page.keyboard.press("Control+z")
    expect(page.get_by_role("group", name="X/Y grid")).to_be_hidden()
    assert flow_of(page)["nodes"] == before


def test_the_table_is_saved_with_the_graph(server: Server, page: Page) -> None:
    begin(server, page, "compare-saved")
    ask(page, "Blur", "radius")
    page.get_by_role("textbox", name="Along the top: Values").fill("1, 2")
    page.get_by_role("button", name="Add to the graph").click()
    page.keyboard.press("Control+s")
    until(page, "async () => 'table' in (await (await fetch('/api/workflows/compare-saved')).json()).nodes")
    checked = page.request.post(f"{server.url}api/check", data={"workflow": flow_of(page)}).json()
    assert checked["problems"] == []
    assert checked["guesses"]["table"]["count"] == 1
    assert checked["guesses"]["blur"]["count"] == 2


def test_it_is_reached_by_keyboard_and_says_where_it_can_not_be(server: Server, page: Page) -> None:
    begin(server, page, "compare-keys")
    page.get_by_role("group", name="Rotate").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("v")
    dialog = page.get_by_role("dialog", name="Compare values")
    expect(dialog.get_by_label("Along the top: Input")).to_have_value("turn.angle")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    ask(page, "Blur", "radius")
    page.get_by_role("textbox", name="Along the top: Values").fill("1, 2")
    page.get_by_role("button", name="Add to the graph").click()
    page.get_by_role("group", name="Rotate").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("v")
    expect(dialog.get_by_text("runs once per item of a stream already")).to_be_visible()
    expect(dialog.get_by_role("button", name="Add and run")).to_be_disabled()
