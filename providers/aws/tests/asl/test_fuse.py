"""Fewer states: which ways are joined, and which may not be."""

from __future__ import annotations

from typing import Any

from cloudless.passes.states import Label
from cloudless_aws.compile.asl.fuse import fused
from cloudless_aws.compile.asl.state import NOWHERE, Choice, Edge, End, Fail, Graph, Pass, Rule, State, Task

RESULT = "{% $states.result.Payload.v %}"


def task(to: Label, failed: Label, **assign: Any) -> Task:
    return Task(arguments={}, edge=Edge(to, assign, 1), failed=Edge(failed), retry=(), title="task")


def graph_of(*states: State) -> Graph:
    """States with labels from 1 on."""
    graph = Graph()
    for one in states:
        graph.add(one)
    return graph


def passing(to: Label, large: int = 0, **assign: Any) -> Pass:
    return Pass(Edge(to, assign, large), "pass")


END = End({"v": 1}, "end")
FAIL = Fail("e", "c", "fail")


def test_what_assigns_nothing_disappears() -> None:
    graph = graph_of(passing(2), passing(3), END)
    assert fused(graph, 1) == 3


def test_what_does_not_read_what_was_just_assigned_is_assigned_with_it() -> None:
    graph = graph_of(task(2, 4, a=RESULT), passing(3, b="{% $c %}"), Choice((), Edge(5), "choice"), FAIL, END)
    fused(graph, 1)
    assert graph.states[1].edge == Edge(3, {"a": RESULT, "b": "{% $c %}"}, 1)  # type: ignore[union-attr]


def test_what_reads_it_is_not() -> None:
    graph = graph_of(passing(2, a=1), passing(3, b="{% $a %}"), END)
    assert fused(graph, 1) == 1
    assert graph.states[1] == passing(2, a=1)


def test_the_later_value_of_a_variable_counts() -> None:
    graph = graph_of(passing(2, a=1, b=2), passing(3, a=3), END)
    fused(graph, 1)
    assert graph.states[1] == passing(3, b=2, a=3)


def test_one_value_at_most_is_large() -> None:
    graph = graph_of(passing(2, 1, a="{% $x %}"), passing(3, 1, b="{% $y %}"), END)
    fused(graph, 1)
    assert graph.states[1] == passing(2, 1, a="{% $x %}")


def test_what_several_ways_lead_to_is_copied_only_where_it_is_short() -> None:
    for text, to in (("short", 4), ("long" * 40, 3)):
        graph = graph_of(Choice((Rule("t", Edge(2)),), Edge(3), "choice"), passing(3, b=1), passing(4, a=text), END)
        fused(graph, 1)
        choice = graph.states[1]
        assert isinstance(choice, Choice)
        assert choice.rules[0].edge.to == to
        assert choice.otherwise == Edge(3)


def test_a_choice_takes_the_rules_of_the_one_behind_it() -> None:
    first, second = Rule("one", Edge(3)), Rule("two", Edge(3))
    graph = graph_of(Choice((first,), Edge(2), "first"), Choice((second,), Edge(4), "second"), END, FAIL)
    fused(graph, 1)
    assert graph.states[1] == Choice((first, second), Edge(4), "first")


def test_but_not_where_others_lead_to_that_one() -> None:
    again = Choice((Rule("two", Edge(3)),), Edge(4), "second")
    graph = graph_of(Choice((Rule("one", Edge(2)),), Edge(2), "first"), again, END, FAIL)
    fused(graph, 1)
    assert graph.states[1] == Choice((Rule("one", Edge(2)),), Edge(2), "first")


def test_a_task_ends_with_its_result() -> None:
    graph = graph_of(task(2, 3, a=RESULT), End({"v": ["{% $a %}", 1]}, "end"), FAIL)
    fused(graph, 1)
    found = graph.states[1]
    assert isinstance(found, Task)
    assert (found.edge, found.output) == (NOWHERE, {"v": [RESULT, 1]})


def test_but_not_with_what_is_made_of_it() -> None:
    graph = graph_of(task(2, 3, a=RESULT), End({"v": "{% $a + 1 %}"}, "end"), FAIL)
    fused(graph, 1)
    assert graph.states[1] == task(2, 3, a=RESULT)


def test_a_circle_of_nothing_ends() -> None:
    graph = graph_of(passing(2), passing(1))
    assert fused(graph, 1) in {1, 2}
