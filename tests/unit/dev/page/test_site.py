"""What the page reads and does: plain JSON, and clear errors."""

import asyncio
from datetime import timedelta
from json import loads
from typing import Any

import pytest

from cloudless.dev.page import stream
from cloudless.testing.setup import START
from tests.unit.dev.page.conftest import PREFIX, SVG, Page
from tests.unit.dev.stall import approve, orders, rows


def test_the_page_is_there(page: Page) -> None:
    answer = page.ask("GET", f"{PREFIX}/")
    assert answer.headers["content-type"].startswith("text/html")
    assert page.ask("GET", PREFIX).headers["location"] == "/_cloudless/"
    assert page.ask("GET", f"{PREFIX}/api/graph").body.decode() == SVG


def test_the_catalogue_has_a_sample_of_everything_that_may_be_sent(page: Page) -> None:
    found = page.get("/app")
    samples = {(one["kind"], one["name"]): loads(one["sample"]) for one in found["targets"]}
    assert samples["queue", "rows"] == 0
    assert samples["queue", "notes"] == ""
    assert samples["topic", "placed"] == {}
    assert samples["function", "double"] == {"number": 0}
    assert samples["orchestration", "approve"] == {"number": 0}
    assert samples["event", "approval"] is False
    assert found["schedules"] == [{"name": "tick", "handler": "tick", "timing": "every 3600 s", "timezone": "UTC"}]
    assert "orders-dead-letters" in found["letters"]


def test_a_message_is_sent(page: Page) -> None:
    assert page.act("send", queue="orders", body='{"id": 1}').status == 200
    assert page.lines[:2] == ["send orders", "deliver orders done"]


def test_a_message_may_wait(page: Page) -> None:
    page.act("send", queue="orders", body="{}", delay_s=60)
    (depth,) = (one for one in page.running.reader.status().channels if one.name == "orders")
    assert (depth.ready, depth.later) == (0, 1)
    page.act("travel", by_s=60)
    assert page.lines[1] == "deliver orders done"


def test_a_topic_a_schedule_and_a_function(page: Page) -> None:
    page.act("publish", topic="placed", body="{}")
    page.act("fire", schedule="tick")
    answer = page.act("invoke", function="double", body='{"number": 4}')
    assert answer.json == {"result": "8"}
    assert page.lines == [
        "publish placed",
        "deliver placed-pack done",
        "fire tick",
        "deliver tick done",
        "invoke double",
    ]


@pytest.mark.parametrize(
    ("name", "given", "status", "text"),
    [
        ("send", {"queue": "orders", "body": "["}, 422, "InvalidBody: the body is not JSON"),
        ("send", {"queue": "rows", "body": '"x"'}, 422, "InvalidBody: expected int, got str 'x'"),
        ("send", {"queue": "nowhere", "body": "{}"}, 404, "there is no queue 'nowhere'; there are orders"),
        ("send", {"queue": "orders"}, 422, "body is missing"),
        ("send", {"queue": 7, "body": "{}"}, 422, "queue is int: send a string"),
        ("send", {"queue": "orders", "body": "{}", "delay_s": "x"}, 422, "delay_s is str: send a number"),
        ("send", {"queue": "orders", "body": "{}", "attributes": {"a": 1}}, 422, "an object of strings"),
        ("send", {"queue": "orders", "body": "{}", "delay_s": 1e9}, 422, "delay"),
        ("invoke", {"function": "double", "body": "{}"}, 422, "missing ['number']"),
        ("redrive", {"queue": "orders"}, 404, "there is no dead-letter queue 'orders'"),
        ("redrive", {"queue": "orders-dead-letters", "messages": [1]}, 422, "a list of strings"),
        ("travel", {"by_s": -1}, 422, "by_s is -1: give a number from 0"),
        ("travel", {"by_s": 1e9}, 422, "to 31,622,400"),
        ("speed", {"speed": -1}, 422, "give a number from 0"),
        ("speed", {"speed": True}, 422, "send a number"),
        ("answer", {"orchestration": "approve", "execution": "x", "event": "approval", "body": "true"}, 404, "'x'"),
        ("explode", {}, 404, "there is no action 'explode'"),
    ],
)
def test_what_cannot_be_done_is_said(page: Page, name: str, given: dict[str, Any], status: int, text: str) -> None:
    answer = page.act(name, **given)
    assert answer.status == status
    assert text in answer.json["detail"]


def test_what_is_no_object_is_refused(page: Page) -> None:
    headers = (("host", "localhost"), ("content-type", "application/json"), ("content-length", "2"))
    assert page.ask("POST", f"{PREFIX}/api/actions/fire", b"[]", headers=headers).status == 422


def test_dead_letters_are_shown_sent_back_one_by_one_and_discarded(page: Page) -> None:
    for number in range(3):
        orders.send({"reject": number})
    page.settle()
    letters = page.get("/letters/orders-dead-letters")
    assert [one["error"]["type"] for one in letters] == ["Reject"] * 3
    middle = letters[1]["message"]
    assert page.act("discard", queue="orders-dead-letters", messages=[middle]).json == {"count": 1}
    rest = [one["message"] for one in page.get("/letters/orders-dead-letters")]
    assert rest == [letters[0]["message"], letters[2]["message"]]
    assert page.act("redrive", queue="orders-dead-letters", messages=rest[:1]).json == {"count": 1}
    assert page.lines[-3:] == ["send orders", "deliver orders dead", "dead orders-dead-letters"]
    assert page.act("redrive", queue="orders-dead-letters").json == {"count": 2}


def test_an_execution_is_started_watched_and_answered(page: Page) -> None:
    id = page.act("start", orchestration="approve", body='{"number": 21}', id="a-1").json["execution"]
    (run,) = page.get("/runs/approve")
    assert (run["id"], run["status"], run["awaits"]) == (id, "running", ["approval"])
    page.act("answer", orchestration="approve", execution=id, event="approval", body="true")
    found = page.get(f"/runs/approve/{id}")
    assert (found["run"]["status"], found["run"]["output"]) == ("completed", "42")
    assert [one["kind"] for one in found["steps"]] == ["waiting", "received", "called", "returned"]
    assert approve.execution(id).result() == 42


def test_an_execution_is_cancelled(page: Page) -> None:
    page.act("start", orchestration="approve", body='{"number": 1}', id="a-2")
    page.act("cancel", orchestration="approve", execution="a-2")
    (tally,) = page.running.reader.status().orchestrations
    assert (tally.running, tally.cancelled) == (0, 1)


def test_the_steps_of_an_execution_belong_to_its_journey(page: Page) -> None:
    page.act("start", orchestration="approve", body='{"number": 1}', id="a-3")
    page.act("answer", orchestration="approve", execution="a-3", event="approval", body="true")
    (run,) = page.get("/runs/approve")
    kinds = [one["kind"] for one in page.get(f"/journeys/{run['message']}")]
    assert kinds == ["start", "step", "end"]


def test_time_travel_does_what_is_due_on_the_way(page: Page) -> None:
    page.act("travel", by_s=3 * 3600)
    assert page.lines == ["fire tick", "deliver tick done"] * 3
    assert page.running.simulation.now >= START + timedelta(hours=3)
    (due,) = page.running.reader.status().schedules
    assert due.at_ms == (START + timedelta(hours=4)).timestamp() * 1000


def test_time_can_stand_still_and_run_faster(page: Page) -> None:
    for speed in (0, 60):
        assert page.act("speed", speed=speed).status == 200
        assert page.running.reader.status().speed == speed


def test_ready_and_waiting_messages_are_counted(page: Page) -> None:
    rows.send_all([1, 2])
    page.settle()
    (depth,) = (one for one in page.running.reader.status().channels if one.name == "rows")
    assert (depth.ready, depth.later) == (0, 2)


async def frames(page: Page, count: int, after: int = 0) -> list[Any]:
    """The data of some frames."""
    found: list[Any] = []
    async for text in stream.Stream(page.running.journal, page.running.reader.status, lambda: False).events({}, after):
        if "event: frame" in text:
            found.append(loads(text.partition("data: ")[2]))
        if len(found) == count:
            return found
    return found


def test_the_stream_begins_behind_what_is_known(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        orders.send({})
    page.settle()
    (frame,) = asyncio.run(frames(page, 1, after=10))
    assert [one["number"] for one in frame["entries"]] == [11, 12]
    assert frame["status"]["last"] == 12


def test_a_frame_is_bounded_and_says_what_it_leaves_out(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "FRAME_MOST", 4)
    for _ in range(3):
        orders.send({})
    page.settle()
    (frame,) = asyncio.run(frames(page, 1))
    assert ([one["number"] for one in frame["entries"]], frame["missed"]) == ([9, 10, 11, 12], 8)


def test_a_stream_ends_with_the_server(page: Page) -> None:
    page.site.close()
    answer = page.ask("GET", f"{PREFIX}/api/stream")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.body.startswith(b"retry: 200\nevent: hello\n")


def test_a_browser_that_knows_another_run_begins_anew(page: Page) -> None:
    page.site.close()
    asked = page.ask("GET", f"{PREFIX}/api/stream", query="after=5&run=other")
    assert page.running.run in asked.body.decode()
