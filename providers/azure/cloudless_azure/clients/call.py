"""Calls of the app `steps`, where functions and executions are: signed, over HTTPS.

    POST {steps}/cloudless/{verb}/{name}     JSON in, JSON out: {"value": …} or {"refused": [kind, text]}

kind: name of a class of cloudless.errors. An answer without such a body is the platform's, whatever its status. What
each verb takes and gives: runtime/call.py, which answers.
"""

from __future__ import annotations

import time
from urllib.parse import quote

from cloudless.codec import dump, is_object
from cloudless.driver.refusal import refused
from cloudless.driver.rest import Lost, Service
from cloudless.errors import MissingSecret, NotFound, PermissionDenied, Unavailable
from cloudless_azure.clients.denied import READER, Grant, needing
from cloudless_azure.clients.errors import of_status
from cloudless_azure.names import CONTROL, INVOKE, SEND, START, key_of
from cloudless_azure.signature import HEADER, path_of, signed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from cloudless.driver.rest import Answer, Pause
    from cloudless_azure.clients.key import Keys

    Exchange = Callable[[str, bytes, Mapping[str, str]], Answer]
    """Path, body, headers to the answer."""

TIMEOUT_S = 30.0
"""Of whatever is not an invocation: the app may have to start first."""
NOUNS = {INVOKE: "function", START: "orchestration", CONTROL: "orchestration", SEND: "event"}
_UNSIGNED = 401
_NOT_TAKEN = frozenset({400, 401, 403, 404, 429, 503})
"""What the platform answers where no function was called."""


class Steps:
    """The app `steps` of a stage. Safe from several threads. now_s: the time that requests are signed with."""

    __slots__ = ("_keys", "_now_s", "_service")

    def __init__(self, url: str, keys: Keys, now_s: Callable[[], float], pause: Pause = time.sleep) -> None:
        self._service = Service(url, "the function app of steps", TIMEOUT_S, pause)
        self._keys = keys
        self._now_s = now_s

    @property
    def url(self) -> str:
        """Where it is."""
        return self._service.url

    def ask(self, verb: str, name: str, request: Mapping[str, Any]) -> Any:
        """Make a call that may be repeated, and is where the platform is too busy; the value of the answer.

        Raises what the app refuses with, PermissionDenied, NotFound (nothing of that name is deployed), Unavailable.
        """

        def exchange(path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
            return self._service.patiently("POST", path, body, headers)

        answer = self._signed(verb, name, request, exchange)
        found = answer.json()
        if is_object(found):
            return _value(found)
        raise of_status(answer.status, f"the function app of steps answered {answer.status}: {answer.text()}")

    def ask_once(self, verb: str, name: str, request: Mapping[str, Any], timeout_s: float) -> Any:
        """Make a call that must not be repeated. Raises as `ask`, TimeoutError, and Lost where it had no answer."""

        def exchange(path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
            return self._service.once("POST", path, body, headers, timeout_s)

        answer = self._signed(verb, name, request, exchange)
        found = answer.json()
        if is_object(found):
            return _value(found)
        text = f"the function app of steps answered {answer.status}: {answer.text() or '(nothing)'}"
        raise of_status(answer.status, text) if answer.status in _NOT_TAKEN else Lost(text)

    def close(self) -> None:
        """Close the connections."""
        self._service.close()

    def _signed(self, verb: str, name: str, request: Mapping[str, Any], exchange: Exchange) -> Answer:
        """Sign and send; once more with the key as it is now, where it is refused. It was not carried out then."""
        body, path = dump(request).encode(), path_of(verb, quote(name, safe=""))
        key = self._key(verb, name, self._keys.key)
        answer = exchange(path, body, self._headers(key, path, body))
        if answer.status != _UNSIGNED:
            return answer
        renewed = self._key(verb, name, self._keys.renewed)
        if renewed != key:
            answer = exchange(path, body, self._headers(renewed, path, body))
        if answer.status == _UNSIGNED:
            raise PermissionDenied(
                f"the function app of steps does not accept our key to {verb} {NOUNS[verb]} {name!r}: its clock or "
                "ours is more than five minutes off, or what is deployed there does not know it: deploy again"
            )
        return answer

    def _headers(self, key: bytes, path: str, body: bytes) -> dict[str, str]:
        return {"Content-Type": "application/json", HEADER: signed(key, path, body, self._now_s())}

    @staticmethod
    def _key(verb: str, name: str, read: Callable[[str, str], bytes]) -> bytes:
        grant = Grant(verb, NOUNS[verb], name, READER, f"the vault's secret {key_of(verb, name)}")
        try:
            with needing(grant):
                return read(verb, name)
        except MissingSecret as problem:
            raise NotFound(
                f"nobody may {verb} {NOUNS[verb]} {name!r} in this stage, or it is not deployed: its vault has no key "
                f"{key_of(verb, name)!r}"
            ) from problem


def _value(found: Mapping[str, Any]) -> Any:
    """The value of an answer of ours; raises what it refuses with."""
    if "value" in found:
        return found["value"]
    if "refused" not in found:
        raise Unavailable(f"the function app of steps gave an answer that is none: {str(found)[:200]}")
    raise refused(found["refused"], "the function app of steps")
