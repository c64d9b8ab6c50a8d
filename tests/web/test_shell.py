"""What holds for every page: access, languages, themes, a server that goes and comes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from .conftest import PATIENCE, Server, until

PAGES = {
    "start": "#/",
    "form": "#/form/replace_object",
    "graph": "#/graph/replace_object",
}


def settle(page: Page, name: str) -> None:
    """Wait until a page shows what it has to show."""
    sign = {
        "start": page.get_by_role("heading", name="Templates"),
        "form": page.get_by_role("button", name="Run", exact=True),
        "graph": page.get_by_role("group", name="Load").first,
    }[name]
    expect(sign).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(server: Server, page: Page, name: str, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(server.url + PAGES[name])
    settle(page, name)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize(
    ("language", "direction", "templates"),
    [("Deutsch", "ltr", "Vorlagen"), ("Українська", "ltr", "Шаблони"), ("العربية", "rtl", "القوالب"), ("Кыргызча", "ltr", "Шаблондор")],
)  # fmt: skip
def test_the_page_speaks_other_languages(
    server: Server, page: Page, language: str, direction: str, templates: str
) -> None:
    page.goto(server.url)
    page.get_by_role("combobox", name="Language").select_option(label=language)
    expect(page.get_by_role("heading", name=templates)).to_be_visible()
    assert page.evaluate("document.documentElement.dir") == direction
    page.reload()
    expect(page.get_by_role("heading", name=templates)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_theme_is_kept(server: Server, page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(server.url)
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("group", name="Theme").get_by_role("button", name="Dark").click()
    dark = page.evaluate(ground)
    assert dark != light
    page.reload()
    settle(page, "start")
    assert page.evaluate(ground) == dark


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path / "data", ("--token", "a token of some length")).start()
    yield running
    running.stop()


def test_a_token_is_asked_for_and_opens_the_page(locked: Server, page: Page) -> None:
    page.goto(locked.url)
    field = page.get_by_label("Token")
    field.fill("a wrong token, alas")
    field.press("Enter")
    expect(page.get_by_text("not known")).to_be_visible()
    page.goto(locked.url)
    field.fill("a token of some length")
    field.press("Enter")
    settle(page, "start")
    assert "token" not in page.url


def test_a_server_that_dies_and_comes_back_loses_nothing(own_server: Server, browser: Browser) -> None:
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(own_server.url + PAGES["graph"])
    settle(page, "graph")
    long = {"name": "replace_object", "values": {"paint.steps": 150}}
    job = page.request.post(f"{own_server.url}api/jobs", data=long).json()["jobs"][0]["id"]
    running = "async (id) => (await (await fetch(`api/jobs/${id}`)).json()).status === 'running'"
    until(page, running, job)
    own_server.stop(hard=True)
    expect(page.get_by_text("No connection")).to_be_visible()
    own_server.start()
    expect(page.get_by_text("No connection")).to_be_hidden()
    page.get_by_role("tab", name="History").click()
    expect(page.get_by_text("Interrupted").filter(visible=True).first).to_be_visible()
    context.close()


def test_an_address_of_nothing_says_so(server: Server, page: Page) -> None:
    page.goto(f"{server.url}#/graph/nobody")
    expect(page.get_by_role("alert")).to_contain_text("nobody")
    page.get_by_role("link", name="Start page").click()
    settle(page, "start")


def test_without_storage_the_page_works(server: Server, page: Page) -> None:
    page.add_init_script("indexedDB.open = () => { throw new Error('full') }")
    page.goto(server.url + PAGES["graph"])
    settle(page, "graph")
