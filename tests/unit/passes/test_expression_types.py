"""Compilers pick operators by the static type of every expression."""

import pytest

from cloudless.errors import InternalError
from cloudless.ir import expression as e
from cloudless.ir.type import DICT, ENUM, ERROR, INT, JSON, LIST, NONE, OPTIONAL, RECORD, TEXT, Member, RecordType, Type
from cloudless.node import replace
from cloudless.passes.expression_types import RULES, Types, optional, present
from cloudless.passes.tree import EXPRESSIONS
from tests.unit.passes import samples
from tests.unit.passes.samples import (
    BOOLEAN,
    FAILED,
    MAYBE,
    NULL_TYPE,
    ORDER,
    REAL,
    SAMPLES,
    STRING,
    WHOLE,
    WHOLES,
    Sample,
    returning,
    var,
    wholes,
)

TYPES = Types(returning(samples.NULL))


def test_every_expression_has_a_rule() -> None:
    assert RULES.keys() == EXPRESSIONS


def test_every_expression_has_a_sample() -> None:
    assert {type(expression) for expression, _ in SAMPLES} == EXPRESSIONS


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda one: type(one[0]).__name__)
def test_the_type_of(sample: Sample) -> None:
    expression, kind = sample
    assert TYPES.of(expression) == kind


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (WHOLE, WHOLE, WHOLE),
        (WHOLE, REAL, REAL),
        (WHOLE, NULL_TYPE, MAYBE),
        (MAYBE, NULL_TYPE, MAYBE),
        (MAYBE, REAL, optional(REAL)),
        (WHOLE, STRING, Type(JSON)),
        (Type(JSON), NULL_TYPE, Type(JSON)),
        (WHOLES, Type(LIST, NULL_TYPE), Type(LIST, MAYBE)),
        (WHOLES, Type(LIST), WHOLES),
        (Type(DICT), Type(DICT), Type(DICT)),
        (WHOLES, Type(DICT, WHOLE), Type(JSON)),
        (FAILED, Type(ERROR, None, "Declined"), FAILED),
        (Type(ERROR, None, "Late"), Type(ERROR, None, "Declined"), FAILED),
        (FAILED, Type(ERROR, None, "KeyError"), Type(ERROR, None, "Exception")),
        (ORDER, Type(RECORD, None, "Untouched"), ORDER),
        (Type(ENUM, None, "Colour"), STRING, STRING),
        (Type(ENUM, None, "Level"), WHOLE, WHOLE),
        (Type(ENUM, None, "Colour"), BOOLEAN, Type(JSON)),
        (Type(ENUM, None, "Colour"), Type(ENUM, None, "Level"), Type(JSON)),
        (Type(RECORD, None, "A"), Type(RECORD, None, "B"), Type(JSON)),
    ],
)
def test_the_type_of_two_values(one: Type, other: Type, both: Type) -> None:
    assert TYPES.join(one, other) == both
    assert TYPES.join(other, one) == both


def test_a_record_with_fewer_fields_holds_one_with_more() -> None:
    small = RecordType("Small", (Member("total", "total", WHOLE),))
    program = returning(samples.NULL)
    types = Types(replace(program, records=(*program.records, small)))
    assert types.join(ORDER, Type(RECORD, None, "Small")).name == "Small"
    assert types.join(Type(RECORD, None, "Small"), ORDER).name == "Small"


def test_a_display_of_nothing_joins_with_every_other() -> None:
    empty = TYPES.of(e.Dict(()))
    assert empty == Type(DICT, None)
    assert TYPES.of(e.Merge(e.Dict(()), var("d"))) == samples.TABLE


def test_the_item_of_a_comprehension_is_known_inside_it_only() -> None:
    inside = e.Map("line", var("rows"), None, e.Map("deep", var("line"), None, e.List((var("deep"),), WHOLE)))
    assert TYPES.of(inside) == Type(LIST, Type(LIST, WHOLES))
    with pytest.raises(InternalError, match="no variable 'line'"):
        TYPES.of(var("line"))


def test_a_field_of_what_is_not_null_here() -> None:
    inner = e.Field(var("order"), "class")
    total = e.Field(inner, "total")
    assert TYPES.of(e.Choose(e.IsNone(inner), samples.whole(0), total)) == WHOLE


@pytest.mark.parametrize(
    "wrong",
    [
        var("nobody"),
        e.Field(var("order"), "nothing"),
        e.Field(e.Record("Unknown", ()), "total"),
        e.ErrorData(var("err"), "nothing"),
    ],
)
def test_what_the_orchestration_does_not_have_is_a_bug_of_ours(wrong: e.Expression) -> None:
    with pytest.raises(InternalError):
        TYPES.of(wrong)


def test_the_kinds_that_may_be_null() -> None:
    assert present(MAYBE) == WHOLE
    assert present(STRING) == STRING
    assert [optional(kind).kind for kind in (WHOLE, MAYBE, NULL_TYPE, Type(JSON))] == [OPTIONAL, OPTIONAL, NONE, JSON]


def test_folds_and_texts_of_the_other_kinds() -> None:
    assert TYPES.of(e.Fold("any", e.List((), BOOLEAN), "bool")) == BOOLEAN
    assert TYPES.of(e.Fold("max", wholes(samples.whole(1)), INT)) == WHOLE
    assert TYPES.of(e.TextCall("endswith", (var("s"), var("t")))) == BOOLEAN
    assert TYPES.of(e.Length(var("s"), TEXT)) == WHOLE
