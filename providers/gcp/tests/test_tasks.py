"""The model of Cloud Tasks, held against what Google's documentation says."""

from base64 import b64encode
from itertools import pairwise
from typing import Any

import pytest

from providers.gcp.tests.discovery import answer_problems, call_of, problems
from providers.gcp.tests.errors import ApiError
from providers.gcp.tests.tasks import Dispatch, Tasks
from tests.virtual import START_US, US, World

PLACE = "projects/shop-1/locations/europe-west1"
QUEUE = f"{PLACE}/queues/shop-prod-orders"
ACCOUNT = "take@shop-1.iam.gserviceaccount.com"
URL = "https://pubsub.googleapis.com/v1/projects/shop-1/topics/orders:publish"
CREATE = "projects.locations.queues.tasks.create"


class Stand:
    """One queue, and a worker that answers as told, then 200."""

    def __init__(self, *answers: int | None, **retry: Any) -> None:
        self.answers = list(answers)
        self.made: list[tuple[float, Dispatch]] = []
        self.world = World()
        self.tasks = Tasks(lambda: self.world.now_us)
        self.tasks.dispatch = self._dispatch
        self.world.sources.append(self.tasks)
        self.tasks.call("projects.locations.queues.create", {"parent": PLACE}, {"name": QUEUE, "retryConfig": retry})

    def _dispatch(self, dispatch: Dispatch) -> int | None:
        self.made.append(((self.world.now_us - START_US) / US, dispatch))
        return self.answers.pop(0) if self.answers else 200

    def create(self, **task: Any) -> dict[str, Any]:
        request = {"url": URL, "body": b64encode(b"{}").decode(), "oauthToken": {"serviceAccountEmail": ACCOUNT}}
        body = {"task": {"httpRequest": {**request, **task.pop("httpRequest", {})}, **task}}
        call = call_of("cloudtasks", CREATE, {"parent": QUEUE}, body)
        assert problems(call) == []
        answer = self.tasks.call(call.method, call.params, call.body)
        assert answer_problems(call, answer) == []
        return answer

    def times(self) -> list[float]:
        return [at_s for at_s, _ in self.made]


def after(seconds: int) -> str:
    day, second = divmod(12 * 3_600 + seconds, 86_400)
    return f"2026-01-{2 + day:02d}T{second // 3_600:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z"


def test_a_task_without_a_time_is_dispatched_at_once() -> None:
    stand = Stand()
    stand.create()
    stand.world.run()
    ((at_s, made),) = stand.made
    assert (at_s, made.url, made.method, made.body) == (0, URL, "POST", b"{}")
    assert (made.kind, made.account) == ("oauth", ACCOUNT)
    assert made.headers["User-Agent"] == "Google-Cloud-Tasks"


def test_a_task_waits_for_its_time_and_nobody_runs_into_it() -> None:
    stand = Stand()
    stand.create(scheduleTime=after(1_000))
    stand.world.run()
    assert stand.made == []
    stand.world.advance(999)
    assert stand.made == []
    stand.world.advance(1)
    assert stand.times() == [1_000]


def test_a_time_in_the_past_is_now() -> None:
    stand = Stand()
    assert stand.create(scheduleTime="2025-12-31T00:00:00Z")["scheduleTime"] == "2026-01-02T12:00:00.000000Z"
    stand.world.run()
    assert stand.times() == [0]


def test_what_is_back_off_is_run_into() -> None:
    stand = Stand()
    stand.tasks.is_backoff = lambda task: True
    stand.create(scheduleTime=after(60))
    stand.world.run()
    assert stand.times() == [60]


def test_retries_double_then_grow_then_stay() -> None:
    """The example of RetryConfig.maxDoublings."""
    stand = Stand(*[500] * 8, minBackoff="10s", maxBackoff="300s", maxDoublings=3)
    stand.create()
    stand.world.run()
    assert [later - earlier for earlier, later in pairwise(stand.times())] == [10, 20, 40, 80, 160, 240, 300, 300]


@pytest.mark.parametrize("status", [199, 300, 302, 400, 404, 429, 500, 503])
def test_all_but_200_to_299_is_tried_again(status: int) -> None:
    stand = Stand(status, minBackoff="1s")
    stand.create()
    stand.world.run()
    assert stand.times() == [0, 1]


def test_an_answer_that_never_came_is_waited_for() -> None:
    stand = Stand(None, minBackoff="1s")
    stand.create(dispatchDeadline="15s")
    stand.world.run()
    assert stand.times() == [0, 16]


def test_after_all_attempts_a_task_is_gone() -> None:
    stand = Stand(500, 500, 500, maxAttempts=2, minBackoff="1s")
    stand.create()
    stand.world.run()
    assert stand.times() == [0, 1]
    assert (len(stand.tasks.gone), stand.tasks.waiting) == (1, [])


def test_attempts_and_duration_have_both_to_be_used_up() -> None:
    stand = Stand(*[500] * 9, maxAttempts=2, maxRetryDuration="5s", minBackoff="1s", maxBackoff="1s")
    stand.create()
    stand.world.run()
    assert stand.times() == [0, 1, 2, 3, 4, 5]


def test_retries_say_how_many_there_were() -> None:
    stand = Stand(500, minBackoff="1s")
    stand.create()
    stand.world.run()
    assert [made.headers["X-CloudTasks-TaskRetryCount"] for _, made in stand.made] == ["0", "1"]


def test_a_name_is_used_once() -> None:
    stand = Stand()
    stand.create(name=f"{QUEUE}/tasks/one")
    stand.world.run()
    with pytest.raises(ApiError, match="existed too recently") as refused:
        stand.create(name=f"{QUEUE}/tasks/one")
    assert refused.value.status == 409


def test_a_deleted_task_is_never_dispatched() -> None:
    stand = Stand()
    name = stand.create(scheduleTime=after(60))["name"]
    assert stand.tasks.call("projects.locations.queues.tasks.get", {"name": name}, {})["name"] == name
    stand.tasks.call("projects.locations.queues.tasks.delete", {"name": name}, {})
    stand.world.advance(60)
    assert stand.made == []
    with pytest.raises(ApiError, match="no longer exists"):
        stand.tasks.call("projects.locations.queues.tasks.get", {"name": name}, {})


def test_a_queue_has_to_be_there() -> None:
    stand = Stand()
    with pytest.raises(ApiError, match="NOT_FOUND"):
        stand.tasks.call(CREATE, {"parent": f"{QUEUE}-2"}, {"task": {"httpRequest": {"url": URL}}})


@pytest.mark.parametrize(
    "task",
    [
        {"scheduleTime": "2026-02-01T12:00:01Z"},
        {"dispatchDeadline": "14s"},
        {"dispatchDeadline": "1801s"},
        {"name": f"{PLACE}/queues/other/tasks/one"},
        {"name": f"{QUEUE}/tasks/a.b"},
        {"httpRequest": {"url": "pubsub.googleapis.com"}},
        {"httpRequest": {"url": "https://x/" + "a" * 2_100}},
        {"httpRequest": {"url": "https://shop.example.com"}},
        {"httpRequest": {"httpMethod": "GET"}},
        {"httpRequest": {"headers": {"a": "b" * 90_000}}},
        {"httpRequest": {"body": b64encode(b"a" * 1_048_576).decode()}},
        {"httpRequest": {"oauthToken": {"serviceAccountEmail": "take@other.iam.gserviceaccount.com"}}},
        {"httpRequest": {"oidcToken": {"serviceAccountEmail": ACCOUNT}}},
    ],
)
def test_what_is_refused(task: dict[str, Any]) -> None:
    with pytest.raises(ApiError, match="INVALID_ARGUMENT"):
        Stand().create(**task)


@pytest.mark.parametrize(
    "queue",
    [
        {"name": f"{PLACE}/queues/a_b"},
        {"name": f"{PLACE}/queues/{'a' * 101}"},
        {"name": "projects/p/locations/other/queues/q"},
        {"name": f"{QUEUE}-2", "rateLimits": {"maxDispatchesPerSecond": 501}},
        {"name": f"{QUEUE}-2", "retryConfig": {"minBackoff": "10s", "maxBackoff": "1s"}},
        {"name": f"{QUEUE}-2", "retryConfig": {"maxAttempts": 0}},
        {"name": f"{QUEUE}-2", "httpTarget": {}},
    ],
)
def test_what_is_no_queue(queue: dict[str, Any]) -> None:
    with pytest.raises(ApiError, match="INVALID_ARGUMENT"):
        Stand().tasks.call("projects.locations.queues.create", {"parent": PLACE}, queue)
