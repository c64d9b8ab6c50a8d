"""What goes wrong around a page: files that nobody should open, a browser without room, a line that is cut again and again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from .conftest import Server
from .test_graph import open_graph

MARKUP = "<img src=x onerror=\"document.title='broken in'\"><b>bold</b>"
FULL = """() => { IDBObjectStore.prototype.put = () => { throw new DOMException('no room', 'QuotaExceededError') } }"""


def open_file(page: Page, file: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Open a file…").click()
    chooser.value.set_files(file)


def test_a_workflow_of_fifty_megabytes_is_refused(server: Server, page: Page, tmp_path: Path) -> None:
    nodes = {"words": {"type": "value.text", "inputs": {"text": "na " * 17_450_000}}}
    file = tmp_path / "large.json"
    file.write_text(json.dumps({"format": 1, "title": "Much to say", "nodes": nodes}))
    assert file.stat().st_size > 50_000_000
    page.goto(server.url)
    open_file(page, file)
    expect(page.get_by_role("alert").filter(has_text="50 MB, and a graph may have 16")).to_be_visible()


def test_names_with_markup_are_shown_and_never_interpreted(server: Server, page: Page, tmp_path: Path) -> None:
    flow = {
        "format": 1,
        "title": MARKUP,
        "inputs": {MARKUP: "text.text"},
        "nodes": {
            "text": {"type": "value.text", "title": MARKUP, "inputs": {"text": MARKUP}, "at": [0, 0]},
            "odd": {"type": f"pack.{MARKUP}", "inputs": {MARKUP: MARKUP}, "at": [400, 0]},
        },
        "editor": {
            "notes": {"n": {"text": f"{MARKUP} [x](javascript:alert(1))", "at": [0, 300], "size": [300, 200]}},
            "groups": {"g": {"title": MARKUP, "at": [-40, -80], "size": [800, 340]}},
        },
    }
    file = tmp_path / "odd.json"
    file.write_text(json.dumps(flow))
    page.goto(server.url)
    open_file(page, file)
    expect(page.get_by_role("application", name="Graph")).to_be_visible()
    expect(page.get_by_text(MARKUP).first).to_be_visible()
    page.goto(page.url.replace("#/graph/", "#/form/"))
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_visible()
    assert page.locator("img[src=x]").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    assert "broken in" not in page.evaluate("document.title.split('<')[0]")


def test_a_full_browser_says_that_nothing_is_kept(server: Server, page: Page) -> None:
    open_graph(server, page)
    page.evaluate(FULL)
    page.get_by_role("textbox", name="quality").fill("80")
    page.keyboard.press("Tab")
    expect(page.get_by_role("alert").filter(has_text="no room left")).to_be_visible()


def test_without_storage_the_page_says_so(server: Server, page: Page) -> None:
    page.add_init_script("indexedDB.open = () => { throw new Error('none') }")
    open_graph(server, page)
    expect(page.get_by_role("alert").filter(has_text="keeps nothing")).to_be_visible()


@pytest.mark.parametrize("text", ["", "{", "[1,2]", '{"format":1,"nodes":{"a":{"type":1}}}', "\0" * 100, "http://x/"])
def test_junk_in_the_clipboard_does_no_harm(server: Server, page: Page, text: str) -> None:
    open_graph(server, page)
    count = page.locator(".react-flow__node").count()
    script = """(text) => { const data = new DataTransfer(); data.setData('text/plain', text);
      document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })) }"""
    page.evaluate(script, text)
    page.keyboard.press("Control+a")
    assert page.locator(".react-flow__node").count() == count
    expect(page.get_by_role("application", name="Graph")).to_be_visible()


def test_a_line_that_is_cut_again_and_again_loses_no_event(server: Server, page: Page) -> None:
    """Every connection is cut after its third message; the run is followed to its end all the same."""
    cuts = []

    def cut(route: WebSocketRoute) -> None:
        line = route.connect_to_server()
        messages = []

        def pass_on(message: str | bytes) -> None:
            messages.append(message)
            route.send(message)
            if len(messages) == 3:
                cuts.append(route.url)
                line.close()
                route.close()

        line.on_message(pass_on)

    page.route_web_socket("**/api/events*", cut)
    open_graph(server, page)
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("tab", name="History").click()
    expect(page.get_by_text("Done").filter(visible=True).first).to_be_visible()
    assert cuts
