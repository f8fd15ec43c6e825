"""States by label, whatever they are."""

from __future__ import annotations

from cloudless.passes.states import Label, Labelled


def test_a_label_may_be_used_before_its_state_is_there() -> None:
    graph = Labelled[tuple[Label, ...]]()
    later = graph.label()
    first = graph.add((later,))
    graph.put(later, ())
    assert graph.walked(first, lambda ways: ways) == [first, later]


def test_states_are_walked_as_people_read_them_and_each_once() -> None:
    graph = Labelled[tuple[Label, ...]]()
    graph.states |= {1: (2, 3), 2: (4,), 3: (4, 1), 4: ()}
    assert graph.walked(1, lambda ways: ways) == [1, 2, 4, 3]


def test_what_does_nothing_is_skipped_and_a_circle_of_it_is_not() -> None:
    graph = Labelled[tuple[Label, ...]]()
    graph.states |= {1: (2,), 2: (3,), 3: (), 4: (5,), 5: (4,)}
    assert graph.skipped(1, lambda ways: ways[0] if ways else None) == 3
    assert graph.skipped(4, lambda ways: ways[0]) == 5
