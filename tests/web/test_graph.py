"""What an artist does on the canvas."""

from __future__ import annotations

import base64
import json
from typing import Any

from playwright.sync_api import Page, expect

from .conftest import Server, until


def open_graph(server: Server, page: Page, name: str = "replace_word") -> None:
    page.goto(f"{server.url}#/graph/{name}")
    expect(page.get_by_role("application", name="Graph")).to_be_visible()
    expect(page.get_by_role("group", name="Load").first).to_be_visible()


def flow_of(page: Page, name: str = "") -> dict[str, Any]:
    """The graph of the current tab, as the page keeps it for the next visit."""
    script = """async () => {
      Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
      document.dispatchEvent(new Event("visibilitychange")); // what is open is kept at once when the page is left
      delete document.visibilityState;
      const base = await new Promise((resolve, reject) => {
        const request = indexedDB.open("graft", 1);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      const rows = await new Promise((resolve) => {
        const request = base.transaction("tabs").objectStore("tabs").getAll();
        request.onsuccess = () => resolve(request.result);
      });
      base.close();
      return rows.at(-1).flow;
    }"""
    return dict(page.evaluate(script))


def add_node(page: Page, words: str) -> None:
    """By the palette, with the keyboard alone."""
    page.keyboard.press("/")
    search = page.get_by_role("combobox", name="Find a node…")
    search.fill(words)
    page.keyboard.press("Enter")
    expect(search).to_be_hidden()


def test_a_graph_runs_and_shows_what_each_node_made(server: Server, page: Page) -> None:
    open_graph(server, page)
    expect(page.get_by_role("img", name="Overview of the graph")).to_be_hidden()  # all of it is in sight
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("replaced", exact=False).last).to_be_visible()
    expect(page.get_by_role("tab", name="Results")).to_be_visible()


def test_changes_are_there_after_a_reload_and_can_be_undone(server: Server, page: Page) -> None:
    open_graph(server, page)
    before = flow_of(page)
    box = page.get_by_role("group", name="Load").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 140, box["y"] + 68, steps=5)
    page.mouse.up()
    moved = flow_of(page)
    assert moved != before
    page.reload()
    expect(page.get_by_role("group", name="Load").first).to_be_visible()
    assert flow_of(page) == moved
    page.get_by_role("application", name="Graph").focus()
    page.keyboard.press("Control+z")
    assert flow_of(page) == before


def test_a_graph_is_saved_under_a_new_name_and_a_stale_save_is_refused(server: Server, page: Page) -> None:
    open_graph(server, page, "recolor")
    page.get_by_role("application", name="Graph").focus()
    add_node(page, "invert")
    page.get_by_role("button", name="Save", exact=True).click()
    name = page.get_by_role("dialog").get_by_role("textbox", name="Name")
    name.fill("mine")
    name.press("Enter")
    expect(page).to_have_url(f"{server.url}#/graph/mine")
    text = page.request.get(f"{server.url}api/workflows/mine")
    page.request.put(
        f"{server.url}api/workflows/mine",
        data=json.dumps({**text.json(), "title": "Somebody else's"}),
        headers={"If-Match": text.headers["etag"], "Content-Type": "application/json"},
    )
    page.get_by_role("application", name="Graph").focus()
    add_node(page, "blur")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("Somebody else has saved this graph")
    kept = page.request.get(f"{server.url}api/workflows/mine").json()
    assert kept["title"] == "Somebody else's"


def link(page: Page, own: str, partner: str) -> None:
    """Link the selected node without a mouse: one of its sockets, then one of another node's."""
    page.keyboard.press("l")
    socket = page.get_by_role("combobox", name="Which socket?")
    socket.fill(own)
    page.keyboard.press("Enter")
    other = page.get_by_role("combobox", name="Link", exact=False)
    other.fill(partner)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_the_main_graph_is_built_from_nothing_by_keyboard_alone(server: Server, page: Page) -> None:
    page.goto(server.url)
    page.get_by_role("button", name="New graph").press("Enter")
    expect(page.get_by_role("application", name="Graph")).to_be_visible()
    add_node(page, "load picture")
    add_node(page, "mask from words")
    link(page, "image", "load image")
    add_node(page, "inpaint")
    link(page, "image", "load image")
    link(page, "mask", "mask from words mask")
    add_node(page, "save picture")
    link(page, "image", "inpaint image")
    nodes = flow_of(page)["nodes"]
    assert [node["type"] for node in nodes.values()] == [
        "image.load",
        "segment.mask_from_words",
        "diffusion.inpaint",
        "image.save",
    ]
    load, find, paint, save = nodes
    assert nodes[find]["inputs"]["image"] == {"node": load, "output": "image"}
    assert nodes[paint]["inputs"]["mask"] == {"node": find, "output": "mask"}
    assert nodes[save]["inputs"]["image"] == {"node": paint, "output": "image"}
    places = [tuple(node["at"]) for node in nodes.values()]
    assert len(set(places)) == 4  # none lies on another


def test_everything_is_undone(server: Server, page: Page) -> None:
    page.goto(server.url)
    page.get_by_role("button", name="New graph").click()
    expect(page.get_by_role("application", name="Graph")).to_be_visible()
    for words in ("load picture", "blur", "save picture"):
        add_node(page, words)
    assert len(flow_of(page)["nodes"]) == 3
    for _ in range(3):
        page.keyboard.press("Control+z")
    assert flow_of(page)["nodes"] == {}
    for _ in range(3):
        page.keyboard.press("Control+Shift+z")
    assert len(flow_of(page)["nodes"]) == 3


DROP = """async ([target, name, type, base64]) => {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], name, { type }));
  const pane = document.querySelector(target);
  const box = pane.getBoundingClientRect();
  const place = { clientX: box.left + 30, clientY: box.top + 30, bubbles: true, cancelable: true, dataTransfer: data };
  pane.dispatchEvent(new DragEvent("dragover", place));
  pane.dispatchEvent(new DragEvent("drop", place));
}"""


def test_a_picture_that_graft_made_brings_its_graph(server: Server, page: Page) -> None:
    flow = {
        "format": 1,
        "title": "Held by a picture",
        "nodes": {
            "a": {"type": "image.solid", "inputs": {"width": 16, "height": 16}},
            "s": {"type": "image.save", "inputs": {"image": {"node": "a", "output": "image"}, "name": "held"}},
        },
    }
    job = page.request.post(f"{server.url}api/jobs", data={"workflow": flow}).json()["jobs"][0]["id"]
    page.goto(server.url)
    until(page, "async (id) => (await (await fetch(`api/jobs/${id}`)).json()).status === 'done'", job)
    picture = page.request.get(f"{server.url}api/files/outputs/held.png").body()
    open_graph(server, page)
    page.evaluate(DROP, [".react-flow__pane", "held.png", "image/png", base64.b64encode(picture).decode()])
    expect(page.get_by_role("link", name="Held by a picture")).to_be_visible()
    assert flow_of(page)["nodes"] == flow["nodes"]


def test_two_thousand_nodes_open_and_move(server: Server, page: Page) -> None:
    nodes = {
        f"n{n}": {
            "type": "image.blur",
            "at": [n % 50 * 320, n // 50 * 260],
            "inputs": {"image": {"node": f"n{n - 1}", "output": "image"}} if n else {},
        }
        for n in range(2000)
    }
    page.request.put(
        f"{server.url}api/workflows/large",
        data={"format": 1, "title": "Large", "nodes": nodes},
        headers={"If-None-Match": "*"},
    )
    page.goto(f"{server.url}#/graph/large")
    expect(page.get_by_role("group", name="Blur").first).to_be_visible()
    assert page.locator(".react-flow__node").count() < 200  # only what is in sight
    expect(page.get_by_role("img", name="Overview of the graph")).to_be_visible()
    page.mouse.move(500, 400)
    page.mouse.wheel(0, 600)
    expect(page.get_by_role("group", name="Blur").first).to_be_visible()
