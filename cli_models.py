"""Why: weights are fetched, found, checked and thrown away by people who have no editor open, on servers and in scripts. `graft models` does so
with the same names that nodes take."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from graph import GraftError, Settings, did_you_mean
from terminal import Transfer

if TYPE_CHECKING:
    from nodes.models import Found, Shelf
    from nodes.models.catalogue import Offer

RECOMMENDED = "recommended"
EXAMPLE = "./graft models pull CIDAS/clipseg-rd64-refined"


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Lay out `graft models …`."""
    what = parser.add_subparsers(dest="what", metavar="what")
    listed = what.add_parser(
        "list", help="what is here, with sizes, and what can be fetched (the same as no word at all)"
    )
    pull = what.add_parser(
        "pull", help="fetch weights from the Hugging Face hub; a broken download goes on where it ended"
    )
    pull.add_argument("name", help=f"'org/repo', 'org/repo:file', or '{RECOMMENDED}': what suits this machine's memory")
    where = what.add_parser("where", help="print where weights lie")
    remove = what.add_parser("remove", help="delete weights from the models folder or the hub's cache")
    remove.add_argument("--yes", action="store_true", help="do not ask")
    check = what.add_parser("check", help="see whether weights are whole: their headers, and the hub's checksums")
    check.add_argument("name", nargs="?", help="these alone; all that are here")
    for each in (where, remove):
        each.add_argument("name")
    for each in (parser, listed):
        each.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="for machines")
    for each in (pull, where, remove, check):
        each.add_argument("--kind", help="inpaint, segment, chat, …; needed where the name does not tell")
    parser.set_defaults(call=run)


def run(given: argparse.Namespace, rest: list[str]) -> int:
    """Do what a command line asks; returns the exit code."""
    from nodes.models import KINDS, Shelf

    kind = getattr(given, "kind", None)
    if kind is not None and kind not in KINDS:
        raise GraftError(f"there is no kind '{kind}'", did_you_mean(kind, KINDS, f"use one of {', '.join(KINDS)}"))
    table: dict[str, Callable[[argparse.Namespace, Shelf], int]] = {
        "list": _list, "pull": _pull, "where": _where, "remove": _remove, "check": _check,
    }  # fmt: skip
    with closing(Shelf(Settings.from_environment())) as shelf:
        return table[given.what or "list"](given, shelf)


def _list(given: argparse.Namespace, shelf: Shelf) -> int:
    from nodes.models import KINDS, catalogue, hub

    if getattr(given, "json", False):
        print(json.dumps({kind: _kind_row(kind, shelf) for kind in KINDS}, indent=1))
        return 0
    memory = catalogue.machine_memory()
    for kind, row in KINDS.items():
        sizes, best = shelf.sizes(kind), catalogue.recommended(kind, memory)
        print(f"{kind}: {row.noun.partition(' ')[2]}; takes {row.wanted}")
        for name in shelf.names(kind):
            print(f"  {name}  {hub.amount(sizes[name])}" if name in sizes else f"  {name}  (nothing here)")
        for offer in (offer for offer in catalogue.offers(kind) if offer.name not in sizes):
            mark = "recommended here; " if offer is best else ""
            print(f"  + {offer.name}\n      {mark}{offer.title}; {offer.licence}; {offer.good}")
        print()
    print(f"what is marked with + can be fetched: {EXAMPLE}\nyour own weights go into {shelf.models}")
    return 0


def _kind_row(kind: str, shelf: Shelf) -> dict[str, object]:
    from nodes.models import catalogue

    sizes = shelf.sizes(kind)
    rows = [catalogue.as_row(offer, here=offer.name in sizes) for offer in catalogue.offers(kind)]
    return {"names": shelf.names(kind), "sizes": sizes, "offers": rows}


def _pull(given: argparse.Namespace, shelf: Shelf) -> int:
    from nodes.models import catalogue, hub

    if shelf.offline or hub.is_offline():
        raise GraftError("downloads are switched off", "unset GRAFT_OFFLINE and HF_HUB_OFFLINE")
    if given.name != RECOMMENDED:
        kind = given.kind or catalogue.guess_kind(given.name)
        if not kind:
            raise GraftError(f"'{given.name}' does not tell what it is for", "add --kind inpaint, segment, chat or sam")
        print(_fetched(kind, given.name, shelf))
        return 0
    offers = list(_recommended(given.kind))
    print(f"{hub.amount(sum(offer.bytes for offer in offers))} in all:", file=sys.stderr)
    for offer in offers:
        print(f"  {offer.kind}: {offer.title}, {offer.licence}", file=sys.stderr)
    for offer in offers:
        print(_fetched(offer.kind, offer.name, shelf))
    return 0


def _recommended(only: str | None) -> Iterator[Offer]:
    """What suits this machine, a row of each kind."""
    from nodes.models import KINDS, catalogue

    memory = catalogue.machine_memory()
    for kind in [only] if only else KINDS:
        offer = catalogue.recommended(kind, memory)
        if offer is not None:
            yield offer


def _fetched(kind: str, name: str, shelf: Shelf) -> Path:
    """Where the weights lie, once they are here."""
    from nodes.models import fetching

    found = shelf.here(kind, name)
    if found is not None:
        return found.path
    wanted = fetching.order(kind, name)
    transfer = Transfer(name)
    try:
        return fetching.fetch(wanted, transfer)
    except KeyboardInterrupt:
        transfer.close()
        raise GraftError(
            "the download was stopped", "what has come is kept: the same command goes on with it"
        ) from None
    finally:
        transfer.close()


def _where(given: argparse.Namespace, shelf: Shelf) -> int:
    for found in _here(given, shelf).values():
        print(found.path)
    return 0


def _here(given: argparse.Namespace, shelf: Shelf) -> dict[str, Found]:
    """What lies behind a name, by kind. GraftError when it is nowhere on this disk."""
    from nodes.models import KINDS

    found: dict[str, Found] = {}
    for kind in [given.kind] if given.kind else KINDS:
        try:
            here = shelf.here(kind, given.name)
        except GraftError:
            if given.kind:
                raise
            continue
        if here is not None:
            found[kind] = here
    if not found:
        known = [name for kind in KINDS for name in shelf.names(kind)]
        raise GraftError(
            f"'{given.name}' is not here", did_you_mean(given.name, known, "'./graft models list' shows what is")
        )
    return found


def _remove(given: argparse.Namespace, shelf: Shelf) -> int:
    from nodes.models import hub, inventory

    if given.name in ("auto", "starter"):
        raise GraftError("the starter models ship with Graft", "name weights of your own; './graft models' lists them")
    kind, found = next(iter(_here(given, shelf).items()))
    if found.source in ("path", "elsewhere"):
        raise GraftError(f"'{given.name}' lies outside of Graft's folders", f"delete it yourself: {found.path}")
    path = found.path
    if not given.yes and not _agreed(f"Delete {given.name} ({hub.amount(inventory.size_of(path))}, {path})? [y/N] "):
        print("nothing was deleted", file=sys.stderr)
        return 1
    freed = inventory.remove(kind, given.name, shelf.models)
    print(f"{hub.amount(freed)} are free now")
    return 0


def _agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        raise GraftError("nobody can be asked here", "add --yes")
    return input(question).strip().lower() in ("y", "yes")


def _check(given: argparse.Namespace, shelf: Shelf) -> int:
    from nodes.models import inventory

    wrong = False
    for name, path in _checked(given, shelf):
        transfer = Transfer(name)
        found = inventory.check(path, transfer)
        transfer.close()
        wrong = wrong or bool(found)
        print(f"{name}: {'in order' if not found else f'{len(found)} to mend'}")
        for problem in found:
            print(f"  {problem}")
    return 1 if wrong else 0


def _checked(given: argparse.Namespace, shelf: Shelf) -> Iterator[tuple[str, Path]]:
    """Name and path of what is looked at, every path once."""
    from nodes.models import KINDS

    if given.name:
        yield from ((given.name, found.path) for found in _here(given, shelf).values())
        return
    seen: set[str] = set()
    for kind in [given.kind] if given.kind else KINDS:
        for name in shelf.names(kind):
            try:
                found = None if name == "auto" else shelf.here(kind, name)
            except GraftError as error:
                print(f"{kind} {name}: {error}", file=sys.stderr)
                continue
            if found is not None and os.fspath(found.path) not in seen:
                seen.add(os.fspath(found.path))
                yield f"{kind} {name}", found.path
