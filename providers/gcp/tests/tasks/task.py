"""A task as CreateTask takes it, and the request that it makes.

https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues.tasks#Task
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from providers.gcp.tests.errors import ApiError
from providers.gcp.tests.tasks.queue import seconds
from tests.virtual import US

ID = re.compile(r"[A-Za-z0-9_-]{1,500}")
AHEAD_MAX_S = 30 * 86_400
"""https://cloud.google.com/tasks/docs/quotas: 30 days from now."""
TASK_MAX = 1_048_576
"""The quota page's; 100 KB in the reference of the API. See docs/decisions/0007-delays-on-google.md."""
HEADERS_MAX = 80 * 1_024
URL_MAX = 2_083
DEADLINE_S = (15.0, 1_800.0)
_BODIED = {"POST", "PUT", "PATCH"}
_METHODS = {"POST", "GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"}
_TAKEN = {"name", "httpRequest", "scheduleTime", "dispatchDeadline"}
_REQUEST = {"url", "httpMethod", "headers", "body", "oauthToken", "oidcToken"}
_DROPPED = ("host", "content-length", "user-agent", "x-google-", "x-appengine-")
"""Headers that are ignored or replaced."""
CLOUD_PLATFORM = "https://www.googleapis.com/auth/cloud-platform"


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One request. account: e-mail of whose token it carries, "" for none. kind: "oauth", "oidc" or "".

    audience: the scope of an access token, the audience of an ID token. deadline_s: as long as its answer may take.
    """

    url: str
    method: str
    headers: Mapping[str, str]
    body: bytes
    kind: str
    account: str
    audience: str
    deadline_s: float


@dataclass(slots=True)
class Task:
    """name: full. queue: its full name. due_us: when it is dispatched next. attempts: that were made."""

    name: str
    queue: str
    due_us: int
    created_us: int
    url: str
    method: str
    headers: Mapping[str, str]
    body: bytes
    kind: str
    account: str
    audience: str
    deadline_s: float
    attempts: int = 0
    first_us: int | None = None

    def dispatch(self, now_us: int) -> Dispatch:
        """The request of an attempt.

        https://cloud.google.com/tasks/docs/creating-http-target-tasks#handler
        """
        told = {
            "User-Agent": "Google-Cloud-Tasks",
            "X-CloudTasks-QueueName": self.queue.rpartition("/")[2],
            "X-CloudTasks-TaskName": self.name.rpartition("/")[2],
            "X-CloudTasks-TaskRetryCount": str(self.attempts),
            "X-CloudTasks-TaskExecutionCount": str(self.attempts),
            "X-CloudTasks-TaskETA": f"{now_us / US:.6f}",
        }
        headers = {**self.headers, **told}
        return Dispatch(
            self.url, self.method, headers, self.body, self.kind, self.account, self.audience, self.deadline_s
        )

    def told(self) -> dict[str, Any]:
        """As the API shows it, in the basic view."""
        return {
            "name": self.name,
            "scheduleTime": written(self.due_us),
            "createTime": written(self.created_us // US * US),
            "dispatchDeadline": f"{self.deadline_s:g}s",
            "dispatchCount": self.attempts,
            "responseCount": self.attempts,
            "view": "BASIC",
            "httpRequest": {"url": self.url, "httpMethod": self.method, "headers": dict(self.headers)},
        }


def task_of(body: Mapping[str, Any], queue: str, name: str, now_us: int) -> Task:
    """As CreateTask takes it; raises ApiError. A time in the past is now."""
    _must(body.keys() <= _TAKEN, f"this model does not know {sorted(body.keys() - _TAKEN)}")
    due_us = max(now_us, _microseconds(body["scheduleTime"])) if "scheduleTime" in body else now_us
    _must(due_us - now_us <= AHEAD_MAX_S * US, "Task.schedule_time: it is more than 30 days ahead.")
    deadline_s = seconds(body.get("dispatchDeadline", "600s"))
    _must(DEADLINE_S[0] <= deadline_s <= DEADLINE_S[1], f"Task.dispatch_deadline: {deadline_s} s")
    request: Mapping[str, Any] = body.get("httpRequest", {})
    _must(request.keys() <= _REQUEST, f"this model does not know {sorted(request.keys() - _REQUEST)}")
    method, data = request.get("httpMethod", "POST"), b64decode(request.get("body", ""))
    headers: Mapping[str, str] = request.get("headers", {})
    url = str(request.get("url", ""))
    _check(url, method, headers, data)
    kind, account, audience = _token(request, url, queue)
    kept = {key: value for key, value in headers.items() if not key.lower().startswith(_DROPPED)}
    return Task(name, queue, due_us, now_us, url, method, kept, data, kind, account, audience, deadline_s)


def _check(url: str, method: str, headers: Mapping[str, str], body: bytes) -> None:
    _must(url.startswith(("http://", "https://")) and urlsplit(url).hostname, f"HttpRequest.url: {url!r}")
    _must(len(url) <= URL_MAX, f"HttpRequest.url: {len(url)} characters")
    _must(method in _METHODS, f"HttpRequest.http_method: {method!r}")
    _must(method in _BODIED or not body, f"HttpRequest.body: {method} takes none")
    size = sum(len(f"{key}{value}".encode()) for key, value in headers.items())
    _must(size < HEADERS_MAX, f"HttpRequest.headers: {size} bytes")
    _must(len(url) + size + len(body) <= TASK_MAX, f"Task size too large: {len(body):,} bytes of body")


def _token(request: Mapping[str, Any], url: str, queue: str) -> tuple[str, str, str]:
    """Kind, account and audience. An access token is for Google's own APIs.

    The account has to be of the queue's project.
    """
    _must(not ("oauthToken" in request and "oidcToken" in request), "HttpRequest.authorization_header: two of them")
    found: Mapping[str, Any] = request.get("oauthToken") or request.get("oidcToken") or {}
    if not found:
        return "", "", ""
    account = str(found.get("serviceAccountEmail", ""))
    project = queue.split("/")[1]
    _must(account.endswith(f"@{project}.iam.gserviceaccount.com"), f"service_account_email: {account!r}")
    if "oidcToken" in request:
        return "oidc", account, str(found.get("audience", url))
    host = urlsplit(url).hostname or ""
    _must(url.startswith("https://") and host.endswith(".googleapis.com"), f"an access token for {host}")
    return "oauth", account, str(found.get("scope", CLOUD_PLATFORM))


def written(us: int) -> str:
    """A time as the API writes it."""
    moment = datetime.fromtimestamp(us // US, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{us % US:06d}Z"


def _microseconds(text: str) -> int:
    """Of a time of RFC 3339, cut to microseconds."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)", text)
    _must(found, f"Task.schedule_time: {text!r}")
    assert found
    whole = datetime.fromisoformat(f"{found[1]}{'+00:00' if found[3] == 'Z' else found[3]}")
    return int(whole.timestamp()) * US + int((found[2] or "0").ljust(9, "0")[:6])


def _must(condition: object, text: str) -> None:
    if not condition:
        raise ApiError("INVALID_ARGUMENT", text)
