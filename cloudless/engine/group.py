"""Group: the branches of a gather or fan-out, at most so many at a time, until all of them are settled."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cloudless.engine.effect import Parallel
    from cloudless.engine.scheduler import Scheduler, Strand


class Group:
    """parent: who waits. It goes on with what became of each branch, in order: ("v", value) or ("err", error)."""

    __slots__ = ("_left", "_next", "_parallel", "_parent", "_settled")

    def __init__(self, parent: Strand, parallel: Parallel) -> None:
        self._parent = parent
        self._parallel = parallel
        self._left = parallel.count
        self._next = 0
        self._settled: list[Any] = [None] * parallel.count

    def begin(self, scheduler: Scheduler) -> None:
        """Start as many as may run at a time."""
        count, limit = self._parallel.count, self._parallel.limit
        if not count:
            scheduler.resume(self._parent, [])
        for _ in range(min(count, limit) if limit else count):
            self._start(scheduler)

    def settle(self, scheduler: Scheduler, index: int, how: tuple[str, Any]) -> None:
        """A branch has ended: the next one starts, or, after the last, the parent goes on."""
        self._settled[index] = how
        self._left -= 1
        if self._next < self._parallel.count:
            self._start(scheduler)
        elif not self._left:
            scheduler.resume(self._parent, self._settled)

    def _start(self, scheduler: Scheduler) -> None:
        index = self._next
        self._next += 1
        scheduler.start_branch(self._parallel.branch(index), self, index)
