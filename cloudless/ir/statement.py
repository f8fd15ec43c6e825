"""Statements of the orchestration language. Whatever has effects, waits or can fail is one.

id: stable path in the orchestration, e.g. "3.body.0": a moved line does not change it; it is part of idempotency keys.
note: what a reader of graphs and histories is told, "" where the statement speaks for itself.
A target is a variable (`Orchestration.variables`), "" where the value is not kept.
"""

from __future__ import annotations

from cloudless.ir.expression import Entry, Expression
from cloudless.ir.handler import Retry
from cloudless.ir.span import Span
from cloudless.node import node

NOWHERE = Span("", 0)


@node()
class Let:
    """target = value. In order: later ones see earlier ones."""

    target: str
    value: Expression
    id: str = ""
    note: str = ""
    span: Span = NOWHERE


@node()
class Call:
    """A step: call a function, a pure function or another orchestration, by value, and wait.

    callee: name of an entry of `Orchestration.calls`. retry: None for one attempt. timeout_s: of each attempt, 0 for
    that of the function. Fails with the callee's error, TimeoutError, or a PlatformError; those of the platform (but
    for time-outs) are tried twice more before `retry` counts.
    """

    target: str
    callee: str
    arguments: tuple[Entry, ...]
    retry: Retry | None = None
    timeout_s: float = 0
    id: str = ""
    note: str = ""
    span: Span = NOWHERE


@node()
class Send:
    """A step: send to a queue or publish on a topic; the value is the message's id.

    noun: "queue" or "topic". verb: "send" or "publish". body: of the resource's type. delay_s, group: of queues.
    attributes: strings by name.
    """

    target: str
    noun: str
    resource: str
    verb: str
    body: Expression
    attributes: tuple[Entry, ...] = ()
    delay_s: float = 0
    group: Expression | None = None
    id: str = ""
    note: str = ""
    span: Span = NOWHERE


@node()
class Sleep:
    """Wait for whole seconds, an int expression of at least 0, which a Check has made sure."""

    seconds: Expression
    id: str = ""
    note: str = ""
    span: Span = NOWHERE


@node()
class Now:
    """target = the time, as RFC 3339 text in UTC with six digits of fraction and "Z"; the same whenever replayed."""

    target: str
    id: str = ""
    note: str = ""
    span: Span = NOWHERE


@node()
class Uuid:
    """target = a UUID as text; the same whenever replayed."""

    target: str
    id: str = ""
    note: str = ""
    span: Span = NOWHERE


@node()
class Wait:
    """Take the oldest event of that name that was sent to this execution, waiting until there is one.

    timeout_s: whole seconds, after which TimeoutError is raised; None for no end.
    """

    target: str
    event: str
    timeout_s: Expression | None = None
    id: str = ""
    note: str = ""
    span: Span = NOWHERE


@node()
class Check:
    """Raise an error of a builtin class unless the test holds. error: its name, e.g. "KeyError"."""

    test: Expression
    error: str
    message: Expression
    id: str = ""
    note: str = ""
    span: Span = NOWHERE


@node()
class If:
    """Branches share the variables of what surrounds them."""

    test: Expression
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]
    id: str = ""
    note: str = ""
    span: Span = NOWHERE


@node()
class Loop:
    """Repeat until a Break. label: unique in the orchestration."""

    label: str
    body: tuple[Statement, ...]
    id: str = ""
    note: str = ""
    span: Span = NOWHERE


@node()
class Range:
    """range(start, stop, step). step: not 0."""

    start: Expression
    stop: Expression
    step: int


@node()
class For:
    """For each item of a list (a snapshot of it) or of a range. item: the variable; it ends with the loop."""

    label: str
    item: str
    source: Expression | Range
    body: tuple[Statement, ...]
    id: str = ""
    note: str = ""
    span: Span = NOWHERE


@node()
class Break:
    """Leave a loop, through the `last` blocks between."""

    label: str
    id: str = ""
    note: str = ""
    span: Span = NOWHERE


@node()
class Continue:
    """Begin a loop's next round, through the `last` blocks between."""

    label: str
    id: str = ""
    note: str = ""
    span: Span = NOWHERE


@node()
class Return:
    """End the orchestration, or the branch, with a value."""

    value: Expression
    id: str = ""
    note: str = ""
    span: Span = NOWHERE


@node()
class Raise:
    """Raise an error: a NewError, or a variable that holds one."""

    error: Expression
    id: str = ""
    note: str = ""
    span: Span = NOWHERE


@node()
class Except:
    """except names as target: body. names: of classes, derived ones included; "Exception" takes all."""

    names: tuple[str, ...]
    target: str
    body: tuple[Statement, ...]
    span: Span = NOWHERE


@node()
class Try:
    """try: body / except: handlers, the first that fits / else: otherwise / finally: last."""

    body: tuple[Statement, ...]
    handlers: tuple[Except, ...]
    otherwise: tuple[Statement, ...] = ()
    last: tuple[Statement, ...] = ()
    id: str = ""
    note: str = ""
    span: Span = NOWHERE


@node()
class Branch:
    """What runs beside others. It reads the variables around it, writes only its own, and ends in Return."""

    body: tuple[Statement, ...]
    span: Span = NOWHERE


@node()
class Gather:
    """Run branches at the same time and wait for all of them; then raise the error of the first that failed, if any.

    targets: a variable for each branch's value, "" for one that is not kept; none at all for a bare statement.
    """

    targets: tuple[str, ...]
    branches: tuple[Branch, ...]
    id: str = ""
    note: str = ""
    span: Span = NOWHERE


@node()
class FanOut:
    """Run one branch for each item of a list and wait for all; target = list of the values, in order of the items.

    limit: most branches at a time, 0 for no limit. item: the branch's variable. collect: False raises the error of the
    first item that failed; True gives a record {"value", "error"} for each, error being {"type", "message"} or null.
    """

    target: str
    item: str
    source: Expression
    limit: int
    branch: Branch
    collect: bool = False
    id: str = ""
    note: str = ""
    span: Span = NOWHERE


Statement = (
    Let | Call | Send | Sleep | Now | Uuid | Wait | Check | If | Loop | For | Break | Continue | Return | Raise | Try
    | Gather | FanOut
)  # fmt: skip
