"""Statements → code: those with effects here, control flow in flow.py."""

from __future__ import annotations

from cloudless.engine import fan_out, flow
from cloudless.engine.block import Code, block, waiting
from cloudless.engine.effect import CALL, SEND, Parallel, Sleep, Step, Wait
from cloudless.engine.expression import compiled, entries
from cloudless.engine.fan_out import all_of
from cloudless.engine.retry import ONCE, policy_of
from cloudless.errors import InternalError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from cloudless.engine.definition import Program
    from cloudless.engine.effect import Running
    from cloudless.engine.expression import Plain
    from cloudless.engine.frame import Frame

    Child = Callable[[str], Program]
    """The program of another orchestration."""


class Compiler:
    """Compiles the statements of one orchestration. children: the programs of those that it calls, by name."""

    def __init__(self, kinds: dict[str, str], child: Child) -> None:
        self._kinds = kinds
        self._child = child

    def block(self, statements: list[Plain]) -> Code:
        """Statements as one code."""
        return block([self._statement(one) for one in statements])

    def _statement(self, plain: Plain) -> Code:
        name = plain["node"]
        if name in SIMPLE:
            return SIMPLE[name](plain)
        if name in NESTING:
            return NESTING[name](plain, self.block)
        if name in EFFECTS:
            return EFFECTS[name](self, plain)
        raise InternalError(f"an engine cannot run {name}")

    def call(self, plain: Plain) -> Code:
        """A step; an orchestration that is called runs in here."""
        if self._kinds[plain["callee"]] == "orchestration":
            return self._orchestration(plain)
        target, callee, id = plain["target"], plain["callee"], plain["id"]
        arguments, policy, timeout_s = entries(plain["arguments"]), policy_of(plain["retry"]), plain["timeout_s"]

        def run(frame: Frame) -> Running:
            variables = frame.variables
            payload = {key: value(variables) for key, value in arguments}
            found = yield Step(CALL, callee, payload, id, frame.key(id), policy, timeout_s)
            if target:
                variables[target] = found

        return Code(run, waits=True)

    def _orchestration(self, plain: Plain) -> Code:
        target, callee, id, arguments = plain["target"], plain["callee"], plain["id"], entries(plain["arguments"])
        child = self._child

        def run(frame: Frame) -> Running:
            variables = frame.variables
            given = {key: value(variables) for key, value in arguments}
            found = yield from child(callee).run(given, frame.key(id), frame.clock)
            if target:
                variables[target] = found

        return Code(run, waits=True)

    def send(self, plain: Plain) -> Code:
        """A message to a queue or topic, which the host sends."""
        target, id, resource = plain["target"], plain["id"], f"{plain['noun']}:{plain['resource']}"
        body, attributes, delay_s = compiled(plain["body"]), entries(plain["attributes"]), plain["delay_s"]
        group = compiled(plain["group"]) if plain["group"] else None

        def run(frame: Frame) -> Running:
            variables = frame.variables
            payload = {
                "body": body(variables),
                "attributes": {key: value(variables) for key, value in attributes},
                "delay_s": delay_s,
                "group": group(variables) if group else "",
            }
            found = yield Step(SEND, resource, payload, id, frame.key(id), ONCE, 0)
            if target:
                variables[target] = found

        return Code(run, waits=True)

    def sleep(self, plain: Plain) -> Code:
        """So many seconds."""
        seconds, id = compiled(plain["seconds"]), plain["id"]

        def run(frame: Frame) -> Running:
            yield Sleep(seconds(frame.variables), id)

        return Code(run, waits=True)

    def wait(self, plain: Plain) -> Code:
        """The next event of a name."""
        target, event, id = plain["target"], plain["event"], plain["id"]
        timeout_s = compiled(plain["timeout_s"]) if plain["timeout_s"] else None

        def run(frame: Frame) -> Running:
            found = yield Wait(event, timeout_s(frame.variables) if timeout_s else None, id)
            if target:
                frame.variables[target] = found

        return Code(run, waits=True)

    def now(self, plain: Plain) -> Code:
        """The time."""
        target = plain["target"]

        def run(frame: Frame) -> None:
            frame.variables[target] = frame.clock.now()

        return Code(run, waits=False)

    def uuid(self, plain: Plain) -> Code:
        """A UUID."""
        target, id = plain["target"], plain["id"]

        def run(frame: Frame) -> None:
            frame.variables[target] = uuid_of(f"{frame.clock.entropy} {frame.key(id)}")

        return Code(run, waits=False)

    def gather(self, plain: Plain) -> Code:
        """Branches, each of its own."""
        targets, id = plain["targets"], plain["id"]
        bodies = [self.branch(one) for one in plain["branches"]]

        def run(frame: Frame) -> Running:
            def branch(index: int) -> Running:
                return bodies[index](frame.branch(id, index))

            values = all_of((yield Parallel(len(bodies), 0, branch, id)))
            variables = frame.variables
            for target, value in zip(targets, values, strict=False):
                if target:
                    variables[target] = value

        return Code(run, waits=True)

    def fan_out(self, plain: Plain) -> Code:
        """A branch for each item; see fan_out.py."""
        return fan_out.fan_out(plain, self.branch(plain["branch"]))

    def branch(self, plain: Plain) -> Callable[[Frame], Running]:
        """The generator function of one branch."""
        body = waiting(self.block(plain["body"]))

        def run(frame: Frame) -> Running:
            yield from body(frame)
            return frame.value

        return run


def uuid_of(text: str) -> str:
    """A version 4 UUID made of a text: the same at every replay, and another for every text."""
    from hashlib import sha256

    digits = sha256(text.encode()).hexdigest()
    variant = "89ab"[int(digits[16], 16) % 4]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


SIMPLE: dict[str, Callable[[Plain], Code]] = {
    "Break": flow.jump, "Check": flow.check, "Continue": flow.jump, "Let": flow.let, "Raise": flow.raise_,
    "Return": flow.return_,
}  # fmt: skip
NESTING: dict[str, Callable[[Plain, flow.Blocks], Code]] = {
    "For": flow.for_, "If": flow.if_, "Loop": flow.loop, "Try": flow.try_,
}  # fmt: skip
EFFECTS: dict[str, Callable[[Compiler, Plain], Code]] = {
    "Call": Compiler.call, "FanOut": Compiler.fan_out, "Gather": Compiler.gather, "Now": Compiler.now,
    "Send": Compiler.send, "Sleep": Compiler.sleep, "Uuid": Compiler.uuid, "Wait": Compiler.wait,
}  # fmt: skip
