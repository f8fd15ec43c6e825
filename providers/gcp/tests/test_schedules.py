"""The model of Cloud Scheduler, held against what Google's documentation says."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import pytest

from providers.gcp.tests.discovery import answer_problems, call_of, problems
from providers.gcp.tests.errors import ApiError
from providers.gcp.tests.scheduler import Scheduler, read
from tests.virtual import US, World
from tests.virtual.cron import BadExpression

PLACE = "projects/shop-1/locations/europe-west1"
TOPIC = "projects/shop-1/topics/shop-prod-report"


def due(text: str, after: str = "2026-01-02T12:00", count: int = 3) -> list[str]:
    """The next times, as "01-02 12:00"."""

    def times() -> Any:
        at_s = datetime.fromisoformat(after).replace(tzinfo=UTC).timestamp()
        while (found := read(text).next_s(at_s)) is not None:
            at_s = found
            yield f"{datetime.fromtimestamp(at_s, UTC):%m-%d %H:%M}"

    return list(islice(times(), count))


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("* * * * *", ["01-02 12:01", "01-02 12:02", "01-02 12:03"]),
        ("0 8 * * *", ["01-03 08:00", "01-04 08:00", "01-05 08:00"]),
        ("0 9 1 * *", ["02-01 09:00", "03-01 09:00", "04-01 09:00"]),
        ("*/20 * * * *", ["01-02 12:20", "01-02 12:40", "01-02 13:00"]),
        ("0-10/5 0 * * *", ["01-03 00:00", "01-03 00:05", "01-03 00:10"]),
        ("0 0 * * MON-FRI", ["01-05 00:00", "01-06 00:00", "01-07 00:00"]),
        ("0 0 * * 0", ["01-04 00:00", "01-11 00:00", "01-18 00:00"]),
        ("0 0 * * 7", ["01-04 00:00", "01-11 00:00", "01-18 00:00"]),
        ("0 0 1,15 * *", ["01-15 00:00", "02-01 00:00", "02-15 00:00"]),
        ("0 0 1 FEB,MAY *", ["02-01 00:00", "05-01 00:00", "02-01 00:00"]),
        ("0 0 29 2 *", ["02-29 00:00", "02-29 00:00", "02-29 00:00"]),
    ],
)
def test_when_jobs_are_due(text: str, times: list[str]) -> None:
    assert due(text) == times


def test_either_kind_of_day_will_do_where_both_are_restricted() -> None:
    assert due("0 0 5 * SUN") == ["01-04 00:00", "01-05 00:00", "01-11 00:00"]


@pytest.mark.parametrize(
    "text",
    [
        "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "* * L * *",
        "5/15 * * * *", "* * * jan *", "5-1 * * * *", "*/0 * * * *", "every 5 minutes", "0 0 */2 * MON", "0 0 1 * */2",
        "@daily", "0 0 ? * MON",
    ],
)  # fmt: skip
def test_what_is_no_schedule_or_open(text: str) -> None:
    with pytest.raises(BadExpression):
        read(text)


class Stand:
    def __init__(self) -> None:
        self.world = World()
        self.scheduler = Scheduler(lambda: self.world.now_us)
        self.scheduler.publish = self._publish
        self.world.sources.append(self.scheduler)
        self.published: list[tuple[str, str, bytes, Mapping[str, str]]] = []

    def _publish(self, topic: str, data: bytes, attributes: Mapping[str, str]) -> None:
        at = datetime.fromtimestamp(self.world.now_us / US, UTC)
        self.published.append((f"{at:%H:%M}", topic, data, attributes))

    def create(self, **changes: Any) -> dict[str, Any]:
        target = {"topicName": TOPIC, "data": b64encode(b"{}").decode(), "attributes": {"a": "b"}}
        body = {"name": f"{PLACE}/jobs/shop-prod-report", "schedule": "0 * * * *", "timeZone": "Etc/UTC",
            "pubsubTarget": target, **changes,
        }  # fmt: skip
        call = call_of("cloudscheduler", "projects.locations.jobs.create", {"parent": PLACE}, body)
        assert problems(call) == []
        answer = self.scheduler.call(call.method, call.params, call.body)
        assert answer_problems(call, answer) == []
        return answer


def test_jobs_publish_when_they_are_due() -> None:
    stand = Stand()
    stand.create()
    stand.world.run()
    assert stand.published == []
    stand.world.advance(2 * 3_600)
    assert stand.published == [(at, TOPIC, b"{}", {"a": "b"}) for at in ("13:00", "14:00")]


def test_jobs_may_run_a_little_early_and_each_time_once() -> None:
    stand = Stand()
    stand.scheduler.early_us = 2 * US
    stand.create()
    stand.world.advance(3_600 - 3)
    assert stand.published == []
    stand.world.advance(3_602)
    assert [at for at, *_ in stand.published] == ["12:59", "13:59"]


def test_jobs_begin_anew() -> None:
    stand = Stand()
    stand.create()
    stand.world.pass_to(stand.world.now_us + 5 * 3_600 * US)
    stand.scheduler.restart()
    stand.world.run()
    assert stand.published == []


@pytest.mark.parametrize(
    "changes",
    [
        {"name": f"{PLACE}/jobs/a.b"},
        {"name": "projects/shop-1/locations/other/jobs/report"},
        {"schedule": "every day"},
        {"timeZone": "Europe/Berlin"},
        {"description": "a" * 501},
        {"retryConfig": {"retryCount": 6}},
        {"pubsubTarget": {"topicName": TOPIC}},
        {"pubsubTarget": {"topicName": "report", "data": "e30="}},
        {"pubsubTarget": {"topicName": TOPIC, "data": b64encode(b"a" * 1_048_577).decode()}},
        {"attemptDeadline": "180s"},
    ],
)
def test_what_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ApiError, match="INVALID_ARGUMENT"):
        Stand().create(**changes)


def test_a_name_is_there_once() -> None:
    stand = Stand()
    stand.create()
    with pytest.raises(ApiError, match="ALREADY_EXISTS"):
        stand.create()
