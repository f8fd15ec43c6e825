"""Sending lists: one request after another, or several at once where no order is promised; partial failures again.

What a request as a whole meets (no access, no queue, three times no answer), the next one would meet as well: it is not
tried then, and its messages are told as unsent.
"""

from __future__ import annotations

from threading import Lock

from cloudless.driver.queue import Unsent
from cloudless.errors import CloudlessError, PermissionDenied, Unavailable
from cloudless_aws.clients.denied import denied
from cloudless_aws.clients.errors import of_code
from cloudless_aws.clients.sdk import TRIES, pause

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from cloudless_aws.clients.denied import Grant
    from cloudless_aws.clients.entry import Entry

    Failures = dict[int, CloudlessError]
    """What was not stored, by its place in the list."""

    Request = Callable[[list[Entry]], Sequence[Mapping[str, Any]]]
    """Makes one request, once; gives the entries that the service reports as failed. Raises ours for all of them."""

AT_ONCE = 4
"""Requests that are under way at the same time."""


class Work:
    """One list on its way. what: as people read it, e.g. "sending to queue 'orders'"."""

    __slots__ = ("_is_ordered", "_lock", "_problem", "_request", "_what", "unsent")

    def __init__(self, request: Request, what: str, *, ordered: bool = False) -> None:
        self._request = request
        self._what = what
        self._is_ordered = ordered
        self._problem: CloudlessError | None = None
        self._lock = Lock()
        self.unsent: Failures = {}

    def carry_out(self, requests: Iterable[list[Entry]], at_once: int) -> None:
        """Make all requests; in their order where only one is made at once."""
        todo = iter(requests)
        if at_once <= 1:
            self._take(todo)
            return
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(self._take, [todo] * at_once))

    def _take(self, todo: Iterator[list[Entry]]) -> None:
        """Make one request after another, until none is left."""
        while True:
            with self._lock:
                entries = next(todo, None)
            if entries is None:
                return
            problem = self._problem
            unsent = dict.fromkeys(map(_place, entries), problem) if problem else self._made(entries)
            with self._lock:
                self.unsent |= unsent
            if unsent and self._is_ordered and self._problem is None:  # what follows would overtake
                self._problem = unsent[min(unsent)]

    def _made(self, entries: list[Entry]) -> Failures:
        """Make a request, and again for what was not stored, three times in all; what is left."""
        unsent: Failures = {}
        attempt = 1
        while True:
            refused, whole = self._once(entries)
            unsent |= refused
            again = [entry for entry in entries if isinstance(refused.get(_place(entry)), Unavailable)]
            if not again or attempt == TRIES:
                self._problem = self._problem or whole
                return unsent
            for entry in again:
                del unsent[_place(entry)]
            entries = again
            pause(attempt)
            attempt += 1

    def _once(self, entries: list[Entry]) -> tuple[Failures, CloudlessError | None]:
        """What was refused, and why all of it was, if it was the request itself."""
        try:
            return {_place(one): refusal(one, self._what) for one in self._request(entries)}, None
        except CloudlessError as problem:
            return dict.fromkeys(map(_place, entries), problem), problem


def problems(work: Work, grant: Grant) -> Failures:
    """What was not stored, as people need to hear it."""
    return {index: _told(problem, grant) for index, problem in work.unsent.items()}


def unsent(found: Failures, count: int) -> list[Unsent]:
    """What of `count` messages was not stored, in order; raises where nothing was."""
    if len(found) == count:
        raise found[min(found)]
    return [Unsent(index, found[index]) for index in sorted(found)]


def _place(entry: Mapping[str, Any]) -> int:
    return int(entry["Id"])


def _told(problem: CloudlessError, grant: Grant) -> CloudlessError:
    return denied(grant, problem) if isinstance(problem, PermissionDenied) else problem


def refusal(one: Mapping[str, Any], what: str) -> CloudlessError:
    """Our error for an entry that the service reports as failed, which stays at `native` as the SDK would raise it."""
    from botocore.exceptions import ClientError

    text = f"{what}: {one['Code']}: {one.get('Message', '')}"
    ours = of_code(one["Code"], text)
    ours.native = ClientError({"Error": {"Code": one["Code"], "Message": one.get("Message", "")}}, what)
    return ours
