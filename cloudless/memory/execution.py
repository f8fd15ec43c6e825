"""One execution in memory: the engine's scheduler, on the virtual clock, behind a journal.

Everything that the scheduler is told is recorded first, with its time. What is not recorded did not happen: a step
whose instance dies before that is carried out again, under the same key. From the journal alone the scheduler can be
made anew at any moment; it has to ask for the same things in the same order then, which is checked.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from cloudless.codec import load
from cloudless.driver.error import error_of
from cloudless.driver.orchestration import CANCELLED, COMPLETED, FAILED, RUNNING, Snapshot
from cloudless.engine import Scheduler
from cloudless.engine.host import RETRY
from cloudless.errors import InternalError, NeverQuiet
from cloudless.memory.ended import MOST
from cloudless.memory.envelope import plain_of
from cloudless.memory.journal import CALLED, DELIVERED, ENDED, FIRED, TIMED, Record, read, written
from cloudless.memory.world import US
from cloudless.message import NO_ATTRIBUTES, StepEnvelope, trace_of, utc
from cloudless.runtime.failure import conclusion

if TYPE_CHECKING:
    from collections.abc import Callable

    from cloudless.driver.orchestration import Status
    from cloudless.engine import Definition
    from cloudless.engine.effect import Step
    from cloudless.memory.world import World
    from cloudless.message import Envelope

    Reply = dict[str, Any]
    CarryOut = Callable[["MemoryExecution", Step, int], Reply]
    """Does what a step says, at the world's time, which it may spend."""

WINDOW = 16
"""The next step is any of the first so many that may run at the same time: nobody may rely on their order."""


class MemoryExecution:
    """A host of the engine, and something from which the world delivers: steps.

    orchestration, id: which it is. cause: the call that started it. journal: all that it was told and has asked for.
    on_end: called when it has ended.
    """

    portion_size = 0
    weight = 0

    def __init__(  # noqa: PLR0917  (made once an execution)
        self, orchestration: str, id: str, definition: Definition, call: Envelope, world: World, carry_out: CarryOut
    ) -> None:
        self.orchestration = orchestration
        self.name = self.id = id
        self.cause = call
        self.entropy = call.id  # from the seed
        self.definition = definition
        self.world = world
        self.listed = False
        self.status: Status = RUNNING
        self.error: Any = None
        self.output: str | None = None
        self.started_us = self._told_us = world.now_us
        self.ended_us: int | None = None
        self.journal: list[Record] = []
        self.on_end: Callable[[MemoryExecution], None] = _nothing
        self._carry_out = carry_out
        self._trace, self._correlation = trace_of(call), call.correlation or call.id
        self._has_begun = False
        self._steps = self._steps_us = 0
        self._tasks: deque[tuple[int, Step, int]] = deque()
        self._arguments: dict[str, Any] = {}
        self._expected: deque[Record] | None = None
        self._scheduler = Scheduler(definition, id, self)

    # --- what users ask

    def snapshot(self) -> Snapshot:
        """How it stands."""
        ended_s = None if self.ended_us is None else self.ended_us / US
        return Snapshot(self.status, self.started_us / US, ended_s, output=self.output, error=self.error)

    def start(self, arguments: dict[str, Any]) -> None:
        """Begin, unless it was cancelled before."""
        if self.status != RUNNING:
            return
        self._has_begun = True
        self._arguments = arguments
        if self.definition.timeout_s:
            self.world.at(self.started_us + round(self.definition.timeout_s * US), self._overdue, None, work=False)
        self._scheduler.start(arguments)
        if self._scheduler.outcome is not None:
            self._conclude(self._scheduler.outcome)

    def deliver(self, event: str, payload: Any, id: str) -> None:
        """Put an event into the mailbox; one that comes before the start is told after it."""
        if not self._has_begun:
            self.world.at(self.started_us, lambda told: self.deliver(*told), (event, payload, id), work=True)
            return
        self._tell((self.world.base_us, DELIVERED, 0, event, payload, id))

    def attempt_at(self, step: Step, text: str, number: int) -> StepEnvelope:
        """One attempt at a step, as the message that its function handles: its id is the key. text: of its payload."""
        now_s = self.world.now_us / US
        message = StepEnvelope(step.key, text, NO_ATTRIBUTES, 0, "", now_s, self._trace, self._correlation, number)
        message.execution = self.id
        return message

    def awaited(self) -> list[str]:
        """Names of the events that it waits for now."""
        return self._scheduler.mailbox.awaited()

    def cancel_execution(self) -> None:
        """End it, where it runs, at the time of who asks: no block of it is run any more."""
        world = self.world
        if self._has_begun and world.now_us != world.base_us:
            world.at(world.now_us, self._cancel, None, work=True)
        else:
            self._cancel(None)

    # --- host of the engine

    def now(self) -> str:
        """The time of the last thing that the scheduler was told."""
        return utc(self._told_us / US).isoformat(timespec="microseconds").replace("+00:00", "Z")

    def call(self, handle: int, step: Step, attempt: int) -> None:
        if self._ask((self._told_us, CALLED, handle, step.target, step, attempt)):
            self._tasks.append((handle, step, attempt))
            self._enlist()

    def timer(self, handle: int, seconds: float, kind: str, id: str) -> None:
        if self._ask((self._told_us, TIMED, handle, kind, seconds, id)):
            self.world.at(self._told_us + round(seconds * US), self._fire, handle, work=kind == RETRY)

    def cancel(self, handle: int) -> None:
        """Nothing: what is told of a handle that nobody waits for does no harm."""

    def _ask(self, record: Record) -> bool:
        """Record a request; in a replay, make sure that it is the one that was recorded, and do nothing."""
        if self._expected is None:
            self.journal.append(record)
            return True
        expected = self._expected.popleft() if self._expected else None
        if expected is None or expected[:4] != record[:4]:
            raise InternalError(f"execution {self.id!r} asked for {record[:4]} in a replay, and for {expected} before")
        return False

    # --- something from which the world delivers

    def has_ready(self) -> bool:
        return bool(self._tasks)

    def waiting(self) -> int:
        return len(self._tasks)

    def deliver_next(self) -> None:
        """Carry out one step, chosen by the seed among those that may run now."""
        if not self._tasks:
            return
        handle, step, attempt = self._pick()
        world = self.world
        self._count()
        reply = self._carry_out(self, step, attempt)
        if world.now_us == world.base_us:
            self._tell((world.base_us, ENDED, handle, reply))
            return
        ended_us, world.now_us = world.now_us, world.base_us
        world.at(ended_us, self._complete, (handle, reply), work=True)

    def _count(self) -> None:
        """Steps are not counted with deliveries: one execution may have many, and come to an end."""
        if self.world.base_us != self._steps_us:
            self._steps, self._steps_us = 0, self.world.base_us
        self._steps += 1
        if self._steps > MOST:
            raise NeverQuiet(
                f"execution {self.id!r} of {self.orchestration!r} carried out {MOST:,} steps without any time going "
                "by: does a loop of it have an end? Let it sleep between rounds, if it is to go on for ever"
            )

    def again(self, handle: int, step: Step, attempt: int) -> None:
        """Carry out a step once more: its reply was lost, or is to come twice, be it after the end."""
        self._tasks.append((handle, step, attempt))
        self._enlist()

    def _pick(self) -> tuple[int, Step, int]:
        tasks = self._tasks
        index = int(self.world.random() * min(WINDOW, len(tasks))) if len(tasks) > 1 else 0
        if index:
            tasks[index], tasks[0] = tasks[0], tasks[index]
        return tasks.popleft()

    def _enlist(self) -> None:
        if not self.listed:
            self.listed = True
            self.world.ready.append(self)

    # --- what the scheduler is told

    def _complete(self, ended: tuple[int, Reply]) -> None:
        self._tell((self.world.base_us, ENDED, ended[0], ended[1]))

    def _fire(self, handle: int) -> None:
        self._tell((self.world.base_us, FIRED, handle))

    def _tell(self, record: Record) -> None:
        if self._is_awaited(record):
            self.journal.append(record)
            self._pass_on(record)
            if self._scheduler.outcome is not None:
                self._conclude(self._scheduler.outcome)

    def _is_awaited(self, record: Record) -> bool:
        """Whether the scheduler still waits for it: not where a step came twice, or too late."""
        return self.status == RUNNING and (record[1] == DELIVERED or record[2] in self._scheduler.open)

    def _pass_on(self, record: Record) -> None:
        self._told_us = record[0]
        if record[1] == ENDED:
            self._scheduler.complete(record[2], record[3])
        elif record[1] == FIRED:
            self._scheduler.fire(record[2])
        else:
            self._scheduler.deliver(*record[3:])

    def replay(self) -> None:
        """Forget the scheduler, and make it anew from the journal."""
        if self.status != RUNNING:
            return
        self._scheduler.close()
        self._scheduler = Scheduler(self.definition, self.id, self)
        self._expected = deque(one for one in self.journal if one[1] in (CALLED, TIMED))
        self._told_us = self.started_us
        self._scheduler.start(self._arguments)
        for record in self.journal:
            if record[1] not in (CALLED, TIMED):
                self._pass_on(record)
        if self._expected:
            raise InternalError(f"execution {self.id!r} did not ask for {self._expected[0][:4]} again in a replay")
        self._expected = None

    # --- another process

    def state(self) -> dict[str, Any]:
        """All of it as JSON; of one that runs, with the definition that it began with."""
        found: dict[str, Any] = {
            "id": self.id,
            "call": plain_of(self.cause),
            "status": self.status,
            "error": self.error,
            "output": self.output,
            "started_us": self.started_us,
            "ended_us": self.ended_us,
            "begun": self._has_begun,
            "journal": [written(record) for record in self.journal],
        }
        return found | ({"definition": self.definition.plain} if self.status == RUNNING else {})

    def resume(self, state: dict[str, Any]) -> None:
        """Go on from the state of another one: from its journal, and with what that still waits for."""
        self.status, self.error, self.output = state["status"], state["error"], state["output"]
        self.started_us, self.ended_us = state["started_us"], state["ended_us"]
        self.journal = [read(plain) for plain in state["journal"]]
        if self.status != RUNNING:
            self._scheduler.close()
        elif state["begun"]:
            self._go_on()
        else:
            self.world.at(self.started_us, self.start, load(self.cause.body), work=True)

    def _go_on(self) -> None:
        self._has_begun, self._arguments = True, load(self.cause.body)
        if self.definition.timeout_s:
            self.world.at(self.started_us + round(self.definition.timeout_s * US), self._overdue, None, work=False)
        self.replay()
        for at_us, kind, handle, *rest in self.journal:
            if kind == CALLED and handle in self._scheduler.open:
                self.again(handle, rest[1], rest[2])
            elif kind == TIMED and handle in self._scheduler.open:
                self.world.at(at_us + round(rest[1] * US), self._fire, handle, work=rest[0] == RETRY)

    # --- its end

    def _conclude(self, outcome: dict[str, Any]) -> None:
        self.output, self.error = conclusion(outcome, self.orchestration)
        self._end(COMPLETED if self.error is None else FAILED)

    def _cancel(self, _: object) -> None:
        if self.status == RUNNING:
            self._end(CANCELLED)

    def _overdue(self, _: object) -> None:
        if self.status == RUNNING:
            seconds = f"{self.definition.timeout_s:g}"
            self.error = error_of("TimeoutError", f"execution {self.id!r} took longer than {seconds} s")
            self._end(FAILED)

    def _end(self, status: Status) -> None:
        self.status, self.ended_us = status, max(self.world.base_us, self.started_us)
        self._scheduler.close()
        self._tasks.clear()
        self.on_end(self)


def _nothing(_: MemoryExecution) -> None:
    """Nobody wants to know."""
