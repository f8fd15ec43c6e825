"""Whatever the program and the backend, a lowered program does what it did before."""

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cloudless import ir
from cloudless.engine import Definition
from cloudless.engine.error import Raised
from cloudless.engine.frame import Frame
from cloudless.ir.type import BOOL, DICT, ERROR, FLOAT, INT, JSON, LIST, OPTIONAL, RECORD, TEXT, Type
from cloudless.passes.definition import definition
from cloudless.passes.expression_types import Types
from cloudless.passes.lowering import Capabilities, Weight, lower
from cloudless.passes.lowering.capabilities import APPEND, EAGER, LOWERED, SIMPLE, TOP, WHOLE
from cloudless.passes.tree import operands
from tests.unit.engine.virtual import VirtualHost
from tests.unit.passes.printable import problems
from tests.unit.passes.programs import arguments, expressions, programs
from tests.unit.passes.same import TABLES, eager, outcome
from tests.unit.passes.samples import ORDER_FIELDS

pytestmark = pytest.mark.fuzz
_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
calm = settings(max_examples=60, deadline=None, suppress_health_check=_SLOW)
brief = settings(calm, max_examples=25)

_CHOICES = {
    "Map": [LOWERED], "Fold": [LOWERED], "Fold:sum": [LOWERED], "TextCall:join": [LOWERED], "Concat": [APPEND],
    "And": [LOWERED, EAGER, SIMPLE], "Or": [LOWERED, EAGER, SIMPLE], "Choose": [LOWERED, EAGER, SIMPLE],
    "Record": [TOP], "Dict": [TOP], "List": [TOP], "NewError": [TOP], "Const:data": [TOP], "Dict:computed": [WHOLE],
    "Arithmetic": [SIMPLE], "Text": [SIMPLE], "Length": [SIMPLE], "Index": [SIMPLE], "Equal": [SIMPLE],
}  # fmt: skip
_WEIGHTS = {"Text": Weight(4), "Key": Weight(30, 2)}


def table(rules: dict[str, str], most: int) -> Capabilities:
    return Capabilities(name="any", rules=rules, most=most, weights=_WEIGHTS)


tables = st.builds(
    table,
    st.fixed_dictionaries({}, optional={name: st.sampled_from(rules) for name, rules in _CHOICES.items()}),
    st.sampled_from([0, 0, 128, 320]),
)


@calm
@given(expressions(), arguments)
def test_an_expression_has_the_same_value(made: tuple[ir.Orchestration, Type], given: Any) -> None:
    for table in TABLES:
        check(made[0], table, given)


@brief
@given(programs(), arguments)
def test_a_program_does_the_same(made: ir.Orchestration, given: Any) -> None:
    for table in TABLES:
        check(made, table, given)


@brief
@given(programs(), arguments, tables)
def test_it_does_whatever_the_backend_lacks(made: ir.Orchestration, given: Any, table: Capabilities) -> None:
    check(made, table, given)


def check(before: ir.Orchestration, table: Capabilities, given: Any) -> None:
    after = lower(before, table)
    assert problems(after, table) == []
    assert lower(after, table) == after
    told = outcome(before, given)
    assert outcome(after, given) == told
    with eager(table):
        assert outcome(after, given) == told


@calm
@given(expressions(), arguments)
def test_a_value_is_of_the_type_that_its_expression_has(made: tuple[ir.Orchestration, Type], given: Any) -> None:
    orchestration, _ = made
    (statement,) = orchestration.body
    (expression,) = operands(statement)
    told = outcome(orchestration, given)[0]
    assume("v" in told)
    assert is_of(told["v"], Types(orchestration).of(expression))


@calm
@given(expressions(), arguments)
def test_new_variables_hold_what_their_types_say(made: tuple[ir.Orchestration, Type], given: Any) -> None:
    before = made[0]
    for table in TABLES:
        after = lower(before, table)
        held = variables(after, given)
        for one in after.variables[len(before.variables) :]:
            assert one.name not in held or is_of(held[one.name], one.type)


def variables(orchestration: ir.Orchestration, given: Any) -> dict[str, Any]:
    """What the variables of a program without effects hold in the end, none of them where it fails."""
    plain = definition(ir.Application(name="app", orchestrations=(orchestration,)), orchestration.name)
    program: Any = Definition(plain).program(orchestration.name)
    frame = Frame(program, dict(given), "", VirtualHost({}))
    try:
        list(program._body(frame))
    except Raised:
        return {}
    return frame.variables


_SCALARS: dict[str, tuple[type, ...]] = {BOOL: (bool,), FLOAT: (float, int), INT: (int,), TEXT: (str,)}
_FIELDS = {one.key: one.type for one in ORDER_FIELDS}


def is_of(value: Any, kind: Type) -> bool:
    """Whether a JSON value is of a type."""
    if kind.kind == JSON:
        return True
    if kind.kind == OPTIONAL:
        return value is None or (kind.of is not None and is_of(value, kind.of))
    if kind.kind in {LIST, DICT}:
        parts = value.values() if kind.kind == DICT else value
        is_right = type(value) is (dict if kind.kind == DICT else list)
        return is_right and all(kind.of and is_of(one, kind.of) for one in parts)
    if kind.kind == RECORD:
        return value.keys() == _FIELDS.keys() and all(is_of(one, _FIELDS[key]) for key, one in value.items())
    if kind.kind == ERROR:
        return "Exception" in value["mro"]
    return type(value) in _SCALARS[kind.kind] if kind.kind in _SCALARS else value is None
