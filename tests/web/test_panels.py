"""Queue, history, results and batches, beside the canvas."""

from __future__ import annotations

import json

from playwright.sync_api import Page, expect

from .conftest import Server, until
from .test_graph import open_graph


def add_jobs(server: Server, page: Page, count: int, title: str) -> None:
    flow = {"format": 1, "title": title, "nodes": {"t": {"type": "value.text", "inputs": {"text": title}}}}
    for _ in range(count):
        assert page.request.post(f"{server.url}api/jobs", data={"workflow": flow}).status == 201


def test_a_paused_queue_is_reordered_and_goes_on(own_server: Server, page: Page) -> None:
    open_graph(own_server, page)
    page.get_by_role("tab", name="Queue").click()
    page.get_by_role("button", name="Pause", exact=False).first.click()
    for title in ("first", "second", "third"):
        add_jobs(own_server, page, 1, title)
    expect(page.get_by_role("button", name="Cancel third")).to_be_visible()
    page.get_by_role("button", name="Cancel second").click()
    expect(page.get_by_role("button", name="Cancel second")).to_be_hidden()
    page.get_by_role("button", name="More for third").click()
    page.get_by_role("menuitem", name="Move up", exact=False).click()
    moved = """async () => {
      const { jobs } = await (await fetch("api/jobs?status=pending")).json();
      return jobs.map((job) => job.title).join() === "third,first";
    }"""
    until(page, moved)
    page.get_by_role("button", name="Resume", exact=False).first.click()
    expect(page.get_by_role("button", name="Cancel third")).to_be_hidden()


def test_a_batch_of_values_makes_a_job_of_each(own_server: Server, page: Page) -> None:
    page.request.post(f"{own_server.url}api/queue/pause")
    open_graph(own_server, page)
    page.get_by_role("button", name="More ways to run").click()
    page.get_by_role("menuitem", name="Run with many values…").click()
    dialog = page.get_by_role("dialog")
    vary = dialog.get_by_role("combobox", name="Vary an input…")
    vary.select_option(label="seed")
    dialog.get_by_role("textbox", name="seed").fill("1..3")
    vary.select_option(label="target")
    dialog.get_by_role("textbox", name="target").fill("car\ntree")
    dialog.get_by_role("button", name="Queue jobs (6)").click()
    expect(dialog).to_be_hidden()
    jobs = page.request.get(f"{own_server.url}api/jobs").json()["jobs"]
    assert len({json.dumps(job["values"], sort_keys=True) for job in jobs}) == 6
    assert len({job["batch"] for job in jobs}) == 1


def test_ten_thousand_waiting_jobs_do_not_hold_up_the_page(own_server: Server, page: Page) -> None:
    page.request.post(f"{own_server.url}api/queue/pause")
    flow = {"format": 1, "title": "many", "nodes": {"t": {"type": "value.text", "inputs": {"text": ""}}}}
    body = {"workflow": flow, "batch": {"product": {"t.text": [str(number) for number in range(10_000)]}}}
    assert page.request.post(f"{own_server.url}api/jobs", data=body).status == 201
    open_graph(own_server, page)
    page.get_by_role("tab", name="Queue").click()
    expect(page.get_by_text("many").first).to_be_visible()
    assert page.locator("*").count() < 5000
