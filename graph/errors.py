"""Why: an error is read by the person who made the graph. So each says what is wrong and ends in the cure, and carries the
node and the socket as fields, so that a page, a terminal and a machine can each show it in their own way."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


class GraftError(Exception):
    """Something that a user can mend. ``what`` says what is wrong, ``cure`` what to do; both are sentences without the stop. ``weights``: the kind
    and name of weights that mend it when they are fetched, None where none would."""

    weights: tuple[str, str] | None = None

    def __init__(self, what: str, cure: str = "", *, node: str = "", socket: str = "") -> None:
        super().__init__(what, cure)
        self.what, self.cure, self.node, self.socket = what, cure, node, socket

    def __str__(self) -> str:
        where = ".".join(part for part in (self.node, self.socket) if part)
        head = f"{where}: {self.what}" if where else self.what
        cure = f" {self.cure[:1].upper()}{self.cure[1:]}" if self.cure else ""
        return ".".join(part.rstrip(".") for part in (head, cure) if part) + "."


class BadInput(GraftError):
    """A node can't work with the value that came in at ``socket``."""

    def __init__(self, socket: str, what: str, cure: str) -> None:
        super().__init__(what, cure, socket=socket)


class MissingWeights(GraftError):
    """A model's weights are not on this machine. ``weights`` is set by who knows under which name they can be fetched."""

    def __init__(self, what: str, size: str, source: str, cure: str) -> None:
        detail = ", ".join(part for part in (size, f"from {source}" if source else "") if part)
        super().__init__(f"the weights of {what} are not on this machine" + (f" ({detail})" if detail else ""), cure)
        self.subject, self.size, self.source = what, size, source


class BadFile(GraftError):
    """A workflow file that can't be read as one."""


class NodeFailed(GraftError):
    """A node raised something that nobody foresaw: a defect. ``trace`` is the whole traceback, for the report."""

    def __init__(self, node: str, error: BaseException, trace: str) -> None:
        super().__init__(
            f"failed with {type(error).__name__}: {error}",
            "this is a defect of the node, not of your graph: please report it with --traceback's output",
            node=node,
        )
        self.trace = trace


@dataclass(frozen=True)
class Problem:
    """One thing in a workflow that must be mended before it can run. ``node`` and ``socket`` may be empty; ``weights`` as of GraftError."""

    what: str
    cure: str = ""
    node: str = ""
    socket: str = ""
    weights: tuple[str, str] | None = None

    def __str__(self) -> str:
        return str(GraftError(self.what, self.cure, node=self.node, socket=self.socket))


class Objection(str):
    """Why weights can't be used, as a sentence; ``weights`` as of GraftError."""

    weights: tuple[str, str] | None = None

    @classmethod
    def of(cls, error: GraftError) -> Objection:
        found = cls(error)
        found.weights = error.weights
        return found


def fetchable(error: GraftError | Problem) -> dict[str, dict[str, str]]:
    """{"weights": {"kind", "name"}} for a row that tells of an error which a download mends; nothing for others."""
    return {"weights": dict(zip(("kind", "name"), error.weights, strict=True))} if error.weights else {}


class NotValid(GraftError):
    """A workflow with problems; all of them at once in ``problems``."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"the workflow has {len(self.problems)} problem{'s' * (len(self.problems) != 1)}")

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class Cancelled(Exception):
    """The user stopped the run."""


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """A cure that names the nearest of ``known``, or ``otherwise`` where nothing is near."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?".rstrip("?") if near else otherwise
