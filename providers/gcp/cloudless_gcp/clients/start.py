"""Which execution of Workflows has which id of ours: a document an id, in the broker's database.

    executions/<sha-256 of "fulfil/order-7">
        = {orchestration, execution, digest, input: {"args", "from"} as JSON, created, native, started, expires,
           cancelled: only where it was}

Workflows knows no ids of the caller's. So a start writes the document, if there is none; creates an execution; and
writes its id down (`created`). Every execution's first step asks the broker, which writes it down as the one that has
the id (`native`), or tells it that another one has. Whoever dies in between is followed by the next start of the id:
of several executions that were created one has it, and the others end at once. A document is `cancelled` instead of
begun: then no execution has the id, and none will, whenever one asks.
"""

from __future__ import annotations

from cloudless.errors import Unavailable
from cloudless_gcp.clients.firestore import path_of, texts, times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from cloudless_gcp.clients.firestore import Document, Fields, Firestore

COLLECTION = "executions"
KEPT_S = 90 * 86_400.0
"""How long an id stands for its execution, from its start; longer where that still runs."""
GONE_S = 400 * 86_400.0
"""When the document may go: an execution takes at most a year."""
TRIES = 5
_GIVEN = ("orchestration", "execution", "digest", "input")
"""What a document says from the start, and for good."""


class Start:
    """What a document says. created, native: ids of Workflows, "" where there is none. version: of the document.

    cancelled_s: when it was cancelled before it had begun; 0 where it was not.
    """

    __slots__ = (
        "cancelled_s", "created", "digest", "execution", "input", "native", "orchestration", "started_s", "version",
    )  # fmt: skip

    def __init__(self, orchestration: str, execution: str, digest: str, input: str, started_s: float) -> None:
        self.orchestration = orchestration
        self.execution = execution
        self.digest = digest
        self.input = input
        self.started_s = started_s
        self.created = ""
        self.native = ""
        self.cancelled_s = 0.0
        self.version = ""

    @property
    def id(self) -> str:
        """Of Workflows: the execution that has our id, or the one that is to have it; "" where there is none yet."""
        return self.native or self.created

    @property
    def is_settled(self) -> bool:
        """Whether an execution has the id, or none ever will."""
        return bool(self.native or self.cancelled_s)


class Starts:
    """The documents of a stage. Safe from several threads and processes."""

    __slots__ = ("_store", "now_s")

    def __init__(self, store: Firestore, now_s: Callable[[], float]) -> None:
        self._store = store
        self.now_s = now_s

    @property
    def database(self) -> str:
        """Its full name."""
        return self._store.database

    def find(self, orchestration: str, execution: str) -> Start | None:
        """What is known of an id."""
        found = self._store.get(path_of(COLLECTION, f"{orchestration}/{execution}"))
        return None if found is None else start_of(found)

    def claim(self, wanted: Start, is_over: Callable[[Start], bool]) -> Start:
        """What is known of an id now: `wanted` itself, if it was free. is_over: whether that execution has ended."""
        if self._put(wanted, None):
            return wanted
        for _ in range(TRIES):
            found = self.find(wanted.orchestration, wanted.execution)
            if found is not None and (self.now_s() - found.started_s < KEPT_S or not is_over(found)):
                return found
            if self._put(wanted, found.version if found else None):
                return wanted
        raise _busy(wanted)

    def note(self, start: Start, created: str) -> None:
        """Write down what was created; nothing happens where somebody wrote meanwhile, who knew as much."""
        start.created = created
        self._put(start, start.version)

    def begin(self, orchestration: str, execution: str, native: str) -> Start | None:
        """Give the id to an execution that begins; what is known of it, or None where there is no such id.

        Whether it has the id tells `native` of the answer. A repetition gives the same answer.
        """
        for _ in range(TRIES):
            found = self.find(orchestration, execution)
            if found is None or found.is_settled:
                return found
            found.native = native
            if self._put(found, found.version):
                return found
        raise _changing(orchestration, execution)

    def cancel(self, orchestration: str, execution: str) -> Start | None:
        """Keep an execution from beginning; what is known of it then, or None where there is no such id.

        One that has begun goes on: `native` of the answer says so.
        """
        for _ in range(TRIES):
            found = self.find(orchestration, execution)
            if found is None or found.is_settled:
                return found
            found.cancelled_s = self.now_s()
            if self._put(found, found.version):
                return found
        raise _changing(orchestration, execution)

    def _put(self, start: Start, over: str | None) -> bool:
        path = path_of(COLLECTION, f"{start.orchestration}/{start.execution}")
        version = self._store.put(path, fields_of(start), over)
        if version is None:
            return False
        start.version = version
        return True


def fields_of(start: Start) -> Fields:
    """A document's fields."""
    said = texts(**{name: getattr(start, name) for name in _GIVEN}, created=start.created, native=start.native)
    cancelled = times(cancelled=start.cancelled_s) if start.cancelled_s else {}
    return {**said, **times(started=start.started_s, expires=start.started_s + GONE_S), **cancelled}


def start_of(document: Document) -> Start:
    """A document read back."""
    given = {name: document.text(name) for name in _GIVEN}
    found = Start(**given, started_s=document.seconds("started"))
    found.created, found.native = document.text("created"), document.text("native")
    found.cancelled_s, found.version = document.seconds("cancelled"), document.version
    return found


def _changing(orchestration: str, execution: str) -> Unavailable:
    return Unavailable(f"what is known of execution {execution!r} of {orchestration!r} kept changing: try again")


def _busy(wanted: Start) -> Unavailable:
    return Unavailable(f"others are starting execution {wanted.execution!r} of {wanted.orchestration!r}: try again")
