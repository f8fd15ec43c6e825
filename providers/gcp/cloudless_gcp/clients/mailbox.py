"""What the broker keeps of events: a document a text, written over the version that was read.

    texts/<sha-256 of the key> = {key, text, by, expires}

And the callbacks of Workflows, which are its tokens.
https://cloud.google.com/workflows/docs/creating-callback-endpoints
"""

from __future__ import annotations

import os

from cloudless.driver.orchestration import RUNNING
from cloudless.driver.store import ABSENT, Kept
from cloudless.errors import NotFound
from cloudless.pattern import pattern
from cloudless.runtime.broker import NotTaken
from cloudless_gcp.clients.denied import Grant, needing
from cloudless_gcp.clients.errors import of_answer
from cloudless_gcp.clients.execution import status_of
from cloudless_gcp.clients.firestore import path_of, texts, times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from cloudless.runtime.broker import Mailbox
    from cloudless_gcp.clients.firestore import Document, Firestore
    from cloudless_gcp.clients.rest import Google

COLLECTION = "texts"
_REFUSED = frozenset({400, 404, 409, 410, 412})
"""What a callback answers that takes nothing: its execution has ended, or Workflows does not know it yet."""
_FULL = 429
"""What a callback answers that keeps something already."""
_PAGE = 100
_CALLBACK = pattern(
    r"https://workflowexecutions\.googleapis\.com/v1/projects/[\w.:-]+/locations/[\w-]+/workflows/[\w-]+"
    r"/executions/[\w-]+/callbacks/[\w-]+"
)
"""A URL of `events.create_callback_endpoint`. What is sent there carries the broker's token."""


class FirestoreStore:
    """See `cloudless.driver.store.Store`."""

    __slots__ = ("_now_s", "_store")

    def __init__(self, store: Firestore, now_s: Callable[[], float]) -> None:
        self._store = store
        self._now_s = now_s

    def read(self, key: str) -> Kept | None:
        found = self._read(key)
        if found is None or found.seconds("expires") <= self._now_s():
            return None
        return Kept(found.text("text"), found.version)

    def write(self, key: str, text: str, version: str, keep_s: float) -> bool:
        mine, path = os.urandom(16).hex(), path_of(COLLECTION, key)
        fields = {**texts(key=key, text=text, by=mine), **times(expires=self._now_s() + keep_s)}
        with needing(Grant("keep", "ledger", self._store.database, "datastore.entities.update", self._store.database)):
            if self._store.put(path, fields, version or None) is not None:
                return True
            found = self._read(key)
            if found is None:
                return False
            if found.text("by") == mine:
                return True  # our own write, whose answer was lost
            is_over = version == ABSENT and found.seconds("expires") <= self._now_s()
            return is_over and self._store.put(path, fields, found.version) is not None

    def close(self) -> None:
        """Nothing: the connections are the cloud's."""

    def _read(self, key: str) -> Document | None:
        with needing(Grant("keep", "ledger", self._store.database, "datastore.entities.get", self._store.database)):
            return self._store.get(path_of(COLLECTION, key))


class Callbacks:
    """See `cloudless.runtime.broker.Tokens`: a token is the URL of a callback.

    A callback keeps what it gets until its execution awaits it (`availablePayloads` of the API). Who may write where
    mailboxes are may write any token into one: what is no callback of Workflows is asked nothing, and nobody waits.
    """

    __slots__ = ("_google",)

    def __init__(self, google: Google) -> None:
        self._google = google

    def complete(self, token: str, payload: Any) -> bool:
        if not is_callback(token):
            return False
        what = "completing a wait"
        answer = self._google.answer("POST", token, {"v": payload}, what)
        if answer.status < 300 or (answer.status == _FULL and self._has_payload(token)):
            return True
        if answer.status in _REFUSED:
            if self._is_running(token):
                raise NotTaken(f"{what}: the callback answered {answer.status}, and its execution still runs")
            return False
        with needing(_grant("workflows.callbacks.send", token)):
            raise of_answer(answer, what)

    def was_taken(self, mailbox: Mailbox, token: str) -> bool:
        """A callback that is no more was awaited, or ended with its execution, which nobody would wait in any more."""
        return not is_callback(token) or token.rpartition("/")[2] not in self._active(token)

    def close(self) -> None:
        """Nothing: the connections are the cloud's."""

    def _has_payload(self, token: str) -> bool:
        """Whether the callback keeps what it got: nobody but us sends, so a request of ours was carried out twice."""
        return bool(self._active(token).get(token.rpartition("/")[2]))

    def _is_running(self, token: str) -> bool:
        execution = _execution(token)
        try:
            with needing(_grant("workflows.executions.get", execution)):
                told = self._google.call("GET", f"{execution}?view=BASIC", None, "asking for an execution that waits")
        except NotFound:  # kept for 90 days after its end
            return False
        return status_of(told) == RUNNING

    def _active(self, token: str) -> dict[str, Any]:
        """What the callbacks keep, by id, of the execution of that token."""
        execution = _execution(token)
        try:
            with needing(_grant("workflows.callbacks.list", execution)):
                url = f"{execution}/callbacks?pageSize={_PAGE}"
                found = list(self._google.pages(url, "callbacks", "asking for callbacks"))
        except NotFound:  # the execution is kept for 90 days after its end
            return {}
        return {one["name"].rpartition("/")[2]: one.get("availablePayloads") for one in found}


def is_callback(url: str) -> bool:
    """Whether it is a callback of an execution of Workflows."""
    return _CALLBACK.fullmatch(url) is not None


def _execution(url: str) -> str:
    """URL of the execution whose callback has that URL."""
    return url.rpartition("/callbacks/")[0]


def _grant(permission: str, url: str) -> Grant:
    """What handing over an event needs. url: of an execution, or of a callback of one."""
    return Grant("complete", "wait", "of an event", permission, _workflow(url))


def _workflow(url: str) -> str:
    """Full name of the workflow whose callback, or execution, has that URL."""
    return url.partition("/v1/")[2].partition("/executions/")[0]
