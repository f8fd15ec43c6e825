"""Delays: a task of Cloud Tasks a message, which has Pub/Sub publish it when it is due. No function runs in between.

A task carries a token of its destination's own account, which may publish there and do nothing else, and is there for
as long as the destination: whoever sent may be gone by then. A task goes when it was carried out. It is never early,
and rarely late (https://cloud.google.com/tasks/docs/dual-overview).

Each is named at random, once a send: a name is taken for an hour after its task is gone, so that a request that is
repeated makes one task, and another send of the same message another one.
https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues.tasks
https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues.tasks/create#body.request_body.FIELDS.task
"""

from __future__ import annotations

import json
import os
from binascii import b2a_base64

from cloudless.errors import NotFound, PermissionDenied
from cloudless_gcp.clients.denied import Grant, denied
from cloudless_gcp.clients.errors import error_in, of_answer
from cloudless_gcp.clients.pubsub import base_of, publication_of
from cloudless_gcp.limits import TASK_AHEAD
from cloudless_gcp.moment import moment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from cloudless.driver.rest import Answer
    from cloudless.message import Envelope
    from cloudless_gcp.clients.rest import Google

    Delay = Mapping[str, str]
    """Where the tasks of a queue are, where they publish, and as whom.

    {"queue": full name, "topic": full name, "account": e-mail address}
    """

_TASKS = "https://cloudtasks.googleapis.com/v2/"
_SCOPE = "https://www.googleapis.com/auth/pubsub"
_CREATED, _THERE = 200, "ALREADY_EXISTS"
SKEW_S = 30
"""How far our clock may be ahead of Google's.

A delay that ends within this of the longest ends there: up to this too early, which is within the minute that long
delays are precise to (docs/concepts/delivery.md).
"""


class Delays:
    """Sends later. Safe from several threads.

    delays: by logical name of a queue, or of a subscriber. now_s: the clock that delays are added to.
    """

    __slots__ = ("_base", "_delays", "_google", "_now_s")

    def __init__(self, delays: Mapping[str, Delay], region: str, google: Google, now_s: Callable[[], float]) -> None:
        self._delays = delays
        self._base = base_of(region)
        self._google = google
        self._now_s = now_s

    def send(self, queue: str, message: Envelope) -> None:
        """Have the message published in `message.delay_s` seconds.

        Repeated, at most three times: a task of one name is made once. Raises NotFound (no tasks for this queue),
        PermissionDenied, Unavailable.
        """
        found = self._delays.get(queue)
        if found is None:
            raise NotFound(
                f"this function has no tasks for later messages of queue {queue!r}; it has some for: "
                f"{sorted(self._delays)}"
            )
        what = f"delaying a message of queue {queue!r}"
        answer = self._google.answer("POST", f"{_TASKS}{found['queue']}/tasks", self._request(found, message), what)
        if not _is_made(answer):
            problem = of_answer(answer, what)
            raise denied(self._grant(queue, found), problem) if isinstance(problem, PermissionDenied) else problem

    def _request(self, delay: Delay, message: Envelope) -> dict[str, Any]:
        body = json.dumps(publication_of([message])).encode()
        return {
            "task": {
                "name": f"{delay['queue']}/tasks/{os.urandom(16).hex()}",
                "scheduleTime": moment(self._now_s() + min(message.delay_s, TASK_AHEAD.value - SKEW_S)),
                "httpRequest": {
                    "url": f"{self._base}{delay['topic']}:publish",
                    "httpMethod": "POST",
                    "headers": {"Content-Type": "application/json"},
                    "body": b2a_base64(body, newline=False).decode(),
                    "oauthToken": {"serviceAccountEmail": delay["account"], "scope": _SCOPE},
                },
            }
        }

    def _grant(self, queue: str, delay: Delay) -> Grant:
        action = f"cloudtasks.tasks.create (and iam.serviceAccounts.actAs on {delay['account']})"
        return Grant("send", "queue", queue, action, delay["queue"])


def _is_made(answer: Answer) -> bool:
    """Whether the task is there: made now, or by a request whose answer was lost.

    Other conflicts have the same status: https://cloud.google.com/apis/design/errors#http_mapping.
    """
    return answer.status == _CREATED or error_in(answer).get("status") == _THERE
