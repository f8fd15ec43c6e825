"""What is forgotten of executions, and when."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from cloudless.driver.current import leave, use
from cloudless_azure.runtime.purge import AGAIN_S, KEPT_S, aside
from providers.azure.tests.calls.program import ask, ask_too, grows, pay
from providers.azure.tests.calls.site import Site
from tests.hosting.http import Request, Response

DAY_S = 86_400


@pytest.fixture(autouse=True)
def caller(site: Site) -> Iterator[None]:
    """The test has every key."""
    token = use(site.anybody())
    yield
    leave(token)


def ended(site: Site, *ids: str) -> None:
    """Executions that end at once."""
    for id in ids:
        pay.options(id=id).start(3)
    site.advance(1)


def begin(site: Site, id: str) -> None:
    """An execution that is not there to end, in a minute of its own."""
    site.advance(AGAIN_S)
    ask_too.options(id=id).start("well")


def test_executions_that_ended_ninety_days_ago_are_forgotten_with_the_next_start(site: Site) -> None:
    ended(site, "a")
    site.advance(DAY_S)
    ended(site, "b")
    site.advance(KEPT_S - DAY_S)
    begin(site, "now")
    assert sorted(site.hub.instances) == ["ask_too:now", "pay:b"]


def test_parts_are_forgotten_and_what_runs_stays(site: Site) -> None:
    ask_too.options(id="runs").start("well")
    grows.options(id="x").start([3] * 201)
    site.advance(KEPT_S + 1)
    assert len(site.hub.instances) > 3
    begin(site, "now")
    assert sorted(site.hub.instances) == ["ask_too:now", "ask_too:runs"]


def test_ninety_days_are_counted_from_the_end(site: Site) -> None:
    long = ask_too.options(id="long").start("well")
    site.advance(KEPT_S)
    long.cancel()
    site.advance(DAY_S)
    begin(site, "now")
    assert long.status() == "cancelled"
    site.advance(KEPT_S)
    begin(site, "later")
    assert "ask_too:long" not in site.hub.instances


def test_it_is_done_once_a_day(site: Site) -> None:
    ended(site, "a")
    site.advance(KEPT_S - DAY_S / 2)
    begin(site, "in-vain")
    site.advance(DAY_S / 2)
    begin(site, "too-early")
    assert "pay:a" in site.hub.instances
    site.advance(DAY_S / 2)
    begin(site, "now")
    assert "pay:a" not in site.hub.instances


def test_a_part_at_a_time_and_on_with_the_next_start(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloudless_azure.runtime.purge.MOST", 2)
    ended(site, "a", "b", "c", "d", "e")
    site.advance(KEPT_S)
    left: list[int] = []
    for number in range(3):
        begin(site, f"n{number}")
        left.append(len([id for id in site.hub.instances if id.startswith("pay:")]))
    assert left == [3, 1, 0]


def test_an_id_that_is_being_started_anew_is_left_alone(site: Site) -> None:
    ended(site, "a")
    site.advance(KEPT_S)
    site.ledger.claim("start/pay/a", "another", 600)
    begin(site, "now")
    assert "pay:a" in site.hub.instances


def test_an_id_that_was_started_anew_after_the_list_was_made_is_left_alone(site: Site) -> None:
    ended(site, "a")
    site.advance(KEPT_S)

    def before(request: Request) -> Response | None:
        if request.path.endswith("/instances/pay:a"):
            site.hub_before = lambda request: None
            site.hub.host.start_raw("cl_orchestrator", site.hub.instances["pay:a"].input, "pay:a")
        return None

    site.hub_before = before
    begin(site, "now")
    assert site.hub.instances["pay:a"].status in {"Pending", "Running"}


def test_a_start_succeeds_where_nothing_can_be_forgotten(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    ended(site, "a")
    site.advance(KEPT_S)
    site.hub_before = lambda request: Response(status=500, body=b"busy") if request.method == "DELETE" else None
    begin(site, "now")
    assert ask_too.execution("now").status() == "running"
    assert "old executions are not purged (yet)" in caplog.text
    site.hub_before = lambda request: None
    site.advance(600)
    begin(site, "later")
    assert "pay:a" not in site.hub.instances


def test_an_execution_that_ran_again_later_is_found_by_its_last_end(site: Site) -> None:
    ended(site, "a")
    site.advance(KEPT_S + DAY_S)
    ended(site, "a")
    begin(site, "now")
    assert pay.execution("a").status() == "completed"
    assert ask.executions() == []


def test_nobody_waits_for_it() -> None:
    done, name = threading.Event(), list[str]()

    def work() -> None:
        name.append(threading.current_thread().name)
        done.set()

    aside(work)
    assert done.wait(10)
    assert name == ["cloudless-purge"]
