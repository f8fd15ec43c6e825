"""boto3's clients, one a service and process, opened at first use, and repeated by us instead of by the SDK."""

from __future__ import annotations

import time
from importlib import import_module
from threading import Lock

from cloudless.errors import Unavailable
from cloudless_aws.clients.errors import translated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    T = TypeVar("T")

TRIES = 3
"""Requests before something is called unavailable."""
PAUSE_S = 0.1
"""Before the second request; twice as long before the third."""
CONNECT_TIMEOUT_S = 5
READ_TIMEOUT_S = 10


class Client:
    """A lazy client of one service. region: "" for the one that the environment names (inside Lambda, its own)."""

    __slots__ = ("_client", "_lock", "_region", "_service")

    def __init__(self, service: str, region: str = "") -> None:
        self._service = service
        self._region = region
        self._lock = Lock()
        self._client: Any = None

    @property
    def native(self) -> Any:
        """boto3's own. Any: its methods are made when it runs."""
        with self._lock:
            if self._client is None:
                self._client = self._open()
        return self._client

    def call(self, what: str, request: Callable[[Any], T]) -> T:
        """Make a request that may be repeated, at most three times. what: the operation, as people read it."""
        for attempt in range(1, TRIES):
            try:
                return self.once(what, request)
            except Unavailable:
                pause(attempt)
        return self.once(what, request)

    def once(self, what: str, request: Callable[[Any], T]) -> T:
        """Make a request, once; the SDK's errors become ours."""
        with translated(what):
            return request(self.native)

    def close(self) -> None:
        """Close the connections; the object is not used after that."""
        if self._client is not None:
            self._client.close()

    def _open(self) -> Any:
        config = import_module("botocore.config").Config(
            retries={"total_max_attempts": 1, "mode": "standard"},  # who retries: docs/mechanisms.md
            connect_timeout=CONNECT_TIMEOUT_S,
            read_timeout=READ_TIMEOUT_S,
        )
        # A session of our own: boto3's default one is the user's, and no two threads may make clients with it.
        session = import_module("boto3.session").Session(region_name=self._region or None)
        return session.client(self._service, config=config)


def pause(attempt: int) -> None:
    """Wait after failed request number `attempt`, from 1."""
    time.sleep(PAUSE_S * 2 ** (attempt - 1))
