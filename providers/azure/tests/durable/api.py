"""Api: the HTTP API of the Durable extension, as its local endpoint offers it to the app's own functions.

After HttpApiHandler of https://github.com/Azure/azure-functions-durable-extension: routes, parameters, answers.
https://learn.microsoft.com/en-us/azure/azure-functions/durable/durable-functions-http-api
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, quote, unquote
from uuid import uuid4

from providers.azure.tests.durable.host import AlreadyRuns, Host
from providers.azure.tests.durable.instance import COMPLETED, FAILED, NUMBERS, TERMINATED, Instance
from providers.azure.tests.durable.status import status_of
from tests.hosting.http import Request, Response

PAGE = 100
"""Instances in an answer where `top` does not say."""

ID_MAX = 100
_FORBIDDEN = re.compile(r"[/\\?#\x00-\x1f\x7f-\x9f]")
_TOKEN = "x-ms-continuation-token"
_PURGEABLE = {COMPLETED, FAILED, TERMINATED}

Plain = dict[str, Any]


class _Refused(Exception):
    """An argument that the extension does not take: 400."""


class Api:
    """The routes, in front of a host. base: the address that they stand under. url: of the app's own web hooks."""

    def __init__(self, host: Host, base: str, url: str, hub: str) -> None:
        self._host = host
        self._base = base
        self._url = url
        self._hub = hub

    def answer(self, request: Request) -> Response:
        """Answer a request to the local endpoint."""
        path = unquote(request.path)
        if not path.startswith(self._base):
            return Response(status=404)
        query = _Query(request.query)
        with self._host.lock:
            try:
                return self._routed(request, path[len(self._base) :].strip("/").split("/"), query)
            except _Refused as problem:
                return _error(400, "One or more of the arguments submitted is incorrect", problem, "ArgumentException")
            except AlreadyRuns as problem:
                return _error(
                    500, "Something went wrong while processing your request", problem, "InvalidOperationException"
                )

    def _routed(self, request: Request, parts: list[str], query: _Query) -> Response:
        method = request.method
        match [part if at in {1, 3} else part.lower() for at, part in enumerate(parts)]:
            case ["orchestrators", name, *rest] if method == "POST" and len(rest) <= 1:
                return self._start(request, name, parts[2] if rest else "")
            case ["instances"] if method == "GET":
                return self._list(request, query)
            case ["instances"] if method == "DELETE":
                return self._purge_all(query)
            case ["instances", id] if method == "GET":
                return self._status(request, id, query)
            case ["instances", id] if method == "DELETE":
                return self._purge(id)
            case ["instances", id, "raiseevent", event] if method == "POST":
                return self._raise_event(request, id, event)
            case ["instances", id, operation] if method == "POST" and operation in _OPERATIONS:
                return _OPERATIONS[operation](self, id, query)
            case _:
                return Response(status=404)

    # --- one instance ---------------------------------------------------------------------------------

    def _start(self, request: Request, name: str, id: str) -> Response:
        try:
            input = json.dumps(json.loads(request.body)) if request.body else "null"
        except ValueError as problem:
            return _error(400, "Invalid JSON content", problem, "JsonReaderException")
        return self._started(name, id or uuid4().hex, input)

    def _started(self, name: str, id: str, input: str) -> Response:
        if name not in self._host.orchestrators:
            known = ", ".join(self._host.orchestrators)
            raise _Refused(
                f"The function '{name}' doesn't exist, is disabled, or is not an orchestrator function. "
                f"Additional info: The following are the known orchestrator functions: '{known}'."
            )
        if id.startswith("@"):
            raise _Refused("Orchestration instance ids must not start with @.")
        if _FORBIDDEN.search(id):
            raise _Refused("Orchestration instance ids must not contain /, \\, #, ?, or control characters.")
        if len(id) > ID_MAX:
            raise _Refused(f"Instance ID lengths must not exceed {ID_MAX} characters.")
        self._host.start_raw(name, input, id)
        links = self.links(id)
        shown = {name: links[name] for name in _LINKS}
        return _json(202, shown, ("Location", links["statusQueryGetUri"]), ("Retry-After", "10"))

    def links(self, id: str) -> dict[str, str]:
        """The web hooks of an instance."""
        one, query = f"{self._url}/instances/{quote(id, safe='')}", f"taskHub={self._hub}&connection=Storage&code=key"
        return {
            "id": id,
            "statusQueryGetUri": f"{one}?{query}",
            "sendEventPostUri": f"{one}/raiseEvent/{{eventName}}?{query}",
            "terminatePostUri": f"{one}/terminate?reason={{text}}&{query}",
            "rewindPostUri": f"{one}/rewind?reason={{text}}&{query}",
            "purgeHistoryDeleteUri": f"{one}?{query}",
            "restartPostUri": f"{one}/restart?{query}",
            "suspendPostUri": f"{one}/suspend?reason={{text}}&{query}",
            "resumePostUri": f"{one}/resume?reason={{text}}&{query}",
        }

    def _status(self, request: Request, id: str, query: _Query) -> Response:
        one = self._host.instances.get(id)
        if one is None:
            return Response(status=404)
        status = status_of(
            one,
            shows_history=query.flag("showHistory"),
            shows_output=query.flag("showHistoryOutput"),
            shows_input=query.flag("showInput", default=True),
        )
        if not one.is_ended:
            here = f"http://{request.header('host')}{request.path}{'?' if request.query else ''}{request.query}"
            return _json(202, status, ("Location", here), ("Retry-After", "5"))
        is_error = one.status == FAILED and query.flag("returnInternalServerErrorOnFailure")
        return _json(500 if is_error else 200, status)

    def _raise_event(self, request: Request, id: str, event: str) -> Response:
        if (gone := self._gone(id)) is not None:
            return gone
        if request.header("content-type").partition(";")[0].strip().lower() != "application/json":
            return _json(400, {"Message": "Only application/json request content is supported"})
        try:
            data = json.dumps(json.loads(request.body))
        except ValueError as problem:
            return _error(400, "Invalid JSON content", problem, "JsonReaderException")
        self._host.raise_event(id, event, data)
        return Response(status=202)

    def _gone(self, id: str) -> Response | None:
        """The answer for an instance that is not there, or has ended."""
        one = self._host.instances.get(id)
        if one is None:
            return Response(status=404)
        return Response(status=410) if one.is_ended else None

    def _terminate(self, id: str, query: _Query) -> Response:
        return self._gone(id) or self._done(self._host.terminate, id, query)

    def _suspend(self, id: str, query: _Query) -> Response:
        return self._gone(id) or self._done(self._host.suspend, id, query)

    def _resume(self, id: str, query: _Query) -> Response:
        return self._gone(id) or self._done(self._host.resume, id, query)

    @staticmethod
    def _done(act: Callable[[str, str], None], id: str, query: _Query) -> Response:
        act(id, query.text("reason"))
        return Response(status=202)

    def _restart(self, id: str, query: _Query) -> Response:
        one = self._host.instances.get(id)
        if one is None:
            problem = _Refused(f"An orchestrastion with the instanceId {id} was not found.")
            return _error(
                400, "InstanceId does not match a valid orchestration instance.", problem, "ArgumentException"
            )
        return self._started(
            one.name, uuid4().hex if query.flag("restartWithNewInstanceId", default=True) else id, one.input
        )

    def _purge(self, id: str) -> Response:
        one = self._host.instances.get(id)
        if one is not None and not one.is_ended:
            return _json(412, f"Only orchestrations in a terminal state can be purged, but {id} is {one.status}")
        return _json(200, {"instancesDeleted": 1}) if self._host.purge(id) else Response(status=404)

    # --- several instances ----------------------------------------------------------------------------

    def _list(self, request: Request, query: _Query) -> Response:
        """A page, in the order of the table that instances are kept in: by id."""
        chosen = sorted(self._chosen(query), key=lambda one: one.id)
        start = request.header(_TOKEN)
        rest = [one for one in chosen if not start or one.id > start]
        page = rest[: query.number("top", PAGE)]
        token = page[-1].id if len(page) < len(rest) else ""
        shows_input = query.flag("showInput", default=True)
        return _json(200, [status_of(one, shows_input=shows_input) for one in page], (_TOKEN, token))

    def _purge_all(self, query: _Query) -> Response:
        if query.time("createdTimeFrom") is None:
            return _json(400, "Please provide value for 'createdTimeFrom' parameter.")
        ended = [one.id for one in self._chosen(query) if one.status in _PURGEABLE]
        for id in ended:
            self._host.purge(id)
        return _json(200, {"instancesDeleted": len(ended)}) if ended else Response(status=404)

    def _chosen(self, query: _Query) -> Iterable[Instance]:
        first, last = query.time("createdTimeFrom"), query.time("createdTimeTo")
        statuses, prefix = query.statuses(), query.text("instanceIdPrefix")
        for one in self._host.instances.values():
            if (
                one.id.startswith(prefix)
                and (not statuses or one.status in statuses)
                and (first is None or one.created >= first)
                and (last is None or one.created <= last)
            ):
                yield one


_OPERATIONS: dict[str, Callable[[Api, str, _Query], Response]] = {
    "terminate": Api._terminate,
    "suspend": Api._suspend,
    "resume": Api._resume,
    "restart": Api._restart,
}
"""Rewinding is not among them: Azure Storage alone has it, and nobody here uses it."""

_LINKS = (
    "id", "statusQueryGetUri", "sendEventPostUri", "terminatePostUri", "purgeHistoryDeleteUri", "restartPostUri",
    "suspendPostUri", "resumePostUri",
)  # fmt: skip


class _Query:
    """Parameters; what .NET cannot parse counts as absent. Names are taken in any case of letters."""

    def __init__(self, text: str) -> None:
        self._values = {name.lower(): values for name, values in parse_qs(text, keep_blank_values=True).items()}

    def text(self, name: str) -> str:
        return ",".join(self._values.get(name.lower(), ()))

    def flag(self, name: str, *, default: bool = False) -> bool:
        return {"true": True, "false": False}.get(self.text(name).strip().lower(), default)

    def number(self, name: str, default: int) -> int:
        text = self.text(name)
        return int(text) if text.isdecimal() else default

    def time(self, name: str) -> datetime | None:
        try:
            found = datetime.fromisoformat(self.text(name))
        except ValueError:
            return None
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    def statuses(self) -> set[str]:
        return {name for name in self.text("runtimeStatus").split(",") if name in NUMBERS}


def _json(status: int, value: Any, *headers: tuple[str, str]) -> Response:
    body = json.dumps(value).encode()
    return Response(status=status, headers=(("Content-Type", "application/json; charset=utf-8"), *headers), body=body)


def _error(status: int, text: str, problem: Exception, kind: str) -> Response:
    """As HttpRequestMessage.CreateErrorResponse writes an exception."""
    return _json(
        status,
        {"Message": text, "ExceptionMessage": str(problem), "ExceptionType": f"System.{kind}", "StackTrace": "   at …"},
    )
