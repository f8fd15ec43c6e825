"""Numbers that leave the domain of the language: an error of the program, never one of the engine."""

from __future__ import annotations

import pytest

from cloudless.ir.expression import Expression, Fold, Unary, Var
from cloudless.ir.statement import Return
from tests.unit.engine.virtual import execute, orchestration


@pytest.mark.parametrize("value", [Unary("float", Var("n"), "int"), Fold("sum", Var("ns"), "float")])
def test_an_int_beyond_every_float_raises_an_overflow_error(value: Expression) -> None:
    outcome, _, _ = execute(orchestration("main", [Return(value)]), n=10**400, ns=[0.5, 10**400])
    assert outcome is not None
    assert outcome["err"]["mro"] == ["OverflowError", "ArithmeticError", "Exception"]


def test_numbers_become_floats() -> None:
    outcome, _, _ = execute(orchestration("main", [Return(Unary("float", Var("n"), "int"))]), n=3)
    assert repr(outcome) == "{'v': 3.0}"
