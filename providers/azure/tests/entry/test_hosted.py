"""Generated apps under Microsoft's worker library: every kind of handler is invoked, well and badly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import Request as Asked
from urllib.request import urlopen

import pytest

from cloudless.conformance import journal
from cloudless_azure.runtime.durable_wire import ORCHESTRATOR, Order
from providers.azure.tests.entry.generated import application, settings
from providers.azure.tests.entry.test_indexing import environment
from providers.azure.tests.entry.written import write
from providers.azure.tests.functionshost.host import FunctionsHost
from providers.azure.tests.functionshost.launcher import Zygote
from providers.azure.tests.servicebus import Broker, Content, Settings, StandingClock
from tests.hosting.http import Request
from tests.hosting.timefile import TimeFile

ENTRY = "tests.hosting.trials:app"
EIGHT_S = datetime(2026, 1, 2, 7, tzinfo=UTC).timestamp()
"""In Berlin."""


class Deployed:
    """The apps of the trials, hosted on demand, and what their handlers noted."""

    def __init__(self, folder: Path, zygote: Zygote) -> None:
        self.app = application(ENTRY)
        self.clock = StandingClock(EIGHT_S - 30)
        self.folder = folder
        self._zygote = zygote
        self._journal = folder / "journal"
        self._time = TimeFile(folder / "time")
        self._hosts: dict[str, FunctionsHost] = {}
        write(folder, ENTRY)
        self._time.tell(self.clock.now_s())
        self.broker: Broker

    def begin(self, broker: Broker) -> None:
        self.broker = broker
        for queue in self.app.queues:
            broker.add_queue(queue.name, Settings(sessions=queue.ordered, max_deliveries=5))
        for one in self.app.subscriptions:
            broker.add_queue(one.name)

    def host(self, name: str) -> FunctionsHost:
        """The host of a group, started when it is first asked for."""
        if name not in self._hosts:
            env = {**settings(self.app)[name], **environment(self.broker, name), journal.VARIABLE: str(self._journal)}
            host = FunctionsHost(self.folder, self.broker, env, zygote=self._zygote, time_file=self._time)
            host.start()
            self._hosts[name] = host
        return self._hosts[name]

    def end(self) -> None:
        for host in self._hosts.values():
            host.close()

    def send(self, queue: str, *bodies: str, session: str = "") -> None:
        contents = [Content.of(body.encode(), id=f"m{n}", session=session or None) for n, body in enumerate(bodies)]
        self.broker.on_queue(queue, lambda found: [found.put(content) for content in contents])

    def pass_(self, seconds: float) -> None:
        self.broker.advance(seconds)
        self._time.tell(self.clock.now_s())

    def notes(self) -> list[dict[str, Any]]:
        found = journal.read(self._journal)
        self._journal.unlink(missing_ok=True)
        return found

    def errors(self, name: str) -> list[str]:
        """Of the calls of a group's functions since somebody asked."""
        found = [call.error.partition("\n")[0] for call in self.host(name).calls]
        self.host(name).calls.clear()
        return found

    def waiting(self, queue: str) -> list[tuple[int, float]]:
        """Attempt, and seconds from now, of each copy of ours."""
        return [
            (json.loads(one.content.application["cloudless"])["attempt"], round(one.scheduled_s - self.clock.now_s()))
            for one in self.broker.stored(queue)
            if one.scheduled_s is not None
        ]

    def clear(self) -> None:
        for queue in [*(one.name for one in self.app.queues), *(one.name for one in self.app.subscriptions)]:
            self.broker.on_queue(queue, lambda found: found.clear())
        self.notes()
        for host in self._hosts.values():
            host.calls.clear()


@pytest.fixture(scope="module")
def trials(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    deployed = Deployed(tmp_path_factory.mktemp("trials"), zygote)
    with Broker.running(deployed.clock) as broker:
        deployed.begin(broker)
        yield deployed
        deployed.end()


@pytest.fixture(autouse=True)
def _clear(trials: Deployed) -> None:
    trials.clear()


# --- consumers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("queue", "group", "handler"), [("jobs", "on-work", "work"), ("letters", "on-write", "write")])
def test_a_message_is_handled_and_completed(trials: Deployed, queue: str, group: str, handler: str) -> None:
    trials.send(queue, '{"do": ""}')
    assert trials.host(group).pump() == 1
    assert trials.notes() == [{"handler": handler, "body": {"do": ""}, "attempt": 1}]
    assert (trials.errors(group), trials.broker.stored(queue)) == ([""], [])


@pytest.mark.parametrize(("queue", "group"), [("jobs", "on-work"), ("letters", "on-write")])
@pytest.mark.parametrize("what", ["raise", "block"])
def test_one_that_fails_or_takes_too_long_comes_again_as_a_copy(
    trials: Deployed, queue: str, group: str, what: str
) -> None:
    trials.send(queue, f'{{"do": "{what}"}}')
    assert trials.host(group).pump() == 1
    assert (trials.errors(group), trials.waiting(queue)) == ([""], [(2, 2)])


@pytest.mark.parametrize("what", ["exit", "die"])
def test_one_whose_handler_ends_thread_or_process_is_abandoned_and_in_the_end_a_dead_letter(
    trials: Deployed, what: str
) -> None:
    trials.send("jobs", f'{{"do": "{what}"}}')
    trials.host("on-work").pump()
    first, *rest = trials.errors("on-work")
    assert ("SystemExit(3)" if what == "exit" else "exited with code 9") in first
    assert [bool(error) for error in rest] == [True, True, False]
    assert [note["attempt"] for note in trials.notes()] == [1, 2, 3]
    (letter,) = trials.broker.contents("jobs-dead-letters")
    assert '"Crashed"' in letter.application["cloudless"]


def test_the_next_message_is_handled_though_one_still_blocks(trials: Deployed) -> None:
    trials.send("jobs", '{"do": "block"}', '{"do": ""}')
    assert trials.host("on-work").pump() == 2
    assert [note["body"]["do"] for note in trials.notes()] == ["block", ""]


def test_a_list_is_handed_over_at_once_and_what_failed_comes_again(trials: Deployed) -> None:
    trials.send("lists", '{"do": ""}', '{"do": "fail"}', "{", '{"do": ""}')
    assert trials.host("on-enlist").pump() == 2
    assert [len(note["bodies"]) for note in trials.notes()] == [2, 1]
    assert (trials.waiting("lists"), len(trials.broker.contents("lists-dead-letters"))) == ([(2, 2)], 1)


def test_a_process_that_dies_in_the_middle_of_a_list_brings_all_of_it_again(trials: Deployed) -> None:
    trials.send("lists", '{"do": "die"}', '{"do": ""}')
    trials.host("on-enlist").pump()
    assert [len(note["bodies"]) for note in trials.notes()] == [2, 2, 2]
    letters = trials.broker.contents("lists-dead-letters")
    assert ['"Crashed"' in letter.application["cloudless"] for letter in letters] == [True, True]


def test_a_group_is_kept_in_order_and_its_failing_head_comes_first(trials: Deployed) -> None:
    trials.send("rows", '{"do": "raise"}', '{"do": ""}', session="s")
    trials.host("on-sort").pump()
    assert [(note["body"]["do"], note["attempt"]) for note in trials.notes()] == [
        ("raise", 1), ("raise", 2), ("raise", 3), ("", 1),
    ]  # fmt: skip
    assert trials.errors("on-sort")[0] == "Returned: ConnectionError: not yet"


def test_what_the_broker_gives_up_on_an_ordered_queue_is_moved(trials: Deployed) -> None:
    trials.send("rows", '{"do": "die"}', session="s")
    host = trials.host("on-sort")
    trigger = next(one for one in host.triggers if one.name == "sort")
    for _ in range(3):
        host.pump_one(trigger)
    assert host.pump() > 0
    assert len(trials.broker.contents("rows-dead-letters")) == 1
    assert trials.broker.stored("rows/$DeadLetterQueue") == []


def test_a_subscriber_takes_from_the_queue_of_its_subscription(trials: Deployed) -> None:
    trials.send("news-read", '{"n": 1}')
    assert trials.host("on-read").pump() == 1
    assert trials.notes() == [{"handler": "read", "body": {"n": 1}}]


# --- schedules, functions ------------------------------------------------------------------------------------


def test_a_tick_puts_a_run_on_the_internal_queue_which_calls_the_handler(trials: Deployed) -> None:
    host = trials.host("on-report")
    assert host.next_s() == EIGHT_S
    trials.pass_(EIGHT_S - trials.clock.now_s())
    assert host.pump() == 2
    assert trials.notes() == [{"handler": "report", "key": "report/2026-01-02T07:00:00+00:00"}]
    assert len(trials.broker.stored("charge-later")) == 1
    trials.host("steps").pump()
    assert trials.notes() == [{"handler": "charge", "amount": 7}]


def test_an_orchestration_runs_its_steps(trials: Deployed) -> None:
    host = trials.host("steps")
    assert host.durable
    (sha,) = json.loads((trials.folder / "cloudless_entry" / "steps.json").read_text())["calls"][
        "orchestrations"
    ].values()
    order = Order(sha, "1", {"amount": 5}, entropy="0" * 32, began_s=trials.clock.now_s())
    asked = Asked(
        f"{host.durable.url}orchestrators/{ORCHESTRATOR}/settle:1",
        data=json.dumps(order.text()).encode(),
        method="POST",
    )
    with urlopen(asked) as answer:
        assert answer.status == 202
    host.pump()
    assert trials.notes() == [{"handler": "charge", "amount": 5}]
    assert json.loads(host.durable.instances["settle:1"].output or "null") == {"v": 5}


def test_calls_without_a_signature_are_refused(trials: Deployed) -> None:
    answered = trials.host("steps").http(Request(method="POST", path="/cloudless/invoke/charge", body=b"{}"))
    assert answered.status in {401, 403, 503}
    assert trials.notes() == []


# --- HTTP ----------------------------------------------------------------------------------------------------


def ask(trials: Deployed, method: str, path: str, **more: Any) -> Any:
    return trials.host("http").http(Request(method=method, path=path, **more))


def test_a_request_goes_all_the_way(trials: Deployed) -> None:
    answered = ask(
        trials,
        "GET",
        "/seen/a%2520b",
        query="x=1&x=&x=%C3%A9",
        headers=(("Cookie", "a=1%3D; b=2"), ("X-Forwarded-For", "1.2.3.4:5")),
    )
    assert json.loads(answered.body) == {
        "value": "a%20b", "path": "/seen/a%2520b", "query": {"x": ["1", "", "é"]}, "cookies": {"a": "1=", "b": "2"},
        "client": "1.2.3.4",
    }  # fmt: skip


def test_large_and_binary_bodies_go_both_ways(trials: Deployed) -> None:
    body = bytes(range(256)) * 16_384
    kind = (("Content-Type", "application/octet-stream"),)
    answered = ask(trials, "POST", "/bytes", body=body, headers=kind)
    assert (answered.status, answered.body) == (200, body[::-1])
    assert ask(trials, "POST", "/bytes", body=b"x" * 11_000_000, headers=kind).status == 413


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("HEAD", "/seen/1", 200), ("OPTIONS", "/bytes", 204), ("DELETE", "/bytes", 405), ("PROPFIND", "/bytes", 405),
        ("GET", "/seen/1/", 404), ("GET", "/", 404), ("GET", "/seen/a%2Fb", 400),
    ],
)  # fmt: skip
def test_every_method_and_path_gets_to_our_runtime(trials: Deployed, method: str, path: str, status: int) -> None:
    answered = ask(trials, method, path)
    assert (answered.status, bool(answered.header("x-correlation-id"))) == (status, status not in {400, 404})


@pytest.mark.parametrize(
    ("path", "what", "status"),
    [
        ("/do", "block", 504),
        ("/async", "block", 504),
        ("/do", "exit", 502),
        ("/async", "exit", 502),
        ("/do", "raise", 500),
    ],
)
def test_an_endpoint_that_does_not_answer_is_answered_for(trials: Deployed, path: str, what: str, status: int) -> None:
    kind = (("Content-Type", "application/json"),)
    answered = ask(trials, "POST", path, body=json.dumps({"do": what}).encode(), headers=kind)
    assert (answered.status, json.loads(answered.body)["status"]) == (status, status)
    assert ask(trials, "GET", "/seen/1").status == 200


def test_a_process_that_dies_is_replaced(trials: Deployed) -> None:
    kind = (("Content-Type", "application/json"),)
    assert ask(trials, "POST", "/do", body=b'{"do": "die"}', headers=kind).status >= 500
    assert ask(trials, "GET", "/seen/1").status == 200
