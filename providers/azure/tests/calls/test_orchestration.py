"""Executions as their callers see them, with Microsoft's replay in between and the stand-in for the extension."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from cloudless.driver.current import leave, use
from cloudless.driver.orchestration import pinning
from cloudless.errors import (
    ExecutionCancelled,
    ExecutionExists,
    InvalidArgument,
    NotFound,
    PermissionDenied,
    Unavailable,
    UnsupportedError,
)
from cloudless.message import Envelope
from cloudless_azure.clients.orchestration import DurableOrchestrations
from cloudless_azure.names import CONTROL, SEND, START
from cloudless_azure.runtime import durable_wire as wire
from cloudless_azure.runtime.purge import KEPT_S
from cloudless_azure.runtime.starting import LEASE_S
from providers.azure.tests.calls import program
from providers.azure.tests.calls.program import ask, ask_too, grows, many, pay, wordy
from providers.azure.tests.calls.site import START_S, Site
from tests.hosting.http import Request, Response

TOLD = "0123456789abcdef" * 2


@pytest.fixture(autouse=True)
def caller(site: Site) -> Iterator[None]:
    """The test has every key."""
    token = use(site.anybody())
    yield
    leave(token)


def call(**arguments: Any) -> Envelope:
    return Envelope(TOLD, json.dumps(arguments), trace="ab" * 16, correlation="order 7")


def driver(site: Site) -> DurableOrchestrations:
    found: Any = site.anybody().orchestrations
    return found  # type: ignore[no-any-return]


# --- start --------------------------------------------------------------------------------------------


def test_an_execution_is_started_and_comes_to_its_result(site: Site) -> None:
    execution = pay.options(id="order-7").start(3)
    assert execution.status() == "running"
    site.advance(1)
    assert (execution.status(), execution.result()[0]) == ("completed", 3.0)
    assert [*site.hub.instances] == ["pay:order-7"]


def test_its_steps_go_on_with_the_correlation_of_the_start(site: Site) -> None:
    driver(site).start("pay", "order-7", call(amount=3))
    site.advance(1)
    assert pay.execution("order-7").result() == [3.0, "order 7"]


def test_the_same_start_again_starts_nothing(site: Site) -> None:
    for _ in range(2):
        pay.options(id="x").start(3)
        site.advance(1)
    assert [*site.ledger.rows] == ["start/pay/x", "purge"]
    assert site.hub.instances["pay:x"].turns == 2


def test_other_arguments_are_refused_before_and_after_the_end(site: Site) -> None:
    pay.options(id="x").start(3)
    for _ in range(2):
        with pytest.raises(ExecutionExists, match="execution 'x' of 'pay' was started with other arguments"):
            pay.options(id="x").start(4)
        site.advance(1)


def test_an_id_is_free_in_another_orchestration_and_after_ninety_days(site: Site) -> None:
    pay.options(id="x").start(3)
    ask.options(id="x").start("well")
    site.advance(KEPT_S + 60)
    assert pay.execution("x").status() == "completed"
    pay.options(id="x").start(4)
    site.advance(1)
    assert pay.execution("x").result()[0] == 4.0


def test_an_execution_that_runs_for_longer_than_that_keeps_its_id(site: Site) -> None:
    ask_too.options(id="x").start("well")
    site.advance(KEPT_S + 60)
    ask_too.options(id="x").start("well")
    with pytest.raises(ExecutionExists):
        ask_too.options(id="x").start("no")
    assert site.hub.instances["ask_too:x"].status == "Running"


def test_who_dies_after_the_claim_is_followed_by_the_next_start(site: Site) -> None:
    site.ledger.claim("start/pay/x", "the dead", LEASE_S)
    site.now_s += LEASE_S
    pay.options(id="x").start(3)
    site.advance(1)
    assert pay.execution("x").status() == "completed"


@pytest.mark.parametrize("is_over", [False, True])
def test_who_dies_after_the_start_is_found_out_by_the_next_start(site: Site, is_over: bool) -> None:
    """The claim of the dead one was never completed; the extension would start anew what has ended."""
    pay.options(id="x").start(3)
    if is_over:
        site.advance(1)
    site.ledger.rows["start/pay/x"] = ("the dead", site.now_s, False, "")
    pay.options(id="x").start(3)
    with pytest.raises(ExecutionExists):
        pay.options(id="x").start(4)
    site.advance(1)
    assert site.hub.instances["pay:x"].turns == 2


def test_a_start_that_another_one_holds_is_tried_for_a_while_and_can_be_repeated(site: Site) -> None:
    paused: list[float] = []
    site.open(paused.append)
    site.ledger.claim("start/pay/x", "another", LEASE_S)
    with pytest.raises(Unavailable, match="somebody else is starting execution 'x'"):
        driver(site).start("pay", "x", call(amount=3))
    assert sum(paused[:5]) == pytest.approx(3.1)


def test_a_claim_that_comes_free_in_between_is_taken(site: Site) -> None:
    site.open(lambda pause_s: site.ledger.release("start/pay/x", "another"))
    site.ledger.claim("start/pay/x", "another", LEASE_S)
    driver(site).start("pay", "x", call(amount=3))
    assert [*site.hub.instances] == ["pay:x"]


def test_an_extension_that_refuses_leaves_the_id_free(site: Site) -> None:
    site.hub_before = lambda request: Response(status=500, body=b"busy") if request.method == "POST" else None
    with pytest.raises(Unavailable, match="the Durable Functions extension answered 500: busy"):
        driver(site).start("pay", "x", call(amount=3))
    assert site.ledger.rows == {}


def test_a_start_that_took_too_long_is_not_sent_after_its_claim_has_ended(site: Site) -> None:
    def stall(request: Request) -> None:
        site.now_s += 31

    site.hub_before = stall
    with pytest.raises(Unavailable, match="took too long: nothing was started"):
        driver(site).start("pay", "x", call(amount=3))
    assert not site.hub.instances


def test_two_executions_have_different_uuids(site: Site) -> None:
    orders = [wire.Order.read(_started(site, id).input) for id in ("a", "b")]
    assert orders[0].entropy != orders[1].entropy
    assert len(orders[0].entropy) == 32


def _started(site: Site, id: str) -> Any:
    pay.options(id=id).start(3)
    return site.hub.instances[f"pay:{id}"]


def test_an_id_outside_of_the_pattern_is_refused_by_the_app_too(site: Site) -> None:
    for id in ("", "a/../b", "x" * 65, "a b"):
        with pytest.raises(InvalidArgument, match="1 to 64 letters"):
            driver(site).start("pay", id, call(amount=3))
        with pytest.raises(InvalidArgument, match="1 to 64 letters"):
            driver(site).describe("pay", id)


def test_what_is_not_deployed_is_not_found(site: Site) -> None:
    with pytest.raises(NotFound, match="nobody may start orchestration 'nothing'"):
        driver(site).start("nothing", "x", call())
    site.facts["calls"]["orchestrations"]["pay"] = ""
    with pytest.raises(NotFound, match="there is no orchestration 'pay' in what is deployed, to start"):
        driver(site).start("pay", "x", call(amount=3))


def test_an_execution_is_not_carried_out_by_its_caller(site: Site) -> None:
    with pytest.raises(UnsupportedError, match=r"pay\.start\(…\)"):
        driver(site).run("pay", call())


# --- ask ----------------------------------------------------------------------------------------------


def test_a_failure_is_told_with_its_fields(site: Site) -> None:
    execution = pay.start(2_000)
    site.advance(1)
    with pytest.raises(program.CardDeclined, match="no funds") as caught:
        execution.result()
    assert caught.value.amount == 2_000
    assert execution.status() == "failed"


def test_times_are_whole_seconds(site: Site) -> None:
    execution = ask.start("well")
    assert execution.started_at.timestamp() == int(START_S)
    assert execution.ended_at is None
    site.advance(86_400)
    assert execution.ended_at is not None
    assert execution.ended_at.timestamp() == int(START_S + 86_400)
    assert execution.error is not None
    assert execution.error.type == "TimeoutError"


def test_an_error_that_a_program_made_is_cut(site: Site) -> None:
    execution = wordy.start(500)
    site.advance(1)
    error = execution.error
    assert error is not None
    assert (error.type, len(error.message.encode()), error.message[-1]) == ("ValueError", 2_048, "…")


def test_a_result_over_the_limit_is_a_failure(site: Site) -> None:
    execution = grows.start([30_000] * 7)
    small = grows.start([30_000] * 6)
    site.advance(1)
    assert execution.error is not None
    assert execution.error.type == "PayloadTooLarge"
    assert "what orchestration grows returns" in execution.error.message
    assert len(small.result()) == 6


def test_what_is_no_error_of_the_program_is_told_as_ours(site: Site) -> None:
    execution = pay.start(3)
    site.definitions.clear()
    site.open()
    site.advance(1)
    assert execution.error is not None
    assert execution.error.type == "InternalError"


def test_nobody_s_execution_is_not_found(site: Site) -> None:
    for ask_it in (driver(site).describe, driver(site).history, driver(site).cancel):
        with pytest.raises(NotFound, match="orchestration 'pay' has no execution 'nobody'"):
            ask_it("pay", "nobody")


def test_a_wait_ends_with_its_time(site: Site) -> None:
    ask.options(id="x").start("well")
    assert driver(site).wait("ask", "x", 0.05).status == "running"


def test_executions_are_listed_the_latest_first_and_by_status(site: Site) -> None:
    for number in range(4):
        ask.options(id=f"n{number}").start("well")
        site.advance(0.2)
    pay.start(1)
    ask.execution("n1").cancel()
    assert [one.id for one in ask.executions()] == ["n3", "n2", "n1", "n0"]
    assert [one.id for one in ask.executions("running", limit=2)] == ["n3", "n2"]
    assert [one.id for one in ask.executions("cancelled")] == ["n1"]
    assert ask.executions("failed") == []


def test_executions_of_more_than_a_page_are_all_listed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloudless_azure.runtime.durable_client.PAGE", 3)
    for number in range(8):
        ask.options(id=f"n{number}").start("well")
    assert {one.id for one in ask.executions()} == {f"n{number}" for number in range(8)}


@pytest.mark.parametrize(("limit", "asked"), [(1, 1), (2, 2), (5, 5), (9, 5)])
def test_no_more_is_read_than_a_limit_needs(site: Site, limit: int, asked: int) -> None:
    """Newer executions are asked for first: of the last minute, hour, day, ten days, and all."""
    for number, rest_s in enumerate((20 * 86_400, 5 * 86_400, 3_000, 1_000, 0)):
        ask_too.options(id=f"n{number}").start("well")
        site.advance(rest_s)
    queries: list[str] = []
    site.hub_before = lambda request: queries.append(request.query) if "Prefix" in request.query else None
    expected = ["n4", "n3", "n2", "n1", "n0"][:limit]
    assert [one.id for one in ask_too.executions(limit=limit)] == expected
    assert len(queries) == asked


def test_an_execution_between_two_windows_is_listed_once(site: Site) -> None:
    site.now_s = int(site.now_s)
    for number in range(3):
        ask_too.options(id=f"n{number}").start("well")
        site.advance(60)
    assert sorted(one.id for one in ask_too.executions()) == ["n0", "n1", "n2"]


def test_a_long_name_lists_its_own_executions(site: Site) -> None:
    ask.options(id="x").start("well")
    ask_too.options(id="y").start("well")
    assert [one.id for one in ask.executions()] == ["x"]
    assert [one.id for one in ask_too.executions()] == ["y"]


def test_what_still_runs_is_told_by_definition(site: Site) -> None:
    sha256 = dict(site.facts["calls"]["orchestrations"])
    for id in "ab":
        ask.options(id=id).start("well")
    site.advance(1)
    found = pinning(driver(site))
    assert found is not None
    assert found.running("ask") == {sha256["ask"]: 2}
    site.facts["calls"]["orchestrations"]["ask"] = ""  # gone from the program, retained in the package
    ask.execution("a").cancel()
    assert found.running("ask") == {sha256["ask"]: 1}


def test_native_is_the_app_and_what_ids_begin_with(site: Site) -> None:
    assert driver(site).native("pay") == (site.front.url, "pay:")


# --- history ------------------------------------------------------------------------------------------


def test_the_history_tells_steps_with_what_came_of_them(site: Site) -> None:
    execution = pay.options(id="x").start(2_000)
    site.advance(1)
    told = [(one.kind, one.name, one.attempt) for one in execution.history()]
    assert told == [("started", "pay", 1), ("called", "charge", 1), ("raised", "charge", 1), ("failed", "pay", 1)]
    raised = execution.history()[2]
    assert raised.step.startswith("x/pay:")
    assert raised.error is not None
    assert raised.error["type"] == "CardDeclined"


def test_the_history_tells_events_and_waits(site: Site) -> None:
    execution = ask.options(id="x").start("well")
    site.advance(10)
    program.approval.send("x", "yes", id="7")
    site.advance(1)
    told = [(one.kind, one.name, one.value) for one in execution.history()]
    assert told == [
        ("started", "ask", {"question": "well"}),
        ("waiting", "", 86_400.0),
        ("received", "approval", "yes"),
        ("completed", "ask", "well: yes"),
    ]
    times = [one.at_s for one in execution.history()]
    assert times == sorted(times)


def test_the_history_of_a_large_fan_out_has_its_parts(site: Site) -> None:
    execution = grows.start([3] * 201)
    site.advance(1)
    assert len(execution.result()) == 201
    kinds = [one.kind for one in execution.history()]
    assert (kinds.count("called"), kinds.count("returned")) == (201, 201)
    assert (kinds[0], kinds[-1], kinds.count("started")) == ("started", "completed", 1)


def test_a_cancelled_execution_says_so(site: Site) -> None:
    execution = ask.start("well")
    site.advance(1)
    execution.cancel()
    assert [one.kind for one in execution.history()][-1] == "cancelled"


# --- cancel -------------------------------------------------------------------------------------------


def test_a_cancelled_execution_has_ended_and_does_nothing_more(site: Site) -> None:
    execution = ask.start("well")
    execution.cancel()
    assert execution.status() == "cancelled"
    with pytest.raises(ExecutionCancelled):
        execution.result()
    execution.cancel()
    site.advance(86_400 * 2)
    assert execution.status() == "cancelled"


def test_nothing_happens_where_it_has_ended(site: Site) -> None:
    execution = pay.start(3)
    site.advance(1)
    execution.cancel()
    assert execution.status() == "completed"


def test_parts_of_a_large_fan_out_end_with_it(site: Site) -> None:
    execution = many.options(id="x").start(250)
    site.advance(1)
    assert sorted(one.status for one in site.hub.instances.values()) == ["Running"] * 4
    execution.cancel()
    assert sorted(one.status for one in site.hub.instances.values()) == ["Terminated"] * 4
    assert all(id == "many:x" or id.startswith("~") for id in site.hub.instances)
    assert [one.id for one in many.executions()] == ["x"]


def test_parts_of_a_large_fan_out_end_when_its_time_is_up(site: Site) -> None:
    execution = many.start(250)
    site.advance(3_600)
    assert execution.error is not None
    assert execution.error.type == "TimeoutError"
    site.advance(1)
    assert not [one.id for one in site.hub.instances.values() if one.status == "Running"]
    assert len(site.hub.instances) == 4


def test_a_part_that_is_not_listed_yet_ends_with_its_execution(site: Site) -> None:
    """It is in a queue: the execution knows that it began it."""
    execution = many.options(id="x").start(250)
    site.advance(1)
    looks: list[str] = []

    def before(request: Request) -> Response | None:
        if "instanceIdPrefix=~" not in request.query:
            return None
        looks.append(request.query)
        return Response(status=200, body=b"[]") if len(looks) <= 3 else None

    site.hub_before = before
    execution.cancel()
    assert sorted(one.status for one in site.hub.instances.values()) == ["Terminated"] * 4


def test_a_part_of_a_part_that_is_not_listed_yet_is_looked_for_twice(site: Site) -> None:
    """Of such the execution itself knows nothing."""
    execution = ask.options(id="x").start("well")
    looks: list[str] = []
    site.hub_before = lambda request: looks.append(request.query) if "Prefix=~" in request.query else None
    execution.cancel()
    assert len(looks) == 2


def test_an_execution_that_will_not_end_is_said_to_be_on_its_way(site: Site) -> None:
    paused: list[float] = []
    site.open(paused.append)
    site.hub_before = lambda request: Response(status=202) if request.path.endswith("/terminate") else None
    ask.options(id="x").start("well")
    with pytest.raises(Unavailable, match="still runs: it is safe to cancel it again"):
        driver(site).cancel("ask", "x")


# --- events -------------------------------------------------------------------------------------------


def test_an_event_reaches_the_one_execution_that_waits(site: Site) -> None:
    execution = ask.options(id="x").start("well")
    pay.options(id="x").start(3)
    assert program.approval.send("x", "yes", id="7") == "7"
    site.advance(1)
    assert execution.result() == "well: yes"


def test_of_one_id_an_execution_takes_one_event(site: Site) -> None:
    ask.options(id="x").start("well")
    for answer in ("yes", "no"):
        program.approval.send("x", answer, id="7")
    site.advance(1)
    assert ask.execution("x").result() == "well: yes"


def test_of_two_executions_of_an_id_one_has_to_be_chosen(site: Site) -> None:
    ask.options(id="x").start("well")
    ask_too.options(id="x").start("well")
    with pytest.raises(InvalidArgument, match=r"give ask\.execution\('x'\) or ask_too\.execution\('x'\)"):
        program.approval.send("x", "yes")
    program.approval.send(ask_too.execution("x"), "yes")
    site.advance(1)
    assert (ask.execution("x").status(), ask_too.execution("x").result()) == ("running", "yes")


def test_an_event_for_nobody_is_not_found(site: Site) -> None:
    with pytest.raises(NotFound, match="running execution 'x', and there is none"):
        program.approval.send("x", "yes")
    execution = ask.options(id="x").start("well")
    execution.cancel()
    with pytest.raises(NotFound, match="running execution 'x', and it is cancelled"):
        program.approval.send("x", "yes")
    with pytest.raises(NotFound, match="no orchestration of this app waits for an event 'answered'"):
        program.answered.send("x", "yes")


def test_an_execution_that_ends_between_the_look_and_the_event_is_not_found(site: Site) -> None:
    ask.options(id="x").start("well")
    site.hub_before = lambda request: Response(status=410) if "/raiseEvent/" in request.path else None
    with pytest.raises(NotFound, match="it has ended meanwhile"):
        program.approval.send("x", "yes")


# --- permission and trouble ---------------------------------------------------------------------------


def test_each_verb_needs_its_own_key(site: Site) -> None:
    caller = site.caller((START, "pay"))
    caller.orchestrations.start("pay", "x", call(amount=3))
    with pytest.raises(PermissionDenied, match=r"may not control orchestration 'pay'.*cloudless--control-pay"):
        caller.orchestrations.describe("pay", "x")
    with pytest.raises(PermissionDenied, match="may not start orchestration 'ask'"):
        caller.orchestrations.start("ask", "x", call(question="well"))
    with pytest.raises(PermissionDenied, match="may not send event 'approval'"):
        caller.orchestrations.send("", "x", "approval", call())
    watcher = site.caller((CONTROL, "pay"), (SEND, "approval"), who="watcher")
    assert watcher.orchestrations.describe("pay", "x").status == "running"


def test_an_app_that_is_too_busy_is_asked_again_as_it_says(site: Site) -> None:
    answers = iter([Response(status=503, headers=(("Retry-After", "0"),)), Response(status=429), None, None])
    site.before = lambda request: next(answers)
    driver(site).start("pay", "x", call(amount=3))
    assert len(site.calls) == 3


def test_an_app_that_stays_too_busy_is_unavailable(site: Site) -> None:
    site.before = lambda request: Response(status=503, body=b"Function host is not running.")
    orchestrations = driver(site)
    paused: list[float] = []
    orchestrations._steps._service._pause = paused.append
    with pytest.raises(Unavailable, match=r"answered 503: Function host is not running\."):
        orchestrations.start("pay", "x", call(amount=3))
    assert paused == [0.5, 1.0]


def test_an_extension_that_is_away_is_unavailable(site: Site) -> None:
    site.hub.shut()
    with pytest.raises(Unavailable, match="the Durable Functions extension answered 503"):
        driver(site).describe("pay", "x")
