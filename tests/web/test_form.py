"""What a marketer does who has never seen a graph."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from .conftest import ROOT, Server

EXAMPLES = ROOT / "workflows" / "examples"
TEMPLATE = "Replace an object by a sentence"


def run_form(page: Page) -> None:
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("figure", name="Your result")).to_be_visible()


def test_from_the_start_page_to_a_replaced_object(server: Server, page: Page) -> None:
    page.goto(server.url)
    page.get_by_role("link", name=f"Use “{TEMPLATE}”").click()
    expect(page.get_by_label("What should change?")).to_have_value("Replace the car with a bicycle")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    expect(page.get_by_role("slider", name="Line between before and after")).to_be_visible()
    expect(page.get_by_role("img", name="Result", exact=True)).to_be_visible()
    page.get_by_role("slider", name="Line between before and after").press("ArrowLeft")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert Image.open(io.BytesIO(Path(download.value.path()).read_bytes())).size == (768, 512)


def test_an_own_picture_and_another_wish(server: Server, page: Page) -> None:
    page.goto(f"{server.url}#/form/replace_object")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Change picture").click()
    chooser.value.set_files(EXAMPLES / "room.png")
    page.get_by_label("What should change?").fill("Remove the lamp")
    page.get_by_label("What should change?").press("Control+Enter")
    expect(page.get_by_role("img", name="Result", exact=True)).to_be_visible()


def test_an_empty_wish_is_told_at_its_field(server: Server, page: Page) -> None:
    page.goto(f"{server.url}#/form/replace_object")
    page.get_by_label("What should change?").fill("")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("alert").first).to_be_visible()


def test_what_is_no_picture_is_refused_in_words(server: Server, page: Page, tmp_path: Path) -> None:
    text = tmp_path / "letter.txt"
    text.write_text("Dear Sir")
    page.goto(f"{server.url}#/form/replace_object")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Change picture").click()
    chooser.value.set_files(text)
    expect(page.get_by_role("alert").first).to_contain_text("letter.txt")


def test_a_link_to_the_form_brings_its_words_along(server: Server, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{server.url}#/form/replace_object")
    page.get_by_label("What should change?").fill("Make the house blue")
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_text("copied", exact=False).first).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    other = page.context.new_page()
    other.goto(link)
    expect(other.get_by_label("What should change?")).to_have_value("Make the house blue")


def test_reset_brings_the_template_back(server: Server, page: Page) -> None:
    page.goto(f"{server.url}#/form/replace_object")
    field = page.get_by_label("What should change?")
    field.fill("Make the tree red")
    page.get_by_role("button", name="Reset").click()
    expect(field).to_have_value("Replace the car with a bicycle")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_fits_a_phone(server: Server, page: Page, scheme: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{server.url}#/form/replace_object")
    run = page.get_by_role("button", name="Run", exact=True)
    expect(run).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_file_with_a_graph_opens_from_the_start_page(server: Server, page: Page, tmp_path: Path) -> None:
    graph = json.loads((ROOT / "workflows" / "recolor.json").read_text())
    graph["title"] = "My <b>own</b> graph"
    file = tmp_path / "own.json"
    file.write_text(json.dumps(graph))
    page.goto(server.url)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Open a file…").click()
    chooser.value.set_files(file)
    expect(page.get_by_text("My <b>own</b> graph").first).to_be_visible()


@pytest.mark.parametrize(
    ("name", "content"),
    [("broken.json", b'{"nodes": '), ("list.json", b"[1, 2]"), ("picture.png", b"\x89PNG\r\n\x1a\n junk")],
    ids=["cut off", "no graph", "damaged picture"],
)
def test_a_file_that_is_no_graph_is_told(server: Server, page: Page, tmp_path: Path, name: str, content: bytes) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    page.goto(server.url)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Open a file…").click()
    chooser.value.set_files(file)
    expect(page.get_by_role("alert").first).to_contain_text(name)
