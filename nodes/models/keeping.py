"""Why: several lanes take models at once, and not all models fit into memory. What is loaded is kept here, within a budget for each device.

A model is lent for the time of a call and never put away meanwhile. Who asks for one that is not loaded waits for it alone: lookups go on, the
same weights are loaded once however many ask, and each may stop waiting. Loads themselves come one after the other, in a thread of their own: the
libraries change settings of the whole process while they load. When room is needed the least valuable models go, by GreedyDual-Size (Cao and Irani
1997): what took long to load, takes little and was used lately stays. From an accelerator they go to the processor's memory first.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from graph import Cancelled

from . import memory
from .hub import amount
from .kept import Kept, Key, Load, Wish, again

Say = Callable[[str], None]
LOOK = 0.05
"""Seconds between two looks at whether a waiter has been stopped."""


class Keeper:
    """The loaded models of this process.

    device: where models go that do not say ("auto" until torch is there: then the processor). limit: bytes that models may take on each device, 0 for
    a share of what it has. whole: bytes that this process may hold, 0 for the machine's.
    """

    def __init__(self, device: Callable[[], str], limit: int = 0, whole: int = 0) -> None:
        self._device, self._limit, self._whole = device, limit, whole
        self._lock = threading.Lock()
        self._kept: dict[Key, Kept] = {}
        self._loading: dict[tuple[Key, str], Load] = {}
        self._away: dict[Key, str] = {}
        self._sizes: dict[Key, int] = {}
        self._age, self._count = 0.0, 0
        self._thread: ThreadPoolExecutor | None = None
        memory.ask_too(self)

    # --- lending

    def take(self, wish: Wish, say: Say, stop: threading.Event | None = None) -> Kept:
        """A model to work with until it is given back; loaded when it must be. Raises what loading raised, or Cancelled once `stop` is set."""
        with self._lock:
            kept = self._kept.get(wish.key)
            if kept is not None and kept.mark == wish.mark and kept.state == "ready":
                self._used(kept)
                kept.uses += 1
                return kept
            load = self._loading.get((wish.key, wish.mark))
            if load is None:
                load = self._loading[wish.key, wish.mark] = Load(wish)
                self._thread = self._thread or ThreadPoolExecutor(1, "graft-load")
                self._thread.submit(self._work, load)
            load.waiters += 1
        self._wait(load, stop)
        for note in load.notes:
            say(note)
        if load.error is not None:
            raise again(load.error)
        assert load.kept is not None
        return load.kept

    def give(self, kept: Kept) -> None:
        """A call has ended. What is no longer kept, or no longer fits, goes now."""
        with self._lock:
            kept.uses -= 1
            place, ended = kept.place, kept.gone and kept.free
            leaving = self._surplus(place)
        if ended:
            kept.close()
        self._clear(leaving, place)

    def pin(self, kept: Kept) -> None:
        """Whoever has taken it will not tell when he is done: it stays until its files change or all is closed."""
        with self._lock:
            kept.uses -= 1
            kept.pinned = True

    def make_room(self, device: str = "") -> list[str]:
        """Put away all that nobody uses on a device ("": on any) for good; their names."""
        with self._lock:
            leaving = [kept for kept in self._kept.values() if kept.free and _on(device, kept.place)]
            for kept in leaving:
                self._drop(kept, f"memory ran out on {kept.place}")
        for kept in leaving:
            kept.close()
        return [kept.name for kept in leaving]

    def rows(self) -> list[dict[str, Any]]:
        """What is loaded: kind, name, bytes, device, and whether it is at work."""
        with self._lock:
            return [
                {"kind": k.kind, "name": k.name, "bytes": k.bytes, "device": k.place, "used": k.uses > 0}
                for k in self._kept.values()
            ]

    def close(self) -> None:
        """Put all away; what is at work goes when its call ends."""
        leaving: list[Kept] = []
        with self._lock:
            for kept in list(self._kept.values()):
                kept.pinned = False
                self._drop(kept)
                if kept.free:
                    leaving.append(kept)
            self._away.clear()
            thread, self._thread = self._thread, None
        for kept in leaving:
            kept.close()
        if thread is not None:
            thread.shutdown(wait=False)

    # --- loading

    def _wait(self, load: Load, stop: threading.Event | None) -> None:
        while not load.over.wait(LOOK if stop is not None else None):
            if stop is not None and stop.is_set():
                break
        else:
            return
        with self._lock:
            load.waiters -= 1
            kept = load.kept
        if kept is not None:
            self.give(kept)
        raise Cancelled

    def _work(self, load: Load) -> None:
        """In the loading thread: load, measure, keep, and make room for it."""
        wish = load.wish
        with self._lock:
            if not load.waiters:  # all have been stopped
                del self._loading[wish.key, wish.mark]
                return
            parked = self._kept.get(wish.key)
            if parked is None or parked.mark != wish.mark or parked.state != "parked":
                parked = None
            else:
                parked.state = "coming"
                parked.uses += 1  # nobody may put it away now
        try:
            kept = self._loaded(load) if parked is None else self._unparked(parked)
        except BaseException as error:
            with self._lock:
                del self._loading[wish.key, wish.mark]
                load.error = error
                if parked is not None:
                    parked.state = "parked"
            load.over.set()
        else:
            self._keep(load, kept)
        if parked is not None:
            self.give(parked)

    def _loaded(self, load: Load) -> Kept:
        wish = load.wish
        place = self._device()
        with self._lock:
            old = self._kept.get(wish.key)  # of files that have changed since
            if old is not None:
                old.pinned = False
                self._drop(old)
            ended = old if old is not None and old.free else None
            why = self._away.pop(wish.key, "")
            leaving = self._surplus(place, self._sizes.get(wish.key, wish.size))
        if ended is not None:
            ended.close()
        self._clear(leaving, place)
        if why:
            load.notes.append(f"{wish.name} is loaded again, for {why} (GRAFT_MEMORY sets how much models may take)")
        began = time.perf_counter()
        mark, model = memory.answered(wish.load, lambda: None, load.notes.append, place)
        seconds = time.perf_counter() - began
        sizes = memory.sizes_of(model)
        home = max(sizes, key=lambda device: sizes[device]) if sizes else str(getattr(model, "device", "cpu"))
        return Kept(wish.key, wish.name, wish.kind, mark, model, seconds, sum(sizes.values()) or wish.size, home)

    def _keep(self, load: Load, kept: Kept) -> None:
        """Lend it to all that wait, and keep within the budget, which is now known better."""
        budget = memory.budget(kept.home, self._limit, self._whole)
        if kept.bytes > budget and kept.state == "ready":
            load.notes.append(
                f"{kept.name} takes {amount(kept.bytes)} on {kept.home}, more than models may keep there together ({amount(budget)}, see GRAFT_MEMORY)"
            )
        with self._lock:
            self._loading.pop((load.wish.key, load.wish.mark), None)
            kept.state = "ready"
            kept.uses += load.waiters
            self._sizes[kept.key] = kept.bytes
            if not kept.gone:
                self._kept[kept.key] = kept
            self._used(kept)
            load.kept = kept
            leaving = self._surplus(kept.home)
        self._clear(leaving, kept.home)
        load.over.set()

    # --- putting away

    def _used(self, kept: Kept) -> None:
        self._count += 1
        kept.rank = self._age + kept.seconds / max(1, kept.bytes), self._count

    def _surplus(self, place: str, more: int = 0) -> list[Kept]:
        """What must leave a device so that `more` bytes fit beside the rest, the least valuable first; marked as leaving. Needs the lock."""
        there = [kept for kept in self._kept.values() if kept.place == place]
        left = sum(kept.bytes for kept in there) + more - memory.budget(place, self._limit, self._whole) if there else 0
        leaving: list[Kept] = []
        for kept in sorted(there, key=lambda kept: kept.rank):
            if left <= 0:
                break
            if kept.free:
                self._age = kept.rank[0]
                left -= kept.bytes
                leaving.append(kept)
        for kept in leaving:
            if place == "cpu":
                self._drop(kept, "others needed its memory")
            else:
                kept.state = "parked"
        return leaving

    def _drop(self, kept: Kept, why: str = "") -> None:
        """No longer keep it. Needs the lock; the caller closes it where it is free."""
        kept.gone = True
        if self._kept.get(kept.key) is kept:
            del self._kept[kept.key]
        if why:
            self._away[kept.key] = why

    def _clear(self, leaving: Collection[Kept], place: str) -> None:
        """Free the memory of what `_surplus` gave."""
        for kept in leaving:
            if kept.gone:
                kept.close()
            elif not self._park(kept):
                with self._lock:
                    if not kept.free or kept.state != "parked":
                        continue
                    self._drop(kept, "others needed its memory")
                kept.close()
        if leaving and place != "cpu":
            memory.give_back(place)
            with self._lock:
                crowd = self._surplus("cpu")
            self._clear(crowd, "cpu")

    def _park(self, kept: Kept) -> bool:
        """Move a model to the processor's memory; whether it can be moved. Networks that others work with stay where they are."""
        with self._lock:
            used = {id(part) for each in self._kept.values() if not each.free for part in memory.modules_of(each.model)}
        with kept.moving:
            return kept.state != "parked" or kept.gone or memory.move(kept.model, "cpu", used)

    def _unparked(self, kept: Kept) -> Kept:
        """The same model, back on its device; in the loading thread."""
        with self._lock:
            leaving = self._surplus(kept.home)
        self._clear(leaving, kept.home)
        with kept.moving:
            memory.answered(lambda: memory.move(kept.model, kept.home), lambda: None, None, kept.home)
        return kept


def _on(device: str, place: str) -> bool:
    return not device or device.partition(":")[0] == place.partition(":")[0]
