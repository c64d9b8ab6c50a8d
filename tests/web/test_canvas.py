"""What an artist does with the mouse on the canvas: nodes, links, groups, menus, graphs within graphs."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Locator, Page, expect

from . import conftest
from .conftest import Server
from .test_graph import DROP

Place = tuple[float, float]
GRAPH = """async () => {
  if (!(await indexedDB.databases()).some((base) => base.name === "graft")) return null;
  const base = await new Promise((done) => {
    const request = indexedDB.open("graft", 1);
    request.onsuccess = () => done(request.result);
  });
  const rows = await new Promise((done) => {
    const request = base.transaction("tabs").objectStore("tabs").getAll();
    request.onsuccess = () => done(request.result);
  });
  base.close();
  const flow = rows.at(-1)?.flow;
  const one = (id) => flow?.nodes?.[id] ?? {};
  try {
    return flow && (TEST) ? flow : null;
  } catch {
    return null;  // a part that is asked for is not there yet
  }
}"""
UNTIL = """async (patience) => {
  const ask = QUESTION;
  for (const end = Date.now() + patience; ; await new Promise((done) => setTimeout(done, 50))) {
    const found = await ask();
    if (found) return found;
    if (Date.now() > end) return null;
  }
}"""


def until(page: Page, question: str) -> Any:
    """What an async function of the page answers, asked again until it answers with something."""
    found = page.evaluate(UNTIL.replace("QUESTION", question), conftest.PATIENCE)
    assert found, question
    return found


def graph_when(page: Page, test: str) -> dict[str, Any]:
    """The graph of the newest tab as the page keeps it, once ``test`` is so: JavaScript of ``flow`` and ``one(node)``."""
    return dict(until(page, GRAPH.replace("TEST", test)))


def open_graph(server: Server, page: Page, name: str) -> None:
    page.goto(f"{server.url}#/graph/{name}")
    expect(page.locator(".react-flow__node").first).to_be_visible()
    graph_when(page, "true")


def open_given(server: Server, page: Page, name: str, nodes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Save a graph, anew where it was there, and open it."""
    flow = {"format": 1, "title": name, **more, "nodes": nodes}
    address = f"{server.url}api/workflows/{name}"
    tag = page.request.get(address).headers.get("etag")
    headers = {"If-Match": tag} if tag else {"If-None-Match": "*"}
    assert page.request.put(address, data=flow, headers=headers).ok
    open_graph(server, page, name)
    return flow


def new_graph(server: Server, page: Page) -> None:
    page.goto(server.url)
    page.get_by_role("button", name="New graph", exact=True).first.click()
    expect(page.get_by_role("application", name="Graph")).to_be_visible()
    graph_when(page, "!Object.keys(flow.nodes).length")


def node(page: Page, name: str) -> Locator:
    return page.locator(f'.react-flow__node[data-id="{name}"]')


def header(page: Page, name: str) -> Locator:
    return node(page, name).locator("header .nodes-title")


def socket(page: Page, name: str, which: str, side: str = "socket") -> Locator:
    return node(page, name).locator(f'[data-{side}="{which}"] .react-flow__handle')


def middle(place: Locator) -> Place:
    expect(place).to_be_visible()
    box = place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, start: Place, end: Place) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=5)
    page.mouse.move(*end, steps=5)
    page.mouse.up()


def draw(page: Page, output: tuple[str, str], target: tuple[str, str]) -> None:
    """Draw a link by mouse, from an output to an input."""
    drag(page, middle(socket(page, *output, "output")), middle(socket(page, *target)))


def on_link(page: Page, link: str, share: float = 0.5) -> Place:
    """A place of the screen on a link, this share of its way along."""
    script = """(path, share) => {
      const at = path.getPointAtLength(path.getTotalLength() * share), to = path.getScreenCTM();
      return [at.x * to.a + to.e, at.y * to.d + to.f];
    }"""
    line = page.locator(f'.react-flow__edge[data-id="{link}"] .react-flow__edge-interaction')
    x, y = line.evaluate(script, share)
    return x, y


def add(page: Page, at: Place, words: str) -> None:
    """Add a node with the mouse: double click on the canvas, find it, click on it."""
    page.mouse.dblclick(*at)
    search = page.get_by_role("combobox", name=re.compile("Find a node"))
    search.fill(words)
    page.get_by_role("option").first.click()
    expect(search).to_be_hidden()


def menu(page: Page, place: Locator | Place) -> list[str]:
    """Open the menu there; what it offers, without shortcuts."""
    page.mouse.click(*(place if isinstance(place, tuple) else middle(place)), button="right")
    expect(page.get_by_role("menu")).to_be_visible()
    return [item.inner_text().split("\n")[0] for item in page.get_by_role("menuitem").all()]


def pick(page: Page, *names: str) -> None:
    """Click through menu entries, from a menu to those within it."""
    for name in names:
        page.get_by_role("menuitem", name=name).last.click()
    expect(page.get_by_role("menu")).to_have_count(0)


def choose(page: Page, *names: str) -> None:
    """Select nodes by clicking on them."""
    for at, name in enumerate(names):
        header(page, name).click(modifiers=["Shift"] if at else [])
    expect(page.locator(".react-flow__node.selected")).to_have_count(len(names))


def undo(page: Page, times: int = 1) -> None:
    for _ in range(times):
        page.keyboard.press("Control+z")


def link(node: str, output: str = "image") -> dict[str, str]:
    return {"node": node, "output": output}


def same(flow: dict[str, Any]) -> str:
    """A test for ``graph_when``: the nodes are these again."""
    return f"JSON.stringify(flow.nodes) === JSON.stringify({json.dumps(flow['nodes'])})"


SOFT = {
    "load": {"type": "image.load", "at": [0, 0], "inputs": {"path": "examples/garden.png"}},
    "blur": {"type": "image.blur", "at": [340, 40], "inputs": {"image": link("load"), "radius": 2.0}},
    "save": {"type": "image.save", "at": [680, 0], "inputs": {"image": link("blur"), "name": "soft"}},
}


@pytest.mark.slow
def test_the_main_graph_is_built_and_run_by_mouse_then_undone_and_made_again(server: Server, page: Page) -> None:
    new_graph(server, page)
    for _ in range(3):
        page.get_by_role("button", name="Zoom out").click()
    for at, words in zip(
        [(60.0, 130.0), (60.0, 480.0), (300.0, 330.0), (510.0, 130.0), (720.0, 130.0)],
        ["image load", "parse edit", "mask from words", "inpaint", "image save"],
        strict=True,
    ):
        add(page, at, words)
    flow = graph_when(page, "Object.keys(flow.nodes).length === 5")
    load, parse, find, paint, save = flow["nodes"]
    draw(page, (load, "image"), (find, "image"))
    draw(page, (parse, "target"), (find, "words"))
    draw(page, (load, "image"), (paint, "image"))
    draw(page, (find, "mask"), (paint, "mask"))
    draw(page, (parse, "prompt"), (paint, "prompt"))
    draw(page, (paint, "image"), (save, "image"))
    node(page, load).get_by_role("button", name=re.compile("Choose")).click()
    page.get_by_role("dialog").get_by_role("button", name="street.png").click()
    sentence = node(page, parse).get_by_role("textbox", name="sentence")
    sentence.click()
    page.keyboard.type("Replace the car with a bicycle")
    name = node(page, save).get_by_role("textbox", name="name")
    name.click(click_count=3)
    page.keyboard.type("by_mouse")
    built = graph_when(page, f'one("{save}").inputs?.name === "by_mouse"')
    inputs = {name: entry.get("inputs", {}) for name, entry in built["nodes"].items()}
    assert inputs[load] == {"path": "examples/street.png"}
    assert inputs[parse] == {"sentence": "Replace the car with a bicycle"}
    assert inputs[find] == {"image": link(load), "words": link(parse, "target")}
    assert inputs[paint] == {"image": link(load), "mask": link(find, "mask"), "prompt": link(parse, "prompt")}
    assert inputs[save] == {"image": link(paint), "name": "by_mouse"}
    page.get_by_role("button", name="Run", exact=True).click()
    expect(node(page, save).locator(".nodes-state-done")).to_be_visible()
    assert page.request.get(f"{server.url}api/files/outputs/by_mouse.png").ok
    page.get_by_role("application", name="Graph").focus()
    undo(page, 14)  # five nodes, six links, three values
    graph_when(page, "!Object.keys(flow.nodes).length")
    for _ in range(14):
        page.keyboard.press("Control+Shift+z")
    graph_when(page, same(built))


def test_a_link_that_does_not_fit_is_refused_and_says_why(server: Server, page: Page) -> None:
    flow = open_given(server, page, "refusals", {**SOFT, "mask": {"type": "mask.invert", "at": [340, 260]}})
    draw(page, ("blur", "image"), ("mask", "mask"))
    expect(page.locator(".canvas-hint").filter(has_text="image does not fit mask, which takes mask.")).to_be_visible()
    drag(page, middle(socket(page, "blur", "image", "output")), middle(socket(page, "blur", "image")))
    expect(page.locator(".canvas-hint").filter(has_text="A node can't be linked to itself.")).to_be_visible()
    drag(page, middle(socket(page, "load", "image", "output")), middle(socket(page, "blur", "image", "output")))
    expect(page.locator(".canvas-hint").filter(has_text="A link goes from an output to an input.")).to_be_visible()
    page.keyboard.press("n")  # the graph is as it was but for the note
    assert graph_when(page, "flow.editor?.notes")["nodes"] == flow["nodes"]


def test_a_link_in_a_circle_is_refused(server: Server, page: Page) -> None:
    nodes = {
        "a": {"type": "image.blur", "at": [0, 0]},
        "b": {"type": "image.blur", "at": [340, 0], "inputs": {"image": link("a")}},
    }
    open_given(server, page, "circle", nodes)
    draw(page, ("b", "image"), ("a", "image"))
    expect(page.locator(".canvas-hint").filter(has_text="would make a circle")).to_be_visible()


def test_a_link_let_go_on_the_canvas_offers_the_nodes_that_fit(server: Server, page: Page) -> None:
    open_given(server, page, "offers", SOFT)
    x, y = middle(socket(page, "load", "image", "output"))
    drag(page, (x, y), (x + 40, y + 330))
    search = page.get_by_role("combobox", name="Find a node for image…")
    search.fill("compare")
    expect(page.get_by_role("option", name=re.compile("^Compare"))).to_have_count(0)  # it takes numbers
    search.fill("flip")
    page.get_by_role("option").first.click()
    flow = graph_when(page, "Object.keys(flow.nodes).length === 4")
    assert list(flow["nodes"].values())[-1]["inputs"] == {"image": link("load")}
    undo(page)
    graph_when(page, same({"nodes": SOFT}))  # the node and its link are one step


def test_a_node_dropped_on_a_link_goes_in_between(server: Server, page: Page) -> None:
    nodes = {**SOFT, "turn": {"type": "image.flip", "at": [340, 300]}}
    nodes["save"] = {**nodes["save"], "at": [900, 0]}
    flow = open_given(server, page, "between", nodes)
    x, y = middle(header(page, "turn"))
    to_x, to_y = on_link(page, "save.image")
    drag(page, (x, y), (to_x, to_y + 4))
    after = graph_when(page, 'one("save").inputs.image.node === "turn"')
    assert after["nodes"]["turn"]["inputs"]["image"] == link("blur")
    undo(page)
    graph_when(page, same(flow))


def test_an_end_of_a_link_is_moved_let_go_and_cut(server: Server, page: Page) -> None:
    nodes = {**SOFT, "other": {"type": "image.save", "at": [680, 330], "inputs": {"name": "other"}}}
    flow = open_given(server, page, "ends", nodes)
    drag(page, middle(socket(page, "save", "image")), middle(socket(page, "other", "image")))
    moved = graph_when(page, 'one("other").inputs.image')
    assert moved["nodes"]["save"]["inputs"] == {"name": "soft"}
    assert moved["nodes"]["other"]["inputs"]["image"] == link("blur")
    undo(page)
    graph_when(page, same(flow))
    x, y = middle(socket(page, "save", "image"))
    drag(page, (x, y), (x - 40, y + 250))
    graph_when(page, '!one("save").inputs.image')
    expect(page.get_by_role("dialog")).to_have_count(0)
    undo(page)
    graph_when(page, same(flow))
    drag(page, middle(socket(page, "blur", "image")), middle(socket(page, "save", "name")))
    expect(page.locator(".canvas-hint").filter(has_text="image does not fit name, which takes text.")).to_be_visible()
    page.keyboard.down("Alt")
    page.mouse.click(*on_link(page, "save.image"))
    page.keyboard.up("Alt")
    cut = graph_when(page, '!one("save").inputs.image')
    assert cut["nodes"]["blur"] == flow["nodes"]["blur"]  # what was refused changed nothing
    undo(page)
    graph_when(page, same(flow))


def test_points_of_a_link_go_along_with_it_and_are_gone_with_it(server: Server, page: Page) -> None:
    nodes = {**SOFT, "other": {"type": "image.save", "at": [680, 330]}}
    open_given(server, page, "points", nodes)
    page.mouse.dblclick(*on_link(page, "save.image"))
    graph_when(page, 'flow.editor.reroutes["save.image"].length === 1')
    drag(page, middle(socket(page, "save", "image")), middle(socket(page, "other", "image")))
    graph_when(page, 'flow.editor.reroutes["other.image"]?.length === 1 && !flow.editor.reroutes["save.image"]')
    assert menu(page, on_link(page, "other.image", 0.9))[-1] == "Straighten the link"
    pick(page, "Take the link away")
    graph_when(page, "!flow.editor")


def test_a_node_is_made_wider_in_one_step_and_keeps_it(server: Server, page: Page) -> None:
    flow = open_given(server, page, "widths", SOFT)
    edge = node(page, "blur").locator(".nodes-edge")
    box = edge.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] - 2, box["y"] + box["height"] - 5
    end = middle(socket(page, "blur", "image", "output"))[0]
    drag(page, (x, y), (x + 60, y))
    card = node(page, "blur").bounding_box()
    assert card is not None
    zoom = (card["width"] - 60) / 264
    wide = graph_when(page, f'Math.abs(one("blur").width - {264 + 60 / zoom}) < 4')["nodes"]["blur"]["width"]
    assert abs(middle(socket(page, "blur", "image", "output"))[0] - end - 60) < 3
    undo(page)
    graph_when(page, same(flow))
    page.keyboard.press("Control+Shift+z")
    graph_when(page, f'one("blur").width === {wide}')
    page.keyboard.press("Control+s")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    saved = f"async () => (await (await fetch('api/workflows/widths')).json()).nodes.blur.width === {wide}"
    assert until(page, saved)
    page.mouse.dblclick(x + 60, y)
    graph_when(page, same(flow))
    choose(page, "blur")
    menu(page, header(page, "blur"))
    pick(page, "Width", "Make wider")
    graph_when(page, 'one("blur").width === 304')


def test_nodes_are_lined_up_spread_and_laid_out_from_their_menu(server: Server, page: Page) -> None:
    nodes = {name: {"type": "image.blur", "at": at} for name, at in [("a", [0, 0]), ("b", [310, 60]), ("c", [800, 30])]}
    flow = open_given(server, page, "tidy", nodes)
    choose(page, "a", "b", "c")
    menu(page, header(page, "b"))
    pick(page, "Arrange", "Align tops")
    graph_when(page, "flow.nodes.b.at[1] === 0 && flow.nodes.c.at[1] === 0 && flow.nodes.b.at[0] === 310")
    menu(page, header(page, "b"))
    pick(page, "Arrange", "Distribute across")
    graph_when(page, "flow.nodes.b.at[0] === 400")
    undo(page, 2)
    graph_when(page, same(flow))


def test_nodes_are_copied_from_one_tab_into_another(server: Server, page: Page, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_given(server, page, "source", SOFT)
    choose(page, "load", "blur")
    page.keyboard.press("Control+c")
    assert until(page, "async () => (await navigator.clipboard.readText()).includes('image.blur')")
    new_graph(server, page)
    page.mouse.move(300, 400)
    page.keyboard.press("Control+v")
    first = graph_when(page, "Object.keys(flow.nodes).length === 2")["nodes"]
    assert first["blur"]["inputs"] == SOFT["blur"]["inputs"]
    assert first["blur"]["at"][0] - first["load"]["at"][0] == 340
    page.keyboard.press("Control+v")
    second = graph_when(page, "Object.keys(flow.nodes).length === 4")["nodes"]
    assert second["blur2"]["inputs"]["image"] == link("load2")
    assert second["load2"]["at"] != second["load"]["at"]


@pytest.mark.parametrize(
    "junk", ["a letter", "{", '{"nodes": 5}', '{"nodes": {}}', "[1]", '{"nodes": {"a": {"type": 3}}}']
)
def test_junk_in_the_clipboard_changes_nothing_and_says_so(
    server: Server, page: Page, context: BrowserContext, junk: str
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    flow = open_given(server, page, "junk", SOFT)
    page.evaluate("(text) => navigator.clipboard.writeText(text)", junk)
    page.keyboard.press("Control+v")
    expect(page.locator(".canvas-hint").filter(has_text="Nothing in the clipboard fits here.")).to_be_visible()
    graph_when(page, same(flow))


PASTE = """([base64, text]) => {
  const data = new DataTransfer();
  if (text) data.setData("text/plain", text);
  else {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    data.items.add(new File([bytes], "image.png", { type: "image/png" }));
  }
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def test_the_text_of_a_workflow_and_a_picture_are_pasted(server: Server, page: Page) -> None:
    new_graph(server, page)
    page.mouse.move(300, 300)
    odd = {"x": {"type": "image.blur", "at": "nowhere", "inputs": 5}}
    editor = {"notes": {"n": {"text": "Hello", "at": [0, 300], "size": [200, 100]}, "bad": {"at": 3}}}
    page.evaluate(PASTE, ["", json.dumps({"format": 1, "nodes": {**SOFT, **odd}, "editor": editor})])
    pasted = graph_when(page, "Object.keys(flow.nodes).length === 4")
    assert list(pasted["editor"]["notes"]) == ["n"]
    assert all(isinstance(part, int) for entry in pasted["nodes"].values() for part in entry["at"])
    expect(page.locator(".canvas-note")).to_contain_text("Hello")
    picture = page.request.get(f"{server.url}api/files/examples/street.png").body()
    page.evaluate(PASTE, [base64.b64encode(picture).decode(), ""])
    flow = graph_when(page, "Object.keys(flow.nodes).length === 5")
    last = list(flow["nodes"].values())[-1]
    assert last["type"] == "image.load"
    assert last["inputs"]["path"].startswith("files/")
    text = json.dumps({"format": 1, "title": "Dropped text", "nodes": SOFT})
    page.evaluate(
        DROP, [".react-flow__pane", "flow.json", "application/json", base64.b64encode(text.encode()).decode()]
    )
    expect(page.get_by_role("link", name="Dropped text")).to_be_visible()


def test_a_failing_run_shows_the_error_on_the_node(server: Server, page: Page) -> None:
    nodes = {
        "load": {"type": "image.load", "at": [0, 0], "inputs": {"path": "examples/garden.png"}},
        "crop": {"type": "image.crop", "at": [340, 0], "inputs": {"image": link("load"), "left": 5000, "width": 10}},
        "save": {"type": "image.save", "at": [680, 0], "inputs": {"image": link("crop"), "name": "never"}},
    }
    open_given(server, page, "failing", nodes)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(node(page, "crop").get_by_role("alert")).to_be_visible()
    expect(node(page, "crop").locator(".nodes-failed")).to_be_visible()
    expect(node(page, "save").locator(".nodes-state-done")).to_have_count(0)


def test_every_place_has_its_menu(server: Server, page: Page) -> None:
    open_given(server, page, "menus", SOFT)
    assert menu(page, (400, 700))[:3] == ["Add a node", "Paste", "Add a note"]
    pick(page, "Add a note")
    page.keyboard.type("Some **words**")
    page.keyboard.press("Escape")
    expect(page.locator(".canvas-note strong")).to_have_text("words")
    assert menu(page, page.locator(".canvas-note"))[0] == "Write the text"
    pick(page, "Orange")
    graph_when(page, 'flow.editor.notes.note.colour === "#d9822b"')
    assert "Take the link away" in menu(page, on_link(page, "save.image"))
    page.keyboard.press("Escape")
    assert menu(page, node(page, "blur").locator('[data-socket="radius"] label'))[:4] == [
        "Link radius to…",
        "Make radius an input of the graph",
        "Compare values of radius…",
        "Set radius back to its default",
    ]
    pick(page, "Make radius an input of the graph")
    graph_when(page, 'flow.inputs.radius === "blur.radius"')
    menu(page, node(page, "blur").locator('[data-socket="radius"] label'))
    pick(page, "Rename radius of the graph…")
    page.get_by_role("textbox", name="New name").fill("softness")
    page.keyboard.press("Enter")
    graph_when(page, 'flow.inputs.softness === "blur.radius" && !flow.inputs.radius')
    menu(page, node(page, "blur").locator('[data-output="image"] .nodes-label'))
    pick(page, "Make image an output of the graph")
    graph_when(page, 'flow.outputs.image === "blur.image"')


def test_nodes_are_muted_collapsed_coloured_and_grouped_from_their_menu(server: Server, page: Page) -> None:
    flow = open_given(server, page, "states", SOFT)
    for entry, test in [
        (["Mute"], 'one("blur").mode === "mute"'),
        (["Bypass"], 'one("blur").mode === "bypass"'),
        (["Collapse"], 'one("blur").collapsed'),
        (["Colour", "Green"], 'one("blur").colour === "#2f9e6e"'),
    ]:
        menu(page, header(page, "blur"))
        pick(page, *entry)
        graph_when(page, test)
    undo(page, 4)
    graph_when(page, same(flow))
    choose(page, "load", "blur")
    menu(page, header(page, "blur"))
    pick(page, "Put into a group")
    page.keyboard.type("Softening")
    page.keyboard.press("Enter")
    graph_when(page, 'flow.editor.groups.group.title === "Softening"')
    menu(page, page.locator(".canvas-group-title"))
    pick(page, "Violet")
    graph_when(page, 'flow.editor.groups.group.colour === "#7d5bd0"')
    x, y = middle(page.locator(".canvas-group-title"))
    drag(page, (x, y), (x, y + 100))
    moved = graph_when(page, 'one("load").at[1] > 0')["nodes"]
    assert moved["blur"]["at"][1] - moved["load"]["at"][1] == 40
    assert moved["save"] == flow["nodes"]["save"]
    menu(page, page.locator(".canvas-group-title"))
    pick(page, "Take the group away, keep what is in it")
    assert len(graph_when(page, "!flow.editor")["nodes"]) == 3


def test_a_graph_is_made_entered_and_its_values_promoted_and_taken_back(server: Server, page: Page) -> None:
    flow = open_given(server, page, "nested", SOFT)
    choose(page, "blur")
    menu(page, header(page, "blur"))
    pick(page, "Make a graph of the selection")
    graph_when(page, 'one("graph").type === "graph.call"')
    node(page, "graph").get_by_role("button", name="Enter the graph in it").click()
    path = page.get_by_role("navigation", name="Graphs within graphs")
    expect(path).to_contain_text("graph")
    radius = node(page, "blur").locator('[data-socket="radius"] label')
    menu(page, radius)
    pick(page, "Promote radius to the outer node")
    graph_when(page, "flow.graphs.graph.inputs.radius")
    menu(page, radius)
    pick(page, "Rename radius of the graph…")
    page.get_by_role("textbox", name="New name").fill("image")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("There is image already. Choose another name.")
    page.get_by_role("textbox", name="New name").fill("softness")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    header(page, "blur").click()
    page.keyboard.press("Alt+ArrowUp")
    expect(path).to_have_count(0)
    field = node(page, "graph").get_by_role("textbox", name="softness")
    field.fill("5")
    field.press("Enter")
    graph_when(page, 'one("graph").inputs.softness === 5')
    node(page, "graph").get_by_role("button", name="Enter the graph in it").click()
    menu(page, radius)
    pick(page, "Take radius back from the outer node")
    back = graph_when(page, "!flow.graphs.graph.inputs.softness")
    assert back["graphs"]["graph"]["nodes"]["blur"]["inputs"]["radius"] == 5
    assert "softness" not in back["nodes"]["graph"]["inputs"]
    path.get_by_role("button", name="Whole graph").click()
    choose(page, "graph")
    menu(page, header(page, "graph"))
    pick(page, "Unpack the graph in it")
    laid = graph_when(page, 'one("blur").type')["nodes"]
    assert laid["save"]["inputs"] == flow["nodes"]["save"]["inputs"]
    undo(page, 6)
    graph_when(page, same(flow))


def test_a_saved_graph_is_a_node_that_runs_and_opens(server: Server, page: Page) -> None:
    step = {"blur": {"type": "image.blur", "at": [0, 0], "inputs": {"radius": 3.0}}}
    more = {"inputs": {"picture": "blur.image"}, "outputs": {"picture": "blur.image"}}
    open_given(server, page, "own step", step, **more)
    open_given(server, page, "gives nothing", step)
    nodes = {"load": SOFT["load"], "save": {**SOFT["save"], "inputs": {"name": "by_step"}}}
    open_given(server, page, "uses a step", nodes)
    add(page, (400.0, 680.0), "gives nothing")
    expect(page.locator(".canvas-hint").filter(has_text="gives nothing gives nothing to other graphs.")).to_be_visible()
    add(page, (400.0, 680.0), "own step")
    graph_when(page, 'one("call").graph === "own step.json"')
    draw(page, ("load", "image"), ("call", "picture"))
    draw(page, ("call", "picture"), ("save", "image"))
    graph_when(page, 'one("save").inputs.image.node === "call"')
    page.get_by_role("button", name="Run", exact=True).click()
    expect(node(page, "call").locator(".nodes-state-done")).to_be_visible()
    expect(node(page, "save").locator(".nodes-state-done")).to_be_visible()
    node(page, "call").get_by_role("button", name="Open the saved graph own step").click()
    expect(page).to_have_url(f"{server.url}#/graph/own%20step")


def test_loops_and_streams_are_shown_as_such(server: Server, page: Page) -> None:
    open_graph(server, page, "sharpen_until")
    expect(node(page, "improve").locator(".nodes-many")).to_be_visible()
    expect(node(page, "improve")).to_contain_text("up to 6×")
    node(page, "improve").get_by_role("button", name="Enter the graph in it").click()
    path = page.get_by_role("navigation", name="Graphs within graphs")
    expect(path).to_contain_text("Repeated up to 6 times, until good says that it is good")
    names = [f"{at}.png" for at in range(3)]
    picture = page.request.get(f"{server.url}api/files/examples/street.png").body()
    for name in names:
        assert page.request.post(f"{server.url}api/files?name={name}", data=picture).ok
    open_graph(server, page, "many_pictures")
    expect(page.get_by_text(re.compile("Runs once for each")).first).to_be_attached()
    assert page.locator(".nodes-many").count() >= 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_menus_loops_and_the_way_to_a_name(server: Server, page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    open_graph(server, page, "sharpen_until")
    node(page, "improve").get_by_role("button", name="Enter the graph in it").click()
    expect(node(page, "sharpen")).to_be_visible()
    assert Axe().run(page).violations_count == 0, Axe().run(page).generate_report()
    menu(page, node(page, "sharpen").locator('[data-socket="image"] .nodes-label'))
    assert Axe().run(page).violations_count == 0, Axe().run(page).generate_report()
    pick(page, "Rename picture of the graph…")
    expect(page.get_by_role("textbox", name="New name")).to_be_visible()
    assert Axe().run(page).violations_count == 0, Axe().run(page).generate_report()
