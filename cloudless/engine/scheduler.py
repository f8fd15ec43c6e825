"""Scheduler: one execution, from its start to its end, as a machine that is told what happened.

    scheduler = Scheduler(definition, "order-7", host)
    scheduler.start({"order": {...}})          # asks the host for calls and timers
    scheduler.complete(1, {"v": 42})           # until …
    scheduler.outcome                          # {"v": ...} or {"err": {...}}

Strands (the program and its branches) are resumed in turn, one at a time. Equal inputs in equal order lead to equal
requests in equal order: who keeps the inputs can replay the execution. Nothing here reads a clock or draws a number.
"""

from __future__ import annotations

from collections import deque

from cloudless.engine.attempts import Attempts
from cloudless.engine.effect import Parallel, Sleep, Step, Wait
from cloudless.engine.error import Raised
from cloudless.engine.group import Group
from cloudless.engine.host import EVENT, SLEEP
from cloudless.engine.mailbox import Mailbox, Waiter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    from cloudless.driver.error import Error
    from cloudless.engine.definition import Definition
    from cloudless.engine.effect import Effect, Running
    from cloudless.engine.host import Host

    class Pending(Protocol):
        """What waits for a call or timer."""

        def completed(self, scheduler: Scheduler, reply: dict[str, Any]) -> None: ...
        def fired(self, scheduler: Scheduler) -> None: ...


class Strand:
    """A program, or a branch, that is under way. group, index: of a branch; None and 0 of the program itself."""

    __slots__ = ("group", "index", "run")

    def __init__(self, run: Running, group: Group | None = None, index: int = 0) -> None:
        self.run = run
        self.group = group
        self.index = index


class Scheduler:
    """open: what is asked of the host and not yet told, by handle. outcome: None until the end."""

    __slots__ = ("_count", "_definition", "_execution", "_ready", "_root", "host", "mailbox", "open", "outcome")

    def __init__(self, definition: Definition, execution: str, host: Host) -> None:
        self.host = host
        self.open: dict[int, Pending] = {}
        self.outcome: dict[str, Any] | None = None
        self.mailbox = Mailbox()
        self._definition = definition
        self._execution = execution
        self._count = 0
        self._ready: deque[tuple[Strand, Callable[[Any], Effect], Any]] = deque()
        self._root: Strand | None = None

    # --- what a host tells ---

    def start(self, arguments: dict[str, Any]) -> None:
        """Begin with the main orchestration's arguments, by name."""
        self.begin(self._definition.program(self._definition.main).run(arguments, self._execution, self.host))

    def begin(self, run: Running) -> None:
        """Begin with something else than the main orchestration: a portion of a fan-out."""
        self._root = Strand(run)
        self.resume(self._root, None)
        self._go_on()

    def complete(self, handle: int, reply: dict[str, Any]) -> None:
        """An attempt has ended: {"v": value} or {"err": error}. One that nobody waits for any more is ignored."""
        pending = self.open.pop(handle, None)
        if pending is not None:
            pending.completed(self, reply)
            self._go_on()

    def fire(self, handle: int) -> None:
        """A timer's time has come. One that nobody waits for any more is ignored."""
        pending = self.open.pop(handle, None)
        if pending is not None:
            pending.fired(self)
            self._go_on()

    def deliver(self, name: str, payload: Any, id: str = "") -> None:
        """An event was sent to this execution; one whose id has come before is ignored."""
        waiter = self.mailbox.put(name, payload, id)
        if waiter is not None:
            self.forget(waiter.timer)
            self.resume(waiter.strand, payload)
            self._go_on()

    def close(self) -> None:
        """End without an outcome: no block of it is run any more."""
        if self._root is not None:
            self._root.run.close()
        self.open.clear()
        self._ready.clear()

    # --- what its parts ask for ---

    def resume(self, strand: Strand, value: Any) -> None:
        """Go on with a value, when its turn comes."""
        self._ready.append((strand, strand.run.send, value))

    def fail(self, strand: Strand, error: Error) -> None:
        """Go on with an error, when its turn comes."""
        self._ready.append((strand, strand.run.throw, Raised(error)))

    def call(self, pending: Pending, step: Step, attempt: int) -> int:
        """Begin an attempt; the handle."""
        self._count = handle = self._count + 1
        self.open[handle] = pending
        self.host.call(handle, step, attempt)
        return handle

    def timer(self, pending: Pending, seconds: float, kind: str, id: str) -> int:
        """Begin to wait; the handle."""
        self._count = handle = self._count + 1
        self.open[handle] = pending
        self.host.timer(handle, seconds, kind, id)
        return handle

    def start_branch(self, run: Running, group: Group, index: int) -> None:
        """Begin a branch, when its turn comes."""
        self.resume(Strand(run, group, index), None)

    def forget(self, handle: int) -> None:
        """Stop waiting for a call or timer; 0 for none."""
        if handle and self.open.pop(handle, None) is not None:
            self.host.cancel(handle)

    # --- strands ---

    def _go_on(self) -> None:
        ready = self._ready
        while ready:
            strand, go, value = ready.popleft()
            try:
                effect = go(value)
            except StopIteration as end:
                self._settle(strand, ("v", end.value))
            except Raised as raised:
                self._settle(strand, ("err", raised.error))
            else:
                BEGIN[type(effect)](self, strand, effect)

    def _settle(self, strand: Strand, how: tuple[str, Any]) -> None:
        if strand.group is not None:
            strand.group.settle(self, strand.index, how)
            return
        self.outcome = {how[0]: how[1]}
        for handle in list(self.open):
            self.forget(handle)


class _Sleeping:
    """A strand until its timer fires."""

    __slots__ = ("_strand",)

    def __init__(self, strand: Strand) -> None:
        self._strand = strand

    def completed(self, scheduler: Scheduler, reply: dict[str, Any]) -> None:
        """Never: it is a timer."""

    def fired(self, scheduler: Scheduler) -> None:
        scheduler.resume(self._strand, None)


def _step(scheduler: Scheduler, strand: Strand, effect: Step) -> None:
    Attempts(strand, effect).begin(scheduler)


def _sleep(scheduler: Scheduler, strand: Strand, effect: Sleep) -> None:
    scheduler.timer(_Sleeping(strand), effect.seconds, SLEEP, effect.id)


def _wait(scheduler: Scheduler, strand: Strand, effect: Wait) -> None:
    if scheduler.mailbox.has(effect.event):
        scheduler.resume(strand, scheduler.mailbox.take(effect.event))
        return
    waiter = Waiter(strand, effect.event)
    scheduler.mailbox.wait(waiter)
    if effect.timeout_s is not None:
        waiter.timer = scheduler.timer(waiter, effect.timeout_s, EVENT, effect.id)


def _parallel(scheduler: Scheduler, strand: Strand, effect: Parallel) -> None:
    Group(strand, effect).begin(scheduler)


BEGIN: dict[type[Effect], Callable[[Scheduler, Strand, Any], None]] = {
    Parallel: _parallel, Sleep: _sleep, Step: _step, Wait: _wait,
}  # fmt: skip
