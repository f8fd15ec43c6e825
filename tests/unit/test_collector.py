"""When the garbage collector rests, and that it wakes up again."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator

import pytest

from cloudless import App, collector, frontend
from cloudless.collector import uncollected


@pytest.fixture
def kept() -> Iterator[list[object]]:
    """What the process keeps out of collections."""
    one: list[object] = [[]]
    had_none = not gc.get_freeze_count()
    gc.freeze()
    yield one
    if had_none:
        gc.unfreeze()


def is_among(one: object, others: list[object]) -> bool:
    return any(other is one for other in others)


def test_it_rests_for_a_while() -> None:
    with uncollected():
        assert not gc.isenabled()
        with uncollected():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_wakes_up_where_something_is_raised() -> None:
    with pytest.raises(ZeroDivisionError), uncollected():
        assert 1 / 0
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


OLD = """
import gc
from cloudless.collector import uncollected

with uncollected():
    made = [[]]
for generation in range(3):
    print(any(one is made for one in gc.get_objects(generation=generation)))
"""


def test_what_was_made_meanwhile_counts_as_old() -> None:
    """In a process of its own: that of the tests may keep objects out of collections."""
    done = subprocess.run([sys.executable, "-c", OLD], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["False", "False", "True"]


def test_what_a_process_keeps_out_of_collections_stays_out(kept: list[object]) -> None:
    with uncollected():
        pass
    assert not is_among(kept, gc.get_objects())


def test_what_a_process_keeps_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counting walks over all of it: in a process of thousands of tests, longer than a small compilation takes."""
    counts = [1]
    monkeypatch.setattr(gc, "get_freeze_count", counts.pop)
    monkeypatch.setattr(collector, "_kept", collector._Kept())
    for _ in range(2):
        with uncollected():
            pass
    assert not counts


def test_it_rests_while_an_app_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    resting: list[bool] = []

    def look(app: App, report: object) -> None:
        resting.append(not gc.isenabled())

    monkeypatch.setattr(frontend, "CHECKS", (look,))
    frontend.check(App("shop"))
    assert resting == [True]
    assert gc.isenabled()
