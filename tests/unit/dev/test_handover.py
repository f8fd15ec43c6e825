"""Handover: what one server leaves, the next one takes."""

import stat
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cloudless.dev.handover import leave, left
from cloudless.dev.running import Running
from cloudless.message import utc
from cloudless.testing import simulate
from tests.unit.dev.stall import app, orders, rows


@contextmanager
def running(file: Path, seed: int = 0) -> Generator[Running]:
    state = left(file)
    start = {"start": utc(state["cloud"]["now_us"] / 1_000_000)} if state else {}
    with simulate(app, seed=seed, **start) as simulation:  # type: ignore[arg-type]
        yield Running(simulation, Path(__file__).parent, 1, lambda _: None, state=state)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state.json"


def settle(one: Running) -> None:
    while not one.clock.catch_up():
        pass


def test_messages_entries_and_time_go_on(file: Path) -> None:
    with running(file) as first:
        orders.send({"fail": True})
        settle(first)
        first.clock.travel(60_000_000)
        first.clock.speed = 10
        rows.send(1)
        leave(first, file)
    with running(file, seed=1) as second:
        assert second.run == first.run
        assert second.clock.speed == 10
        assert second.journal.last == first.journal.last
        assert second.reader.now_ms >= first.reader.now_ms
        settle(second)
        entries = second.journal.after(0, 100).entries
    assert [one.number for one in entries] == [*range(1, len(entries) + 1)]
    assert second.journal.runs["take"] == [2, 2]
    assert second.simulation.now >= first.simulation.now
    assert len({one.journey for one in entries}) == 2  # a message belongs to its journey across processes


def test_only_its_user_may_read_the_file(file: Path) -> None:
    with running(file) as one:
        leave(one, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_first_server_takes_nothing(file: Path) -> None:
    assert left(None) is None
    assert left(file) is None


def test_a_file_of_another_version_is_left_alone(file: Path) -> None:
    file.write_text('{"version": 0}')
    assert left(file) is None
