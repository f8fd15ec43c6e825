"""The push request: its body, and the POST that carries it.

Format: https://cloud.google.com/pubsub/docs/push#receive_push
"""

from __future__ import annotations

import http.client
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from providers.gcp.tests.pubsubmodel.message import PubsubMessage

REAL_TIMEOUT_S = 30.0
"""Of the real request: far beyond what a test's handler takes; a handler that hangs is a lost answer."""


def push_body(message: PubsubMessage, subscription: str, attempt: int | None) -> bytes:
    """The wrapped message; attempt: None where the subscription has no dead-letter policy."""
    published = timestamp(message.published_us)
    facts: dict[str, object] = {
        "data": b64encode(message.data).decode(),
        "messageId": message.id,
        "message_id": message.id,
        "publishTime": published,
        "publish_time": published,
    }
    if message.attributes:
        facts["attributes"] = dict(message.attributes)
    if message.ordering_key:
        facts["orderingKey"] = message.ordering_key
    request: dict[str, object] = {"message": facts, "subscription": subscription}
    if attempt is not None:
        request["deliveryAttempt"] = attempt
    return json.dumps(request).encode()


def timestamp(published_us: int) -> str:
    """Microseconds since the epoch as the service writes them, e.g. 2021-02-26T19:13:55.749Z."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=published_us)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class HttpEndpoint:
    """POST to a real server on loopback.

    The answer's status; 503 where the server dropped the connection (Cloud Run's front end answers so
    when an instance dies); None where no answer came.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname or "", parts.port or 80)
        self._path = parts.path or "/"

    def __call__(self, body: bytes) -> int | None:
        connection = http.client.HTTPConnection(*self._address, timeout=REAL_TIMEOUT_S)
        try:
            connection.request("POST", self._path, body, {"Content-Type": "application/json"})
            with connection.getresponse() as response:
                response.read()
                return response.status
        except TimeoutError:
            return None
        except (ConnectionError, http.client.HTTPException):
            return http.client.SERVICE_UNAVAILABLE
        finally:
            connection.close()
