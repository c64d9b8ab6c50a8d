"""Why: a click on Run must be answered at once and never forgotten. Posting a job checks it, writes it down and wakes the worker; all
else here reads or changes what is written down. The worker itself takes jobs from there."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

from aiohttp import web

from graph import NotValid, Workflow, did_you_mean
from graph.jobs import STATUSES, Job, product, zipped
from graph.worker.shown import read as read_shown

from . import checking, roots
from .errors import ApiError, answer
from .routes import Call, handles
from .shapes import array, choice, integer, record, table, text
from .show import JOB, QUEUE, made, shown
from .together import Insert
from .workflows import WORKFLOW

MAX_ROWS = 10_000
SMALL = 200  # nodes of a graph that is checked and written down together with others, in milliseconds
ID = {"id": text(64, pattern="^[0-9a-f]+$")}
COLUMNS = table(array({}, maxItems=MAX_ROWS), minProperties=1, maxProperties=100)
POSTED = record(
    workflow=WORKFLOW,
    name=text(100),
    values=table(),
    targets=array(text(1000), minItems=1, maxItems=10_000),
    title=text(200),
    priority=integer(-1000, 1000),
    on_error=choice("stop", "skip"),
    quiet={"type": "boolean"},
    batch=record(product=COLUMNS, zip=COLUMNS),
)
JOBS = record(("jobs",), jobs=array(JOB))
MADE = record(
    ("made",), made=array(record(("node", "outputs"), node={"type": "string"}, outputs=table({"type": "object"})))
)


@handles("POST", "/api/jobs", body=POSTED, answers={201: JOBS})
async def add_jobs(call: Call) -> web.StreamResponse:
    """Queue a graph: given whole as `workflow`, or saved under `name`. `values` are laid over it ("node.input" → value); `batch` makes a job
    of every combination (`product`) or of every row (`zip`) of its columns. `on_error`: whether an item of a stream that fails ends the job
    (`stop`) or is passed over and told (`skip`). `quiet`: it only helps with something else, so that lists for people leave it out, and deleting it
    deletes what it wrote. 422 lists what keeps it from running."""
    if call.room.access.named and call.body.get("priority", 0) > 0:
        raise ApiError(403, "a raised priority would push other users' jobs back", "use 0 or less")
    posted = call.body.get("workflow", {}).get("nodes", ())
    if len(posted) <= SMALL and "workflow" in call.body and "batch" not in call.body:
        added = await call.room.adding.add(lambda: _prepare(call))
    else:
        added = await asyncio.to_thread(lambda: _prepare(call)())
        call.room.worker.wake()
    _announce(call, added)
    return answer({"jobs": [shown(call.room, job) for job in added]}, 201)


@handles(
    "GET",
    "/api/jobs",
    query={
        "status": choice(*STATUSES),
        "batch": text(64),
        "limit": integer(1, 1000, default=100),
        "before": integer(0, 2**53),
        "after": integer(0, 2**53),
    },
    answers={200: JOBS},
)
async def list_jobs(call: Call) -> web.StreamResponse:
    """Jobs, the newest first: those made `before` the job of that number (the last one of the page before), or `after` it. With
    status=pending: as they will run, those that run `before` that job or `after` it. Of more than `limit` the nearest to it."""
    order = {"order": "queue"} if call.query.get("status") == "pending" else {}
    given = {**call.query, **order, "user": call.user if call.room.access.named else None}
    found = await asyncio.to_thread(lambda: call.room.jobs.list(**given))
    return answer({"jobs": [shown(call.room, job) for job in found]})


@handles("GET", "/api/jobs/{id}", where=ID, answers={200: JOB})
async def get_job(call: Call) -> web.StreamResponse:
    """One job: where it stands, what it made, why it failed, and the `reasons` for the first thousand items that went no further. One with a
    `key` can be taken back: with `keep: {node: {key: a word on it}}` in the graph the node lets it pass in the next job, which makes nothing else anew."""
    return answer(shown(call.room, await own_job(call), whole=True))


@handles("DELETE", "/api/jobs/{id}", where=ID, answers={204: "nothing"})
async def delete_job(call: Call) -> web.StreamResponse:
    """Forget one ended job, and the small pictures of what its nodes made. The files that it wrote stay, but for those of a quiet job."""
    job = await own_job(call)
    gone = await asyncio.to_thread(call.room.jobs.remove, job.id)
    if gone is None:
        raise ApiError(409, f"the job is {job.status}", "cancel it first, and delete it when it has ended")
    await asyncio.to_thread(_clear, call, gone)  # it may have ended, and written something, since it was looked up
    call.room.hub.publish([{"type": "removed", "jobs": [job.id], "user": job.user}])
    return web.Response(status=204)


@handles("GET", "/api/jobs/{id}/workflow", where=ID, answers={200: WORKFLOW})
async def get_job_workflow(call: Call) -> web.StreamResponse:
    """The graph of a job as it was posted, with the saved graphs that it uses, without the job's own values."""
    job = await own_job(call)
    found = await asyncio.to_thread(call.room.jobs.workflow_of, job.id)
    return web.Response(text=found, content_type="application/json")


@handles("GET", "/api/jobs/{id}/made", where=ID, answers={200: MADE})
async def get_made(call: Call) -> web.StreamResponse:
    """What the first nodes of a job made, in the order in which it was made: small values as they are, of pictures the size and the address of a
    small one. Kept of the newest jobs."""
    job = await own_job(call)
    rows = await asyncio.to_thread(read_shown, call.room.settings.data / "made", job.id)
    folders = call.room.roots(job.user)
    return answer({"made": [{"node": row["node"], "outputs": made(folders, job.id, row["outputs"])} for row in rows]})


@handles(
    "GET",
    "/api/jobs/{id}/made/{file}",
    where={**ID, "file": text(20, pattern="^[0-9]+[.]jpg$")},
    answers={200: "image/jpeg", 206: "image/jpeg", 304: "unchanged", 416: "image/jpeg"},
)
async def get_made_picture(call: Call) -> web.StreamResponse:
    """A small picture of what a node made, JPEG."""
    job = await own_job(call)
    path = roots.inside(call.room.settings.data / "made" / job.id, call["file"])
    headers = {"Cache-Control": "private, max-age=31536000, immutable", "Content-Type": "image/jpeg"}
    return web.FileResponse(path, headers=headers)


@handles("POST", "/api/jobs/{id}/cancel", where=ID, answers={200: JOB})
async def cancel(call: Call) -> web.StreamResponse:
    """Stop a job. A pending one is taken out at once; a running one ends within a second. An ended one stays as it is."""
    job = await own_job(call)
    now = await asyncio.to_thread(call.room.jobs.cancel, job.id) or job
    if now.status == "running":
        await asyncio.to_thread(call.room.worker.cancel, job.id)
        call.room.tell(now)
    elif job.status == "pending":
        call.room.tell(now)
    return answer(shown(call.room, now))


@handles("POST", "/api/jobs/{id}/retry", where=ID, answers={201: JOB})
async def retry(call: Call) -> web.StreamResponse:
    """Queue a failed, cancelled or interrupted job once more, as a new job."""
    job = await own_job(call)
    again = await asyncio.to_thread(call.room.jobs.retry, job.id)
    if again is None:
        raise ApiError(409, f"the job is {job.status}", "only failed, cancelled and interrupted jobs can be retried")
    _announce(call, [again])
    call.room.worker.wake()
    return answer(shown(call.room, again), 201)


@handles(
    "PATCH",
    "/api/jobs/{id}",
    where=ID,
    body=record(priority=integer(-1000, 1000), before={"type": ["string", "null"], "maxLength": 64}),
    answers={200: JOB},
)
async def change(call: Call) -> web.StreamResponse:
    """Move a pending job: give it a `priority`, or put it `before` another one of the same priority (null: last)."""
    job = await own_job(call)
    if job.status != "pending":
        raise ApiError(409, f"the job is {job.status}", "only a pending job can be moved")
    if call.room.access.named and call.body.get("priority", 0) > 0:
        raise ApiError(403, "a raised priority would push other users' jobs back", "use 0 or less")
    before = call.body.get("before")
    if before is not None:
        await _find(call, before)
    await asyncio.to_thread(_move, call, job)
    now = await own_job(call)
    call.room.tell(now)
    return answer(shown(call.room, now))


@handles(
    "DELETE",
    "/api/jobs",
    query={"keep": integer(0, 10**9, default=0), "older_than": integer(0, 10**9)},
    answers={200: record(("pruned",), pruned={"type": "integer"})},
)
async def prune(call: Call) -> web.StreamResponse:
    """Forget ended jobs: all but the newest `keep` of them, or those that ended more than `older_than` seconds ago. Files stay."""
    user = call.user if call.room.access.named else None
    older = call.query.get("older_than")
    keep = None if older is not None and "keep" not in call.request.query else call.query["keep"]
    count = await asyncio.to_thread(
        lambda: call.room.jobs.prune(keep=keep, older_than=None if older is None else float(older), user=user)
    )
    return answer({"pruned": count})


@handles("GET", "/api/queue", answers={200: QUEUE})
async def get_queue(call: Call) -> web.StreamResponse:
    """How many jobs there are of each status, and whether the queue is paused."""
    return answer(await asyncio.to_thread(call.room.queue, call.user))


@handles("POST", "/api/queue/pause", answers={200: QUEUE})
async def pause(call: Call) -> web.StreamResponse:
    """Start no further job; the running one ends as it would."""
    return await _set_paused(call, True)


@handles("POST", "/api/queue/resume", answers={200: QUEUE})
async def resume(call: Call) -> web.StreamResponse:
    """Go on with the queue."""
    return await _set_paused(call, False)


async def own_job(call: Call) -> Job:
    """The job of the address; 404 when there is none, or it is another user's."""
    return await _find(call, call["id"])


async def _find(call: Call, name: str) -> Job:
    job = await asyncio.to_thread(call.room.jobs.get, name)
    if job is None or (call.room.access.named and job.user != call.user):
        raise ApiError(404, f"there is no job '{name[:64]}'", "GET /api/jobs lists them")
    return job


def _clear(call: Call, job: Job) -> None:
    """Delete what an ended job left on the disk and nobody will look at: the small pictures, and of a quiet job the results too."""
    shutil.rmtree(call.room.settings.data / "made" / job.id, ignore_errors=True)
    results = call.room.roots(job.user)["outputs"].resolve()
    for path in [Path(output["path"]).resolve() for output in job.outputs if "path" in output] if job.quiet else []:
        if path.is_relative_to(results):
            path.unlink(missing_ok=True)


def _announce(call: Call, added: list[Job]) -> None:
    """One event for all, so that a batch of thousands does not push everything else out of the hub."""
    ids = [job.id for job in added]
    call.room.hub.publish([{"type": "added", "jobs": ids, "batch": added[0].batch, "user": call.user}])


async def _set_paused(call: Call, paused: bool) -> web.Response:
    if call.room.access.named:
        raise ApiError(403, "the queue is shared by all users", "cancel or move your own jobs")
    await asyncio.to_thread(call.room.jobs.pause if paused else call.room.jobs.resume)
    call.room.worker.wake()
    call.room.hub.publish([{"type": "queue", "paused": paused}])
    return answer(await asyncio.to_thread(call.room.queue, call.user))


def _move(call: Call, job: Job) -> None:
    if "priority" in call.body:
        call.room.jobs.prioritise(job.id, call.body["priority"])
    if "before" in call.body:
        call.room.jobs.move(job.id, call.body["before"])


def _prepare(call: Call) -> Insert:
    """Check what was posted; returns what writes it down. Runs in a thread."""
    room, body = call.room, call.body
    room.follow_packs()
    raw = _workflow_of(call)
    workflow = checking.build(room, call.user, raw)
    table = [checking.values_of(workflow, {**body.get("values", {}), **row}) for row in _rows(body.get("batch"))]
    _check_targets(workflow, body.get("targets"))
    _check(call, workflow, table)
    own = checking.located(room, call.user, workflow)
    rows = [{**own, **row, **checking.located(room, call.user, workflow, row)} for row in table]
    same: dict[str, Any] = {
        "targets": body.get("targets"),
        "title": body.get("title", workflow.title[:200]),
        "user": call.user,
        "priority": body.get("priority", 0),
        "on_error": body.get("on_error", "stop"),
        "quiet": body.get("quiet", False),
        "folder": str(workflow.folder),
        "out": str(room.roots(call.user)["outputs"]),
    }
    values = [{f"{node}.{socket}": value for (node, socket), value in row.items()} for row in rows]
    text_of = json.dumps(workflow.raw, ensure_ascii=False, separators=(",", ":"))
    if "batch" not in body:
        return lambda: [room.jobs.add(text_of, values=values[0], **same)]
    return lambda: room.jobs.add_batch(text_of, values, **same)


def _workflow_of(call: Call) -> Any:
    body = call.body
    if ("workflow" in body) == ("name" in body):
        raise ApiError(
            400, "the body must have either 'workflow' or 'name'", "give the graph, or the name of a saved one"
        )
    return body["workflow"] if "workflow" in body else json.loads(call.room.saved(call.user).get(body["name"]).data)


def _rows(batch: dict[str, dict[str, list[Any]]] | None) -> list[dict[str, Any]]:
    if batch is None:
        return [{}]
    if len(batch) != 1:
        raise ApiError(400, "a batch is either a product or a zip", "give one of them")
    rows = product(batch["product"]) if "product" in batch else zipped(batch["zip"])
    if not 1 <= len(rows) <= MAX_ROWS:
        raise ApiError(400, f"the batch has {len(rows)} rows", f"make it 1 to {MAX_ROWS}")
    return rows


def _check_targets(workflow: Workflow, targets: list[str] | None) -> None:
    for name in targets or ():
        if name not in workflow.nodes:
            cure = did_you_mean(name, workflow.nodes, "name a node that is there")
            raise ApiError(400, f"there is no node '{name:.100}' to run", cure)


def _check(call: Call, workflow: Workflow, table: list[checking.Values]) -> None:
    """NotValid with every problem of the first row's graph, and of the other rows' values."""
    room = call.room
    found = checking.problems_of(room, call.user, workflow.with_values(table[0]), call.body.get("targets"))
    for row in table[1:]:
        if len(found) >= 100:
            break
        found.extend(checking.row_problems(room, call.user, workflow, row))
    if found:
        raise NotValid(found)
