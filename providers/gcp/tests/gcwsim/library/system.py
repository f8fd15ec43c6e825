"""Modules sys, time, events and retry.

https://cloud.google.com/workflows/docs/reference/stdlib/overview
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from providers.gcp.tests.gcwsim.callback import METHODS, Await
from providers.gcp.tests.gcwsim.context import Frame, Run
from providers.gcp.tests.gcwsim.errors import raised
from providers.gcp.tests.gcwsim.library.function import (
    Function,
    function,
    must_be,
    unspecified,
    wrong_value,
)
from providers.gcp.tests.gcwsim.limits import CALLBACK_TIMEOUT_S, SLEEP_MAX_S
from providers.gcp.tests.gcwsim.strand import Body, Pause
from providers.gcp.tests.gcwsim.value import is_list, is_map
from tests.virtual import US, Kind

SEVERITIES = {"DEFAULT", "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL", "ALERT", "EMERGENCY"}
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)\Z", re.ASCII)


def _now(run: Run) -> float:
    return run.now_us() / US


def _get_env(run: Run, name: Any, default: Any = None) -> Any:
    must_be(name, "string", "sys.get_env")
    if name in run.environment:
        return run.environment[name]
    if default is not None:
        return default
    raise raised("KeyError", f"sys.get_env: {name}")


def _sleep(frame: Frame, given: dict[str, Any]) -> Body:
    seconds = given["seconds"]
    must_be(seconds, "integer double", "sys.sleep")
    if not 0 <= seconds <= SLEEP_MAX_S:
        raise unspecified("sys.sleep", f"{seconds} seconds")
    kind = Kind.BACKOFF if frame.run.is_backoff(frame.entry) else Kind.SLEEP
    yield from _pause(frame, frame.run.now_us() + round(seconds * US), kind)


def _sleep_until(frame: Frame, given: dict[str, Any]) -> Body:
    until_us = round(_parse(given["time"]) * US)
    if until_us > frame.run.now_us():
        yield from _pause(frame, until_us)


def _pause(frame: Frame, until_us: int, kind: Kind = Kind.SLEEP) -> Body:
    yield Pause(frame.run.agenda, until_us, kind)


def _log(frame: Frame, given: dict[str, Any]) -> Body:
    kinds = [kind for kind in ("data", "text", "json") if kind in given]
    if len(kinds) != 1:
        raise unspecified("sys.log", f"{' and '.join(kinds) or 'nothing'}: one of data, text and json")
    if kinds == ["json"]:
        must_be(given["json"], "map", "sys.log")
    severity = given.get("severity", "DEFAULT")
    if severity not in SEVERITIES:
        raise unspecified("sys.log", f"the severity {severity!r}")
    yield from _pause(frame, frame.run.now_us(), Kind.NOW)
    frame.run.logs.append((severity, given[kinds[0]]))


def _format(seconds: Any, timezone: Any = "UTC") -> str:
    must_be(seconds, "integer double", "time.format")
    must_be(timezone, "string", "time.format")
    if seconds != int(seconds):
        raise unspecified("time.format", "how many digits of a fraction")
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise wrong_value(f"time.format: {timezone!r} is no time zone") from error
    try:
        text = datetime.fromtimestamp(int(seconds), zone).isoformat()
    except (OSError, OverflowError, ValueError) as error:
        raise unspecified("time.format", f"the time {seconds}") from error
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


def _parse(value: Any) -> float:
    must_be(value, "string", "time.parse")
    if not _RFC_3339.match(value):
        raise wrong_value(f"time.parse: {value!r} is no RFC 3339")
    try:
        return datetime.fromisoformat(value).astimezone(UTC).timestamp()
    except ValueError as error:
        raise wrong_value(f"time.parse: {error}") from error


def _create_endpoint(run: Run, method: Any = "POST") -> dict[str, str]:
    must_be(method, "string", "events.create_callback_endpoint")
    if method not in METHODS:
        raise wrong_value(f"events.create_callback_endpoint: {method!r}")
    return run.callbacks.create(method)


def _await(frame: Frame, given: dict[str, Any]) -> Body:
    callback, timeout_s = given["callback"], given.get("timeout", CALLBACK_TIMEOUT_S)
    must_be(callback, "map", "events.await_callback")
    must_be(timeout_s, "integer double", "events.await_callback")
    if timeout_s <= 0 or timeout_s > SLEEP_MAX_S:
        raise unspecified("events.await_callback", f"a time-out of {timeout_s} seconds")
    callbacks = frame.run.callbacks
    endpoint = callbacks.of(callback.get("url"))
    if endpoint.received is not None:
        received, endpoint.received = endpoint.received, None
        yield from _pause(frame, frame.run.now_us(), Kind.NOW)
        return received
    return (yield Await(callbacks, endpoint, frame.run.now_us() + round(timeout_s * US)))


def _always(exception: Any) -> bool:
    return True


def _never(exception: Any) -> bool:
    return False


def _predicate(name: str, codes: set[int], tags: set[str]) -> Function:
    """A default retry predicate: codes of HttpError, and other tags that are tried again."""

    def apply(exception: Any) -> bool:
        if not is_map(exception):
            raise unspecified(name, "an error that is a string")
        found = exception.get("tags", [])
        if not is_list(found) or not all(isinstance(tag, str) for tag in found):
            raise unspecified(name, "tags that are no list of strings")
        return bool(tags & set(found)) or ("HttpError" in found and exception.get("code") in codes)

    return function(name, "exception", apply)


IDEMPOTENT = _predicate(
    "http.default_retry_predicate",
    {429, 502, 503, 504},
    {"ConnectionError", "ConnectionFailedError", "TimeoutError"},
)
NON_IDEMPOTENT = _predicate("http.default_retry_predicate_non_idempotent", {429, 503}, {"ConnectionFailedError"})

DEFAULT_BACKOFF = {"initial_delay": 1.0, "max_delay": 60.0, "multiplier": 1.25}
OBJECTS: dict[str, Any] = {
    "retry.default_backoff": DEFAULT_BACKOFF,
    "http.default_retry": {"predicate": IDEMPOTENT, "max_retries": 5, "backoff": DEFAULT_BACKOFF},
    "http.default_retry_non_idempotent": {"predicate": NON_IDEMPOTENT, "max_retries": 5, "backoff": DEFAULT_BACKOFF},
}
"""What is no function, for `retry` only: each is described at https://cloud.google.com/workflows/docs/reference/stdlib/"""

FUNCTIONS: list[Function] = [
    function("sys.now", "", _now, needs_run=True),
    function("sys.get_env", "name [default]", _get_env, needs_run=True),
    function("sys.log", "[data] [severity] [text] [json] [timeout]", _log, is_blocking=True),
    function("sys.sleep", "seconds", _sleep, is_blocking=True),
    function("sys.sleep_until", "time", _sleep_until, is_blocking=True),
    function("time.format", "seconds [timezone]", _format),
    function("time.parse", "value", _parse),
    function("events.create_callback_endpoint", "[http_callback_method]", _create_endpoint, needs_run=True),
    function("events.await_callback", "callback [timeout]", _await, is_blocking=True),
    function("retry.always", "exception", _always),
    function("retry.never", "exception", _never),
    IDEMPOTENT,
    NON_IDEMPOTENT,
]
