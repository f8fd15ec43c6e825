"""Names of variables."""

from __future__ import annotations

import pytest

from cloudless_aws.compile.asl.jsonata import FUNCTIONS
from cloudless_aws.compile.asl.variable import LENGTH_MAX, Names, Variables
from providers.aws.tests.asl.programs import emitted


@pytest.mark.parametrize(
    ("title", "expected"),
    [("total", "total"), ("_private", "private"), ("__9", "value"), ("a.b", "a_b"), ("größe", "größe"),
     ("states", "states_2"), ("count", "count_2"), ("from", "from_2"), ("platform", "platform_2")],
)  # fmt: skip
def test_a_name_is_one_that_step_functions_takes_and_hides_nothing(title: str, expected: str) -> None:
    assert Names().fresh(title) == expected


def test_a_long_name_is_cut_and_stays_its_own() -> None:
    names = Names()
    one, other = names.fresh("x" * 200), names.fresh("x" * 201)
    assert one != other
    assert max(len(one), len(other)) <= LENGTH_MAX


def test_every_name_is_another() -> None:
    names = Names()
    assert [names.fresh(title) for title in ("a", "a", "a_2", "a")] == ["a", "a_2", "a_2_2", "a_3"]


def test_a_variable_has_another_name_where_it_is_bound_anew() -> None:
    variables = Variables(Names())
    with variables.bound("i") as outer, variables.bound("i") as inner:
        assert (outer, inner, variables.of("i")) == ("i", "i_2", "i_2")
    assert (variables.of("i"), variables.of("i")) == ("i_3", "i_3")
    with variables.bound("i"):
        assert variables.of("i") == "i_4"
    assert variables.of("i") == "i_3"


def test_variables_of_a_program_hide_no_function() -> None:
    found = emitted("""
    @app.orchestration
    def main(count: int, states: list[int]) -> int:
        map = [max + count for max in states]
        return step(len(map))
    """)
    assigned = {name for one in found.states.values() for name in one.get("Assign", {})}
    assert not assigned & FUNCTIONS
    assert {"count_2", "states_2", "map_2"} <= assigned
