"""What somebody does who is here for the first time: takes the tour, reads about nodes, and finds the next step where nothing is yet."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from .conftest import PATIENCE, Server


def card(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Guided tour")


def begin(server: Server, page: Page) -> Locator:
    page.goto(server.url)
    page.get_by_role("button", name="Take the tour").click()
    shown = card(page)
    expect(shown.get_by_role("heading", name="A picture goes in")).to_be_visible()
    expect(page.locator('.react-flow__node[data-id="photo"]')).to_be_visible()
    return shown


def at_step(shown: Locator, title: str) -> None:
    expect(shown.get_by_role("heading", name=title, exact=True)).to_be_visible()


def write_wish(page: Page, wish: str) -> None:
    field = page.get_by_role("textbox", name="sentence")
    field.fill(wish)
    field.press("Tab")


STEPS = [
    "A picture goes in",
    "Say what should change",
    "Run it",
    "Watch it work",
    "Look at the result",
    "Ask for another one",
    "Run it again",
    "What was known is not done twice",
    "Keep it",
]


def test_the_tour_can_be_clicked_through(server: Server, page: Page) -> None:
    shown = begin(server, page)
    for number, title in enumerate(STEPS):
        at_step(shown, title)
        expect(shown.get_by_text(f"Step {number + 1} of {len(STEPS)}")).to_be_visible()
        shown.get_by_role("button", name="Next").click()
    at_step(shown, "That was the tour")
    shown.get_by_role("button", name="Done").click()
    expect(shown).to_have_count(0)


def test_the_tour_goes_on_by_what_is_done(own_server: Server, page: Page) -> None:
    shown = begin(own_server, page)
    shown.get_by_role("button", name="Next").click()
    at_step(shown, "Say what should change")
    write_wish(page, "Replace the car with a yellow bicycle")
    at_step(shown, "Run it")
    page.keyboard.press("Control+Enter")
    at_step(shown, "Watch it work")
    at_step(shown, "Look at the result")
    page.get_by_role("button", name=re.compile("^View ")).first.click()
    line = page.get_by_role("slider", name="Where before ends and after begins")
    expect(line).to_be_visible()
    expect(shown).to_be_hidden()
    line.press("ArrowLeft")
    page.keyboard.press("Escape")
    at_step(shown, "Ask for another one")
    page.locator('.react-flow__node[data-id="paint"] [data-socket="seed"] button').first.click()
    at_step(shown, "Run it again")
    page.get_by_role("button", name="Run", exact=True).first.click()
    at_step(shown, "What was known is not done twice")
    told = shown.get_by_text("Taken from the cache")
    expect(told).to_be_visible()
    found = re.search(r"ran: (\d+)\. Taken from the cache: (\d+)", told.inner_text())
    assert found
    assert int(found[2]) >= 2, "reading the picture and the sentence was done twice"
    expect(page.locator('.react-flow__node[data-id="find"] .nodes-state-cached')).to_be_visible()
    shown.get_by_role("button", name="Next").click()
    at_step(shown, "Keep it")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("textbox", name="Name").fill("from_the_tour")
    page.keyboard.press("Enter")
    at_step(shown, "That was the tour")
    assert page.url.endswith("#/graph/from_the_tour")


def test_the_tour_never_covers_what_it_is_about(server: Server, page: Page) -> None:
    shown = begin(server, page)
    for title in STEPS[:3]:
        at_step(shown, title)
        ring = page.locator(".tour-ring")
        expect(ring).to_be_visible()
        mine, its = shown.bounding_box(), ring.bounding_box()
        assert mine
        assert its
        apart = (
            mine["x"] >= its["x"] + its["width"]
            or its["x"] >= mine["x"] + mine["width"]
            or mine["y"] >= its["y"] + its["height"]
            or its["y"] >= mine["y"] + mine["height"]
        )
        assert apart, (title, mine, its)
        shown.get_by_role("button", name="Next").click()


def test_a_tour_that_is_ended_is_not_offered_again_but_can_be_asked_for(server: Server, page: Page) -> None:
    begin(server, page)
    page.keyboard.press("Escape")
    expect(card(page)).to_have_count(0)
    page.goto(server.url)
    expect(page.get_by_role("heading", name="Templates")).to_be_visible()
    expect(page.get_by_role("button", name="Take the tour")).to_have_count(0)
    page.get_by_role("button", name="Guided tour").click()
    at_step(card(page), "A picture goes in")
    card(page).get_by_role("button", name="End the tour").click()
    expect(card(page)).to_have_count(0)
    page.get_by_role("button", name="Help").click()
    page.get_by_role("menuitem", name="Guided tour").click()
    at_step(card(page), "A picture goes in")


def test_an_offer_that_is_put_away_stays_away(server: Server, page: Page) -> None:
    page.goto(server.url)
    page.get_by_role("button", name="Hide this hint").click()
    page.reload()
    expect(page.get_by_role("heading", name="Templates")).to_be_visible()
    expect(page.get_by_role("button", name="Take the tour")).to_have_count(0)


def test_the_tour_goes_by_keyboard_alone_and_outlives_a_reload(server: Server, page: Page) -> None:
    page.goto(server.url)
    page.get_by_role("button", name="Take the tour").press("Enter")
    shown = card(page)
    at_step(shown, "A picture goes in")
    expect(shown).to_be_focused()
    shown.get_by_role("button", name="Next").press("Enter")
    at_step(shown, "Say what should change")
    shown.get_by_role("button", name="Go to it").press("Enter")
    expect(page.get_by_role("textbox", name="sentence")).to_be_focused()
    page.keyboard.press("Escape")  # meant for the field
    at_step(shown, "Say what should change")
    page.reload()
    at_step(shown, "Say what should change")
    shown.get_by_role("button", name="Back").press("Enter")
    at_step(shown, "A picture goes in")


def test_who_wanders_off_finds_the_way_back(server: Server, page: Page) -> None:
    shown = begin(server, page)
    page.get_by_role("link", name="Graft").click()
    expect(page.get_by_role("heading", name="Templates")).to_be_visible()
    shown.get_by_role("button", name="Back to the tour").click()
    at_step(shown, "A picture goes in")
    page.get_by_role("button", name=re.compile("^Close Replace")).click()
    if page.get_by_role("dialog", name=re.compile("Close")).count():
        page.get_by_role("button", name="Close").click()
    expect(card(page)).to_have_count(0)


def test_on_a_phone_the_tour_is_about_the_form(server: Server, browser: Browser) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 800}, locale="en-GB", reduced_motion="reduce", has_touch=True
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(server.url)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Take the tour").tap()
    shown = card(page)
    at_step(shown, "Say what should change")
    expect(shown.get_by_text("Step 1 of 3")).to_be_visible()
    wish = page.get_by_label("What should change?")
    wish.fill("Remove the car")
    wish.press("Tab")
    at_step(shown, "Run it")
    page.get_by_role("button", name="Run", exact=True).tap()
    at_step(shown, "Look at the result")
    shown.get_by_role("button", name="Next").tap()
    at_step(shown, "That was the tour")
    shown.get_by_role("button", name="To the templates").tap()
    expect(page.get_by_role("heading", name="Templates")).to_be_visible()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_tour_and_the_browser(server: Server, page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    begin(server, page)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+B")
    page.get_by_role("combobox", name="Find a node…").fill("inpaint")
    expect(page.get_by_role("figure", name="Example").get_by_role("img").first).to_be_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_node_is_looked_up_and_its_example_runs(server: Server, page: Page) -> None:
    page.goto(server.url)
    page.get_by_role("button", name="Browse nodes").click()
    page.get_by_role("combobox", name="Find a node…").fill("feather")
    article = page.get_by_role("article", name="Feather")
    expect(article.get_by_text("0 to 500")).to_be_visible()
    pictures = article.get_by_role("figure", name="Example").get_by_role("img")
    expect(pictures).to_have_count(2)
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        page.wait_for_function("(image) => image.complete && image.naturalWidth > 0", arg=picture.element_handle())
    article.get_by_role("button", name="Open the example as a graph").click()
    expect(page.locator(".react-flow__node-node")).to_have_count(3)
    page.get_by_role("button", name="Run", exact=True).first.click()
    made = page.locator('.react-flow__node[data-id="feather"] .nodes-picture img')
    expect(made).to_be_visible()
    page.wait_for_function("(image) => image.complete && image.naturalWidth > 0", arg=made.element_handle())


def test_the_browser_is_used_by_keyboard_and_adds_to_the_graph(server: Server, page: Page) -> None:
    page.goto(f"{server.url}#/graph/replace_word")
    expect(page.locator(".react-flow__node-node").first).to_be_visible()
    page.keyboard.press("Shift+B")
    field = page.get_by_role("combobox", name="Find a node…")
    expect(field).to_be_focused()
    field.fill("blur")
    expect(page.get_by_role("option", name="Blur").first).to_have_attribute("aria-selected", "true")
    page.get_by_role("button", name="Add to the graph").press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    added = page.locator('.react-flow__node[data-id="blur"]')
    expect(added).to_be_visible()
    expect(added).to_be_focused()
    page.keyboard.press("Control+z")
    expect(added).to_have_count(0)


def test_families_narrow_the_list_and_a_miss_says_what_to_do(server: Server, page: Page) -> None:
    page.goto(server.url)
    page.get_by_role("button", name="Browse nodes").click()
    options = page.get_by_role("listbox", name="Nodes").get_by_role("option")
    expect(options.first).to_be_visible()
    every = options.count()
    families = page.get_by_role("navigation", name="Families of nodes")
    families.get_by_role("button", name="Masks").click()
    expect(options.first).to_contain_text("Area")
    assert 0 < options.count() < every
    field = page.get_by_role("combobox", name="Find a node…")
    field.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    field.fill("<b>zzqq</b>")
    expect(page.get_by_text("No node fits “<b>zzqq</b>”")).to_be_visible()
    page.get_by_role("button", name="Show all nodes").click()
    expect(options).to_have_count(every)


def test_the_palette_shows_the_example_and_leads_to_the_browser(server: Server, page: Page) -> None:
    page.goto(f"{server.url}#/graph/replace_word")
    expect(page.locator(".react-flow__node-node").first).to_be_visible()
    page.keyboard.press("/")
    page.get_by_role("combobox", name="Find a node…").fill("overlay")
    expect(page.get_by_role("figure", name="Example").get_by_role("img").first).to_be_visible()
    page.get_by_role("button", name="More about it").click()
    expect(page.get_by_role("article", name="Overlay")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_where_nothing_is_yet_the_next_step_is_a_button(own_server: Server, page: Page) -> None:
    page.goto(own_server.url)
    page.get_by_role("link", name="Open the first template's graph").click()
    expect(page.locator('.react-flow__node[data-id="photo"]')).to_be_visible()
    page.get_by_role("link", name="Graft").click()
    page.get_by_role("region", name="Your graphs").get_by_role("button", name="New graph").click()
    expect(page.get_by_text("An empty graph")).to_be_visible()
    for tab in ("Queue", "History", "Results"):
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("tabpanel", name=tab).get_by_text("Add a node to the graph first")).to_be_visible()
    page.get_by_role("button", name="Browse nodes").click()
    page.get_by_role("combobox", name="Find a node…").fill("gradient")
    page.get_by_role("button", name="Add to the graph").click()
    results = page.get_by_role("tabpanel", name="Results")
    results.get_by_role("button", name="Run this graph").click()
    expect(page.locator('.react-flow__node[data-id="gradient"] .nodes-picture img')).to_be_visible()
    results.get_by_role("button", name="Add a Save node").click()
    expect(page.locator(".react-flow__edge")).to_have_count(1)
    results.get_by_role("button", name="Run this graph").click()
    expect(results.get_by_role("button", name="View picture.png")).to_be_visible()
