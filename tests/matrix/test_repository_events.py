"""Under its faults, the program of events of repositories comes to what it comes to without."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.matrix import faults, memory
from tests.matrix.program import Played, Program
from tests.matrix.repository_events import SEEDS, repository_events


@cache
def played(*, faulty: bool) -> tuple[Program, Played]:
    program = repository_events() if faulty else repository_events().without_faults()
    with TemporaryDirectory() as folder:
        return program, memory.played(program, Path(folder) / "memory")


def test_whatever_goes_wrong_the_same_is_answered() -> None:
    program, found = played(faulty=True)
    answers = [one for step, one in zip(program.steps, found.answers, strict=True) if step["do"] != "fault"]
    told, good = played(faulty=False)
    for step, one, other in zip(told.steps, answers, good.answers, strict=True):
        assert one == other, step


def test_whatever_goes_wrong_the_same_is_done() -> None:
    """What handlers were given, and returned in the end."""
    _, found = played(faulty=True)
    _, good = played(faulty=False)
    assert _done(found) == _done(good)


def test_a_fault_befalls_every_handler_of_messages_and_steps() -> None:
    program, found = played(faulty=True)
    kinds = Counter(step["kind"] for step in program.steps if step["do"] == "fault")
    assert kinds.keys() == set(faults.KINDS)
    assert sum(kinds.values()) > 4 * SEEDS
    died = {json.loads(call)["handler"] for call in found.calls if "died" in json.loads(call)}
    assert {"route", "code", "alerts", "rest", "begin", "deliver", "announce", "put_up", "enter"} <= died


def _done(found: Played) -> set[str]:
    """Calls that came to an end, each once."""
    return {call for call in found.calls if "returned" in json.loads(call)}
