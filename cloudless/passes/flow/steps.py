"""What one statement says: its words, and what is worth knowing of it."""

from __future__ import annotations

from collections.abc import Iterable

from cloudless.ir import Callee, Retry
from cloudless.ir.expression import Const, Expression, Field, Index, Key, Map, NewError, Record, Var
from cloudless.ir.orchestration import FUNCTION, ORCHESTRATION
from cloudless.ir.statement import Call, FanOut, For, Raise, Range, Return, Send, Sleep, Wait
from cloudless.passes.flow.chart import CHILD, PUBLISH, PURE, SEND, STEP
from cloudless.passes.flow.names import Names
from cloudless.passes.flow.phrase import LONGEST, Phrases

DELAYS = 3  # between attempts, that are written out

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"), (1, "s"))
_KINDS = {FUNCTION: STEP, ORCHESTRATION: CHILD}


class Words:
    """names, calls: of the orchestration."""

    def __init__(self, names: Names, calls: tuple[Callee, ...]) -> None:
        self._names = names
        self.phrases = Phrases(names.of)
        self._kinds = {one.name: _KINDS.get(one.kind, PURE) for one in calls}

    def kind(self, one: Call) -> str:
        """The kind of box of a call."""
        return self._kinds.get(one.callee, STEP)

    def target(self, name: str) -> str:
        """A variable as the program calls it; "" where it has no name there."""
        return self._names.target(name)

    def variables(self, values: Iterable[Expression]) -> list[str]:
        """The program's variables whose values, or parts of them, stand alone in expressions."""
        found: list[str] = []
        for value in values:
            one = value
            while isinstance(one, (Field, Index, Key)):
                one = one.of
            if isinstance(one, Var):
                found.append(self.target(one.name))
        return [name for name in found if name]

    def call(self, one: Call) -> str:
        """E.g. "payment = charge(order)"."""
        return self._kept(one.target, self.phrases.call(one.callee, {each.key: each.value for each in one.arguments}))

    def send(self, one: Send) -> str:
        """E.g. "orders.send(line)"."""
        return self._kept(one.target, f"{one.resource}.{one.verb}({self.phrases.brief(one.body)})")

    def wait(self, one: Wait) -> str:
        """E.g. "answer = approval.wait()"."""
        return self._kept(one.target, f"{one.event}.wait()")

    def sleep(self, one: Sleep) -> str:
        """E.g. "1h30m"."""
        return self._duration(one.seconds)

    def until(self, one: Wait) -> tuple[str, ...]:
        """How long a wait may take."""
        return () if one.timeout_s is None else (f"at most {self._duration(one.timeout_s)}",)

    def loop(self, one: For) -> str:
        """E.g. "for item in order.items"."""
        return f"for {self.item(one.item)} in {self.phrases.source(one.source)}"

    def fan_out(self, one: FanOut) -> str:
        """E.g. "boxes = [… for item in order.items]"."""
        of, test = self._filtered(one.source)
        head = f"for {self.item(one.item)} in {self.phrases.source(of)}{test}"
        target = self._names.target(one.target)
        return f"{target} = [… {head}]" if target else head

    def _filtered(self, source: Expression) -> tuple[Expression | Range, str]:
        """What is gone over, and the condition under which an item counts."""
        found = self._names.of(source.name) if isinstance(source, Var) else source
        if not isinstance(found, Map) or found.element != Var(found.item):
            return source, ""
        return found.source, f" if {self.phrases.of(found.test)}" if found.test is not None else ""

    def returned(self, one: Return) -> str:
        """E.g. "return receipt"."""
        is_none = isinstance(one.value, Const) and one.value.value is None
        return "return" if is_none else f"return {self._fit(one.value)}"

    def raised(self, one: Raise) -> str:
        """E.g. "raise PaymentFailed"."""
        is_bare = isinstance(one.error, Var) and not self._names.target(one.error.name)
        return "raise" if is_bare else f"raise {self._fit(one.error)}"

    def item(self, name: str) -> str:
        """A variable."""
        return self.phrases.of(Var(name))

    def _fit(self, value: Expression) -> str:
        text = self.phrases.of(value)
        return self.phrases.brief(value) if len(text) > LONGEST and isinstance(value, (Record, NewError)) else text

    def _kept(self, target: str, text: str) -> str:
        name = self._names.target(target)
        return f"{name} = {text}" if name else text

    def _duration(self, seconds: Expression) -> str:
        if isinstance(seconds, Const):
            return duration(seconds.value)
        return f"{self.phrases.of(seconds)} s"


def limits(one: Call) -> tuple[str, ...]:
    """Retries and time-out of a step."""
    timeout = (f"time-out {duration(one.timeout_s)}",) if one.timeout_s else ()
    return (*tries(one.retry), *timeout)


def tries(retry: Retry | None) -> tuple[str, ...]:
    """E.g. ("3 attempts, after 1s, 2s", "on Busy, Slow"); nothing for one attempt."""
    if retry is None or retry.attempts < 2:
        return ()
    shown = min(retry.attempts - 1, DELAYS)
    delays = [min(retry.delay_s * retry.factor**at, max(retry.max_delay_s, retry.delay_s)) for at in range(shown)]
    more = " …" if shown < retry.attempts - 1 else ""
    names = [name.rpartition(":")[2].rpartition(".")[2] for name in retry.on]
    on = () if names == ["Exception"] else (f"on {', '.join(names)}",)
    return f"{retry.attempts} attempts, after {', '.join(map(duration, delays))}{more}", *on


def sent(one: Send) -> str:
    """The kind of box of a send."""
    return PUBLISH if one.verb == "publish" else SEND


def duration(seconds: float) -> str:
    """E.g. "1h30m", "0.5s"."""
    left, text = int(seconds), ""
    if left != seconds or not left:
        return f"{seconds:g}s"
    for unit, letter in _UNITS:
        number, left = divmod(left, unit)
        text += f"{number}{letter}" if number else ""
    return text
