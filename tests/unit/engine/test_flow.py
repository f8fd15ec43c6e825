"""Control flow of the engine, on IR made by hand: what the language page promises, statement by statement."""

from __future__ import annotations

import pytest

from cloudless.ir.expression import (
    Arithmetic,
    Concat,
    Const,
    Entry,
    Equal,
    ErrorPart,
    Expression,
    List,
    NewError,
    Var,
)
from cloudless.ir.statement import (
    Break,
    Call,
    Check,
    Continue,
    Except,
    For,
    If,
    Let,
    Loop,
    Raise,
    Range,
    Return,
    Statement,
    Try,
)
from cloudless.ir.type import BOOL, INT, TEXT, Type
from tests.unit.engine.virtual import ANY, Failed, execute, orchestration

NUMBER = Type(INT)


def number(value: int) -> Const:
    return Const(value, NUMBER)


def text(value: str) -> Const:
    return Const(value, Type(TEXT))


def note(what: str) -> Let:
    """Remember that a place was passed."""
    return Let("seen", Concat(Var("seen"), List((text(what),), Type(TEXT))))


def run(*body: Statement) -> object:
    """What a body that notes places leaves."""
    start = Let("seen", List((), Type(TEXT)))
    outcome, _, _ = execute(orchestration("f", [start, *body, Return(Var("seen"))]))
    return outcome


def error(name: str, *bases: str) -> Raise:
    return Raise(NewError(name, (name, *bases, "Exception"), text(f"{name}!")))


def is_(name: str, value: int) -> Expression:
    return Equal(Var(name), number(value))


def test_a_loop_goes_on_to_its_break_and_continue_skips_the_rest_of_a_round() -> None:
    body = (
        Let("i", Arithmetic("+", Var("i"), number(1), "int")),
        If(is_("i", 2), (Continue("L"),), ()),
        If(is_("i", 4), (Break("L"),), ()),
        note("round"),
    )
    assert run(Let("i", number(0)), Loop("L", body)) == {"v": ["round", "round"]}


@pytest.mark.parametrize(
    ("start", "stop", "step", "expected"), [(0, 3, 1, [0, 1, 2]), (3, 0, -2, [3, 1]), (2, 2, 1, [])]
)
def test_a_range_is_pythons(start: int, stop: int, step: int, expected: list[int]) -> None:
    body = (Let("seen", Concat(Var("seen"), List((Var("i"),), NUMBER))),)
    assert run(For("L", "i", Range(number(start), number(stop), step), body)) == {"v": expected}


def test_a_loop_may_leave_one_that_is_further_out() -> None:
    inner = For("inner", "j", Range(number(0), number(3), 1), (note("inner"), Break("outer")))
    assert run(For("outer", "i", Range(number(0), number(3), 1), (inner, note("never")))) == {"v": ["inner"]}


def test_the_first_handler_that_fits_takes_an_error_derived_ones_included() -> None:
    handlers = (
        Except(("Other",), "", (note("other"),)),
        Except(("PaymentFailed",), "e", (note("payment"),)),
        Except(("Exception",), "", (note("any"),)),
    )
    assert run(Try((error("CardDeclined", "PaymentFailed"),), handlers)) == {"v": ["payment"]}


def test_else_runs_where_nothing_was_raised_and_its_errors_are_not_handled() -> None:
    handlers = (Except(("Exception",), "", (note("handled"),)),)
    assert run(Try((note("body"),), handlers, (note("else"),))) == {"v": ["body", "else"]}
    outcome = run(Try((note("body"),), handlers, (error("Late"),)))
    assert outcome == {"err": {"type": "Late", "mro": ["Late", "Exception"], "message": "Late!", "data": {}}}


def test_finally_runs_however_the_block_ends() -> None:
    last = (note("finally"),)
    assert run(Try((note("body"),), (), (), last)) == {"v": ["body", "finally"]}
    caught = Try((Try((error("Oops"),), (), (), last),), (Except(("Oops",), "", (note("caught"),)),))
    assert run(caught) == {"v": ["finally", "caught"]}
    loop = For("L", "i", Range(number(0), number(2), 1), (Try((Continue("L"),), (), (), last),))
    assert run(loop) == {"v": ["finally", "finally"]}


def test_a_return_in_finally_takes_the_place_of_the_error_and_of_the_value() -> None:
    assert run(Try((error("Oops"),), (), (), (Return(text("from finally")),))) == {"v": "from finally"}
    assert run(Try((Return(text("from body")),), (), (), (Return(text("from finally")),))) == {"v": "from finally"}


def test_a_return_keeps_its_value_though_finally_makes_one_on_its_way() -> None:
    inner = Try((Return(text("inner")),), (), (), (note("x"),))
    assert run(Try((Return(text("outer")),), (), (), (If(Const(value=True, type=Type(BOOL)), (note("y"),), ()),))) == {
        "v": "outer"
    }
    assert run(inner) == {"v": "inner"}


def test_a_check_that_does_not_hold_raises_and_can_be_caught() -> None:
    check = Check(Const(value=False, type=Type(BOOL)), "KeyError", text("k"))
    caught = Except(("LookupError",), "e", (Return(ErrorPart(Var("e"), "message")),))
    assert run(Try((check,), (caught,))) == {"v": "k"}


def test_a_step_that_fails_raises_where_it_was_called() -> None:
    def charge(amount: int) -> int:
        raise Failed("CardDeclined", "PaymentFailed", message=f"{amount}")

    body = [
        Try(
            (Call("x", "charge", (Entry("amount", number(3)),), id="0.0"), Return(Var("x"))),
            (Except(("PaymentFailed",), "e", (Return(ErrorPart(Var("e"), "message")),)),),
        )
    ]
    outcome, _, _ = execute(orchestration("f", body, calls=["charge"]), functions={"charge": charge})
    assert outcome == {"v": "3"}


def test_falling_off_the_end_gives_none() -> None:
    outcome, _, _ = execute(orchestration("f", [Let("x", List((), ANY))]))
    assert outcome == {"v": None}
