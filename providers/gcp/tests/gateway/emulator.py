"""Google's emulators, as what the stand itself does to topics and databases: fast and unchecked."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from providers.gcp.tests.pubsubmodel import PubsubMessage
from tests.hosting.http import Request
from tests.hosting.upstream import Upstream

PULLED_MAX = 1_000
Plain = dict[str, Any]


class Emulator:
    """One project of both emulators. Safe from several threads."""

    def __init__(self, pubsub: Upstream, firestore: Upstream) -> None:
        self._pubsub = pubsub
        self._firestore = firestore

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Plain:
        """One call of Pub/Sub; AssertionError where it is refused."""
        return _asked(self._pubsub, method, f"/v1/{path}", body)

    def make_topic(self, name: str) -> None:
        self.ask("PUT", name, {})

    def make_subscription(self, name: str, topic: str, *, is_ordered: bool = False) -> None:
        """One to pull from, without a filter."""
        told = {"topic": topic, "ackDeadlineSeconds": 600, "enableMessageOrdering": is_ordered}
        self.ask("PUT", name, told)

    def publish(self, topic: str, data: bytes, attributes: Mapping[str, str], ordering_key: str = "") -> None:
        message: Plain = {"data": b64encode(data).decode(), "attributes": dict(attributes)}
        if ordering_key:
            message["orderingKey"] = ordering_key
        self.ask("POST", f"{topic}:publish", {"messages": [message]})

    def take(self, subscription: str, *, now_us: int) -> list[PubsubMessage]:
        """Everything that waits in a subscription, taken away. now_us: told as the time of publication."""
        taken = list[PubsubMessage]()
        while received := self._pulled(subscription):
            self.ask("POST", f"{subscription}:acknowledge", {"ackIds": [one["ackId"] for one in received]})
            taken += [_plain(one["message"], now_us) for one in received]
        return taken

    def _pulled(self, subscription: str) -> list[Plain]:
        body = {"maxMessages": PULLED_MAX, "returnImmediately": True}
        received: list[Plain] = self.ask("POST", f"{subscription}:pull", body).get("receivedMessages", [])
        return received

    def empty(self, databases: Iterable[str]) -> None:
        """Forget all documents.

        https://firebase.google.com/docs/emulator-suite/connect_firestore#clear_your_database_between_tests
        """
        for database in databases:
            _asked(self._firestore, "DELETE", f"/emulator/v1/{database}/documents", None)

    def close(self) -> None:
        self._pubsub.close()
        self._firestore.close()


def _asked(upstream: Upstream, method: str, path: str, body: Mapping[str, Any] | None) -> Plain:
    headers = (("Content-Type", "application/json"), ("Authorization", "Bearer owner"))
    sent = b"" if body is None else json.dumps(body).encode()
    answer = upstream.forward(Request(method=method, path=path, headers=headers, body=sent))
    assert answer.status < 300, f"{method} {path}: {answer.status} {answer.body.decode()}"
    found: Plain = json.loads(answer.body or b"{}")
    return found


def _plain(message: Mapping[str, Any], now_us: int) -> PubsubMessage:
    data = b64decode(message.get("data", ""))
    return PubsubMessage(
        message["messageId"], data, message.get("attributes", {}), message.get("orderingKey", ""), now_us
    )
