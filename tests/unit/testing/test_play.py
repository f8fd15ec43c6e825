"""`cloud.play`: recordings in tests, and that they tell what `cloudless run` tells."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cloudless import App, HttpError, Reject
from cloudless.errors import InvalidArgument
from cloudless.testing import Fault, simulate

app = App("shop")
orders = app.queue("orders", dict[str, str])


@app.post("/orders/{id}", public=True, status=202)
def create(id: str, order: dict[str, str], again: bool = False) -> None:
    if id == "no":
        raise HttpError(409, "closed")
    orders.send({**order, "id": id})


@orders.consumer
def take(order: dict[str, str]) -> None:
    if order["id"] == "bad":
        raise Reject("no such order")


@app.schedule("0 * * * *")
def tidy() -> None: ...


@app.schedule("30 7 * * *")
def report() -> None: ...


@app.schedule("0 0 * * *")
def count() -> None:
    orders.send({"id": "daily"})


RECORDING: list[dict[str, Any]] = [
    {"request": "POST /orders/7?again=1", "body": {"item": "lamp"}},
    {"request": "POST /orders/no", "body": {}},
    {"advance": "90m"},
    {"send": "orders", "body": {"id": "bad"}},
]
TREE = """\
Fri 12:00:00  POST /orders/7?… 202
└── send orders {"item": "lamp", "id": "7"}
    └── take ✓
Fri 12:00:00  POST /orders/no 409: HttpError: closed
Fri 13:00:00  fire tidy
└── tidy ✓
Fri 13:30:00  send orders {"id": "bad"}
└── take ✗ attempt 1: Reject: no such order
    └── dead letter in orders-dead-letters: Reject: no such order

2 requests, 1 of them failed; 2 messages, 3 deliveries, 1 of them failed; 1 dead letter in orders-dead-letters; \
it is Fri 2026-01-02 13:30:00 UTC"""


def test_a_recording_gives_answers_dead_letters_the_time_and_the_tree() -> None:
    with simulate(app) as cloud:
        played = cloud.play(RECORDING)
        assert [answer.status for answer in played.answers] == [202, 409]
        assert played.dead_letters == {"orders-dead-letters": 1}
        assert played.now == datetime(2026, 1, 2, 13, 30, tzinfo=UTC)
        assert str(played) == TREE


def test_a_file_is_played_as_its_events_are(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text("\n".join(map(json.dumps, RECORDING)))
    for recording in (file, str(file)):
        with simulate(app) as cloud:
            assert str(cloud.play(recording)) == TREE


def test_each_recording_has_its_own_part_of_the_trace_for_ever() -> None:
    with simulate(app) as cloud:
        first = cloud.play([{"send": "orders", "body": {"id": "1"}}])
        second = cloud.play([{"send": "orders", "body": {"id": "bad"}}])
        orders.send({"id": "3"})
        cloud.run()
        kinds = [[(event.kind, event.outcome) for event in one.trace] for one in (first, second)]
        assert kinds == [[("send", ""), ("deliver", "done")], [("send", ""), ("dead", ""), ("deliver", "dead")]]
        assert (first.dead_letters, second.dead_letters) == ({}, {"orders-dead-letters": 1})
        assert str(cloud.play([])) == ""


def test_the_data_is_of_json_and_holds_what_was_asked_for() -> None:
    with simulate(app) as cloud:
        data = cloud.play(RECORDING[:1]).data()
        assert json.loads(json.dumps(data)) == data
        assert [(one["resource"], one["target"], one["outcome"]) for one in data["trace"]] == [
            ("POST /orders/{id}", "/orders/7?…", "202"),
            ("orders", "", ""),
            ("orders", "", "done"),
        ]


def test_what_is_in_flight_waits_where_it_is_told_to() -> None:
    with simulate(app) as cloud:
        played = cloud.play(RECORDING[:1], run=False)
        assert (len(played.answers), cloud.calls(take)) == (1, [])
        cloud.run()
        assert len(cloud.calls(take)) == 1


def test_a_request_is_sent_again_as_often_as_told_while_the_endpoint_is_away() -> None:
    def answered(resend: int) -> int:
        with simulate(app, faults=[Fault("crash", create, 1), Fault("crash", create, 2)][: resend + 1]) as cloud:
            (answer,) = cloud.play(RECORDING[:1], resend=resend).answers
            return answer.status

    assert [answered(resend) for resend in (0, 1, 2)] == [502, 502, 202]


@pytest.mark.parametrize(
    ("event", "text"),
    [
        ({"send": "oders"}, "event 2: the application has no queue 'oders': did you mean 'orders'?"),
        ({"advance": timedelta(1)}, "event 2: 'advance': give a text, not datetime.timedelta(days=1)"),
        (["send"], "event 2: an event is an object, e.g."),
        ("events.jsonl", "event 2: an event is an object, e.g."),
    ],
)
def test_a_wrong_event_is_told_with_its_number(event: object, text: str) -> None:
    with simulate(app) as cloud, pytest.raises(InvalidArgument) as caught:
        cloud.play([{"fire": "tidy"}, event])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    assert str(caught.value).startswith(text)


def test_a_file_that_is_not_there_is_told_with_where_it_was_looked_for() -> None:
    with simulate(app) as cloud, pytest.raises(InvalidArgument, match=re.escape(str(Path.cwd()))):
        cloud.play("none.jsonl")


def test_idle_runs_of_schedules_are_one_line_that_counts_them() -> None:
    with simulate(app) as cloud:
        played = cloud.play([{"advance": "2d"}])
    tree = str(played).splitlines()
    assert tree[:4] == [
        "Fri 13:00:00  fire tidy × 11 until Fri 23:00:00  (folded: nothing came of them)",
        "Sat 00:00:00  fire count",
        "└── count ✓",
        '    └── send orders {"id": "daily"}',
    ]
    assert "tidy × 24, report × 1 until Sat" in "\n".join(tree)


def test_few_idle_runs_and_those_that_failed_are_told_each() -> None:
    with simulate(app) as cloud:
        assert "folded" not in str(cloud.play([{"advance": "3h"}]))
        cloud.fail(tidy, ValueError("no room"), times=1)
        told = str(cloud.play([{"advance": "6h"}]))
        assert "├── tidy ✗ attempt 1: ValueError: no room" in told
        assert "tidy × 5 until" in told
