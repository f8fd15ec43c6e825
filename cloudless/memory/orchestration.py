"""Orchestrations in memory: executions by id, their mailboxes, and who may do what with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudless.codec import check_size, load, write
from cloudless.driver.current import HERE, here
from cloudless.driver.error import error_of
from cloudless.driver.orchestration import RUNNING, digest, taken
from cloudless.engine import Definition
from cloudless.engine.effect import SEND
from cloudless.errors import InvalidArgument, NeverQuiet, NotFound, UnsupportedError
from cloudless.memory.ended import Ended
from cloudless.memory.envelope import envelope_of
from cloudless.memory.execution import MemoryExecution
from cloudless.memory.history import Exchange
from cloudless.memory.journal import history
from cloudless.memory.ondemand import OnDemand
from cloudless.memory.world import US
from cloudless.message import Failure
from cloudless.passes.definition import definition, identity
from cloudless.runtime.addressee import addressee
from cloudless.runtime.crash import Abandoned, TimedOut
from cloudless.runtime.failure import failure
from cloudless.runtime.step import attempt
from cloudless.sending import Sending

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cloudless.driver.orchestration import Entry, Snapshot, Status
    from cloudless.driver.queue import Unsent
    from cloudless.engine.effect import Step
    from cloudless.ir import Application
    from cloudless.memory.cloud import MemoryCloud
    from cloudless.memory.permissions import Permissions
    from cloudless.memory.world import World
    from cloudless.message import Envelope
    from cloudless.runtime.step import Attempt

    Reply = dict[str, Any]

KEPT_US = 90 * 86_400 * US
"""How long an id is known after its execution began."""

ENDED_MOST = 200
"""Executions that have ended, of an orchestration, in the state that another process goes on from."""

_FOREVER_US = 3_660 * 86_400 * US


class MemoryOrchestrations:
    """See driver.OrchestrationDriver.

    settings: values of configuration entries in the stage. definitions: those that are compiled, by name.
    """

    def __init__(
        self,
        cloud: MemoryCloud,
        permissions: Permissions,
        settings: Mapping[str, Any],
        definitions: dict[str, Definition],
    ) -> None:
        self._cloud = cloud
        self._world: World = cloud.world
        self._permissions = permissions
        self._application: Application = cloud.application
        self._settings = settings
        self._definitions = definitions
        self._executions: dict[str, dict[str, MemoryExecution]] = {
            one.name: {} for one in cloud.application.orchestrations
        }
        self._waiters = {event.name: event.waiters for event in cloud.application.events}
        self._sending = Sending(cloud.app.declared)
        self.steps = OnDemand(self._step)
        """Name of a function, or of a pure one → what carries out an attempt, and the seconds that it may take."""

    def _step(self, name: str) -> tuple[Attempt, float]:
        binding, result = self._cloud.step(name)
        return attempt(binding.plan, binding.call(), binding.codec, result, self._cloud), binding.plan.timeout_s

    # --- the driver

    def start(self, orchestration: str, execution: str, call: Envelope) -> None:
        self._check("orchestration", orchestration, "start")
        known = self._of(orchestration)
        before = known.get(execution)
        if before is not None and (before.status == RUNNING or self._world.now_us - before.started_us < KEPT_US):
            if digest(before.cause.body) != digest(call.body):
                raise taken(orchestration, execution)
            return
        known.pop(execution, None)  # the latest started is last
        self._begin(orchestration, execution, call)

    def run(self, orchestration: str, call: Envelope) -> Snapshot:
        if here()[1] is not None:
            raise self._world.refuse(
                UnsupportedError(
                    f"a handler cannot carry out orchestration {orchestration!r} itself: "
                    f"start it, {orchestration}.start(…)"
                )
            )
        execution = self._begin(orchestration, call.id, call)
        self._until_ended(execution, None)
        return execution.snapshot()

    def describe(self, orchestration: str, execution: str) -> Snapshot:
        self._check("orchestration", orchestration, "control")
        return self._known(orchestration, execution).snapshot()

    def wait(self, orchestration: str, execution: str, timeout_s: float | None) -> Snapshot:
        self._check("orchestration", orchestration, "control")
        one = self._known(orchestration, execution)
        if here()[1] is not None and one.status == RUNNING:
            raise self._world.refuse(
                UnsupportedError(
                    f"a handler cannot wait for execution {execution!r} of {orchestration!r} in a simulation, and is "
                    "paid for while it waits in a cloud: let the orchestration call or send when it is done"
                )
            )
        self._until_ended(one, timeout_s)
        return one.snapshot()

    def history(self, orchestration: str, execution: str) -> Sequence[Entry]:
        self._check("orchestration", orchestration, "control")
        return list(history(self._known(orchestration, execution).journal))

    def cancel(self, orchestration: str, execution: str) -> None:
        self._check("orchestration", orchestration, "control")
        self._known(orchestration, execution).cancel_execution()

    def executions(self, orchestration: str, status: Status | None, limit: int) -> Sequence[str]:
        self._check("orchestration", orchestration, "control")
        found = [one for one in self._of(orchestration).values() if status is None or one.status == status]
        return [one.id for one in reversed(found)][:limit]

    def send(self, orchestration: str, execution: str, event: str, message: Envelope) -> None:
        self._check("event", event, "send")
        one = self._addressed(orchestration, execution, event)
        world = self._world
        told = (event, load(message.body), message.deduplication)
        self._note("event", event, message)
        if world.now_us != world.base_us:
            world.at(world.now_us, lambda told: one.deliver(*told), told, work=True)
        else:
            one.deliver(*told)

    def native(self, orchestration: str) -> Any:
        return self._of(orchestration)

    # --- another process

    def state(self) -> dict[str, Any]:
        """Executions by orchestration, as JSON: all that run, and the latest of those that have ended."""
        return {name: [one.state() for one in _worth_keeping(known)] for name, known in self._executions.items()}

    def resume(self, state: dict[str, Any]) -> list[str]:
        """Go on from the state of another one; ids of executions whose orchestration is gone.

        An execution goes on with the definition that it began with, as in the clouds.
        """
        lost = [one["id"] for name in state.keys() - self._executions.keys() for one in state[name]]
        for name, known in self._executions.items():
            for one in state.get(name, ()):
                known[one["id"]] = self._resumed(name, one)
        return lost

    def _resumed(self, orchestration: str, state: dict[str, Any]) -> MemoryExecution:
        found, plain = self._definition(orchestration), state.get("definition")
        if plain is not None and identity(plain) != identity(found.plain):
            found = Definition(plain)
        call = envelope_of(state["call"])
        one = self._execution(orchestration, state["id"], found, call, self._world, self._carry_out)
        one.on_end = self._note_end
        one.resume(state)
        return one

    # --- executions

    def _begin(self, orchestration: str, id: str, call: Envelope) -> MemoryExecution:
        known, world = self._of(orchestration), self._world
        found = self._definition(orchestration)
        one = known[id] = self._execution(orchestration, id, found, call, world, self._carry_out)
        one.on_end = self._note_end
        self._note("start", orchestration, call)
        if world.now_us != world.base_us:
            world.at(world.now_us, one.start, load(call.body), work=True)
        else:
            one.start(load(call.body))
        return one

    def _execution(self, *given: Any) -> MemoryExecution:
        """One under attack, where there are faults; imported by the first simulation that has some."""
        if self._cloud.adversary is None:
            return MemoryExecution(*given)
        from cloudless.memory.attacked_execution import AttackedExecution

        return AttackedExecution(self._cloud.adversary, *given)

    def _note(self, kind: str, resource: str, message: Envelope) -> None:
        _, handler, cause = here()
        self._world.history.note(
            kind, self._world.now_us, resource, message, by=handler, cause=cause.id if cause is not None else ""
        )

    def _note_end(self, one: MemoryExecution) -> None:
        error, exchange = one.error, Exchange(one.status)
        exchange.failure = Failure(error["type"], error["message"], 1) if error else None
        self._world.history.end(self._world.base_us, one.orchestration, one.cause, exchange)

    def _definition(self, orchestration: str) -> Definition:
        if orchestration not in self._definitions:
            plain = definition(self._application, orchestration, self._settings)
            self._definitions[orchestration] = Definition(plain)
        return self._definitions[orchestration]

    def _of(self, orchestration: str) -> dict[str, MemoryExecution]:
        if orchestration not in self._executions:
            raise NotFound(f"there is no orchestration {orchestration!r} in this app")
        return self._executions[orchestration]

    def _known(self, orchestration: str, execution: str) -> MemoryExecution:
        found = self._of(orchestration).get(execution)
        if found is None:
            raise NotFound(f"orchestration {orchestration!r} has no execution {execution!r}")
        return found

    def _addressed(self, orchestration: str, execution: str, event: str) -> MemoryExecution:
        """The running execution that an event is for."""

        def status_of(name: str) -> Status | None:
            found = self._of(name).get(execution)
            return None if found is None else found.status

        name = addressee(event, orchestration, execution, self._waiters.get(event, ()), status_of)
        return self._of(name)[execution]

    def _until_ended(self, one: MemoryExecution, timeout_s: float | None) -> None:
        """Let time go on to its end, for so long; without a limit, NeverQuiet where that does not come."""
        limit_us = _FOREVER_US if timeout_s is None else round(timeout_s * US)
        if not self._world.run_until(Ended(one, self._world), limit_us) and timeout_s is None:
            raise NeverQuiet(_stuck(one))

    def _check(self, noun: str, name: str, verb: str) -> None:
        handler = here()[1]
        if handler is not None:
            self._permissions.check(handler, noun, name, verb)

    # --- steps

    def _carry_out(self, execution: MemoryExecution, step: Step, number: int) -> Reply:
        """What comes of one attempt, as a platform would tell the engine."""
        try:
            text = write(step.payload)
            check_size(text, 0, f"what step {step.target} gets")
            cause = execution.attempt_at(step, text, number)
            return self._send(execution, step, cause) if step.verb == SEND else self._call(execution, step, cause)
        except InvalidArgument as problem:  # too large, no JSON, or what some cloud would refuse to send
            return {"err": failure(problem)}

    def _call(self, execution: MemoryExecution, step: Step, cause: Envelope) -> Reply:
        world, exchange = self._world, Exchange("done")
        began_us, name = world.now_us, step.target
        world.history.step(began_us, name, cause, exchange, (execution.orchestration, execution.cause.id))
        try:
            carry_out, timeout_s = self.steps[name]
        except NotFound as gone:  # an execution of another process began before it was gone
            return _failed(exchange, "failed", error_of("NotFound", str(gone)), cause.attempt)
        try:
            text = carry_out(cause.body, cause)
            if world.now_us - began_us > round(timeout_s * US):  # be it in others that it invoked
                raise TimedOut
        except TimedOut:
            world.now_us = max(began_us + round(timeout_s * US), world.base_us)
            message = f"{name} took longer than {timeout_s:g} s"
            return _failed(exchange, "time-out", error_of("TimeoutError", message), cause.attempt)
        except (Abandoned, SystemExit):
            message = f"{name} died without an answer"
            return _failed(exchange, "crash", error_of("Crashed", message), cause.attempt)
        reply: Reply = load(text)
        return _failed(exchange, "failed", reply["err"], cause.attempt) if "err" in reply else reply

    def _send(self, execution: MemoryExecution, step: Step, cause: Envelope) -> Reply:
        """A message, sent on behalf of the orchestration, with its permissions."""
        noun, _, name = step.target.partition(":")
        message = self._sending.message(step.target, step.payload, step.key, cause)
        token = HERE.set((self._cloud, execution.orchestration, execution.cause))
        try:
            unsent = self._post(noun, name, message)
        finally:
            HERE.reset(token)
        return {"err": error_of("UnavailableError", str(unsent[0].error))} if unsent else {"v": message.id}

    def _post(self, noun: str, name: str, message: Envelope) -> Sequence[Unsent]:
        driver = self._cloud.topics.publish if noun == "topic" else self._cloud.queues.send
        return driver(name, (message,))


def _worth_keeping(known: Mapping[str, MemoryExecution]) -> list[MemoryExecution]:
    ended = [id for id, one in known.items() if one.status != RUNNING]
    old = set(ended[:-ENDED_MOST])
    return [one for id, one in known.items() if id not in old]


def _stuck(one: MemoryExecution) -> str:
    """Why an execution does not end."""
    awaited = " and ".join(f"event {name!r}" for name in one.awaited())
    return (
        f"execution {one.id!r} of {one.orchestration!r} does not end: it waits for {awaited or 'ten years and more'}, "
        "and nobody sends that. Send it first, or start the execution, and ask for its result later"
    )


def _failed(exchange: Exchange, outcome: str, error: Any, attempt: int) -> Reply:
    exchange.status, exchange.failure = outcome, Failure(error["type"], error["message"], attempt)
    return {"err": error}
