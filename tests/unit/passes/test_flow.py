"""A flow chart shows what a reader of the program would: steps, conditions, handlers; nothing of the compiler's."""

from collections.abc import Iterator

import pytest

from cloudless.frontend import check
from cloudless.ir import Orchestration
from cloudless.ir.expression import Arithmetic, Compare, Const, Equal, Expression, IsNone, Not, Or, Var
from cloudless.ir.type import BOOL, INT, Type
from cloudless.passes.flow import Block, Box, Choice, Frame, chart_of
from cloudless.passes.flow.phrase import Phrases, negated
from cloudless.passes.flow.steps import duration
from tests.unit.passes import flow_programs


def compiled(name: str) -> Orchestration:
    application, problems = check(flow_programs.app)
    assert not [str(one) for one in problems if one.code != "CL191"]
    return next(one for one in application.orchestrations if one.name == name)


def outline(name: str) -> str:
    """A chart as indented lines."""
    return "\n".join(_lines(chart_of(compiled(name)).body))


def _lines(block: Block, depth: int = 0) -> Iterator[str]:
    margin = "  " * depth
    for item in block:
        if isinstance(item, Box):
            yield margin + " | ".join([f"{item.kind}: {item.text}", *item.details])
        elif isinstance(item, Choice):
            yield f"{margin}if {item.test}"
            yield from _lines(item.then, depth + 1)
            if item.otherwise:
                yield f"{margin}else"
                yield from _lines(item.otherwise, depth + 1)
        else:
            yield from _frame(item, depth)


def _frame(frame: Frame, depth: int) -> Iterator[str]:
    margin = "  " * depth
    yield margin + " | ".join([f"[{frame.kind}] {frame.text}".strip(), *frame.details])
    for part in frame.parts:
        yield f"{margin}- {part.kind} {part.text}".rstrip()
        yield from _lines(part.body, depth + 1)


def lines(*expected: str) -> str:
    return "\n".join(expected)


# --- programs


def test_steps_tell_retries_and_time_outs() -> None:
    assert outline("steps") == lines(
        "start: steps(order) | time-out 7d",
        "step: payment = charge(order) | 3 attempts, after 1s, 2s",
        "step: charge(order) | 5 attempts, after 1s, 1s, 1s … | on Busy | time-out 1m30s",
        "pure: cheapest = best(names=order.lines)",
        "send: orders.send(order)",
        "publish: placed.publish(order)",
        "sleep: 1h30m",
        "orchestration: child(text=cheapest)",
        "return: return payment.id",
    )


def test_what_only_computes_is_left_out() -> None:
    assert outline("computing") == lines("start: computing(order)", "return: return total")


def test_a_temporary_is_told_by_what_gives_it() -> None:
    assert outline("nested") == lines(
        "start: nested(order)",
        "step: charge(order)",
        "if charge(…).ok",
        "  step: charge(order)",
        "  step: ship(id=charge(…).id)",
        "finish: end",
    )


def test_conditions_and_their_ends() -> None:
    assert outline("choices") == lines(
        "start: choices(order)",
        'if order.cents > 100 and order.id != "x"',
        '  raise: raise Declined("too much")',
        "if len(order.lines) == 0",
        "  step: ship(id=order.id)",
        "else",
        "  if order.note is None",
        '    step: ship(id="none")',
        "finish: end",
    )


def test_loops_say_what_they_go_over() -> None:
    assert outline("loops") == lines(
        "start: loops(order)",
        "[loop] for line in order.lines",
        "- body",
        "  step: ship(id=line)",
        "[loop] for number in range(1, 9, 2)",
        "- body",
        '  step: ship(id=f"{number}")',
        "[loop] while tries < 3",
        "- body",
        "  step: payment = charge(order)",
        "  if payment.ok",
        "    jump: break",
        "[loop] while True",
        "- body",
        '  step: ship(id="again")',
        "  sleep: 5m",
    )


def test_branches_run_beside_each_other() -> None:
    assert outline("parallel") == lines(
        "start: parallel(order)",
        "[in parallel]",
        "- body",
        "  step: one = charge(order)",
        "- body",
        "  step: label(text=order.id)",
        "[fan out] labels = [… for line in order.lines if line != order.id] | at most 10 at a time",
        "- body",
        "  step: label(text=line)",
        "[fan out] for line in order.lines | errors are collected",
        "- body",
        "  step: label(text=line)",
        "return: return len(labels) if one.ok else 0",
    )


def test_errors_are_handled_beside_what_fails() -> None:
    assert outline("handling") == lines(
        "start: handling(order)",
        "[try]",
        "- body",
        "  wait for event: answer = approval.wait() | at most 2d",
        "- except TimeoutError, Busy",
        "  raise: raise",
        "- except Declined as error",
        "  step: ship(id=str(error))",
        "- else",
        "  step: ship(id=answer.by)",
        "- finally",
        "  step: charge(order)",
        "[try]",
        "- body",
        "  note: KeyError",
        "- except KeyError",
        '  step: ship(id="unknown")',
        "return: return left",
    )


def test_a_saga_has_a_lane_of_compensations() -> None:
    assert outline("trip") == lines(
        "start: trip(order)",
        "[saga]",
        "- body",
        "  step: payment = charge(order)",
        "  if not payment.ok",
        "    step: ship(id=payment.id)",
        '    raise: raise Declined("no")',
        "  [loop] for line in order.lines",
        "  - body",
        "    step: text = label(text=line)",
        "- undo, last first",
        "  compensation: refund(id=payment.id) | 3 attempts, after 1s, 2s",
        "  compensation: ship(id=text) | 5 attempts, after 1s, 2s, 4s …",
        'return: return "booked"',
    )


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("trip", ["step_charge", "step_label"]),  # which gave its arguments
        ("ahead", ["step_charge", "step_label_2"]),  # before which it is registered, as the first one is
        ("behind", ["step_charge", "step_label"]),  # after which it is registered
    ],
)
def test_a_compensation_is_of_the_step(name: str, steps: list[str]) -> None:
    frame = next(item for item in chart_of(compiled(name)).body if isinstance(item, Frame))
    assert [box.undoes for box in frame.parts[1].body if isinstance(box, Box)] == steps


def test_a_chart_is_the_same_every_time() -> None:
    assert chart_of(compiled("trip")) == chart_of(compiled("trip"))


# --- words

WHOLE, TRUTH = Type(INT), Type(BOOL)


def var(name: str) -> Expression:
    return Var(name)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Arithmetic("*", Arithmetic("+", var("a"), var("b"), INT), Const(2, WHOLE), INT), "(a + b) * 2"),
        (Arithmetic("-", var("a"), Arithmetic("-", var("b"), var("c"), INT), INT), "a - (b - c)"),
        (Not(Equal(var("a"), var("b"))), "a != b"),
        (Not(IsNone(var("a"))), "a is not None"),
        (Not(Or(var("a"), var("b"))), "not (a or b)"),
        (negated(Not(var("a"))), "a"),
        (negated(Compare("<", var("a"), var("b"))), "a >= b"),
        (Const('say "no"', TRUTH), '"say \\"no\\""'),
    ],
)
def test_expressions_read_as_python(value: Expression, text: str) -> None:
    assert Phrases(lambda name: name).of(value) == text


@pytest.mark.parametrize(("seconds", "text"), [(0, "0s"), (0.5, "0.5s"), (90, "1m30s"), (604_800, "7d")])
def test_durations_are_short(seconds: float, text: str) -> None:
    assert duration(seconds) == text
