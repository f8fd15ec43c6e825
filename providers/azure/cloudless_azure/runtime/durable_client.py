"""The local HTTP API of the Durable Functions extension, by which a function starts, asks and ends instances.

    POST {rpc}orchestrators/cl_orchestrator/{id}         input as JSON             202; 409 where one of that id runs
    GET  {rpc}instances/{id}?showInput=…&showHistory=…                             200 ended, 202 running, 404
    GET  {rpc}instances/?instanceIdPrefix=…&runtimeStatus=…&createdTimeFrom=…&createdTimeTo=…&top=…
                                                         200, a page by id; header x-ms-continuation-token
    POST {rpc}instances/{id}/raiseEvent/{name}           data as JSON              202, 404, 410 ended
    POST {rpc}instances/{id}/terminate?reason=…                                    202, 404, 410 ended
    DELETE {rpc}instances/{id}                                                     200, 404, 412 runs (newer ones)

`rpc` is what a `durableClient` binding says, which any function may have as a string. Microsoft's own client is not
used: its module takes 0.2 s to load, and needs an event loop.
https://learn.microsoft.com/en-us/azure/azure-functions/durable/durable-functions-http-api
https://github.com/Azure/azure-functions-durable-extension/blob/dev/src/WebJobs.Extensions.DurableTask/HttpApiHandler.cs
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import urlencode

from cloudless.codec import is_list, is_object
from cloudless.driver.rest import Service
from cloudless.errors import InternalError, Unavailable
from cloudless_azure.runtime.durable_wire import EVENT, ORCHESTRATOR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from cloudless.driver.rest import Answer

    Instance = dict[str, Any]
    """As the extension describes it: "instanceId", "runtimeStatus", "createdTime", "lastUpdatedTime", "output", …"""

TIMEOUT_S = 10.0
"""Of one request. The extension is on this machine, and asks its storage."""
PAGE = 500
"""Instances of one page."""
_CONTINUATION = "x-ms-continuation-token"
_JSON = {"Content-Type": "application/json"}
_EXISTS = "already exists"
"""What extensions before 3.0 say in a 500, where newer ones answer 409."""


class Refused(Unavailable):
    """The extension answered, and not as it should: nothing of the request is on its way any more."""


class DurableClient:
    """The extension of this host. binding: the text of a `durableClient` binding. Safe from several threads.

    Instance ids are put into paths as they are: the extension does not always decode what is escaped. They must be of
    letters, digits and -_:~. (names.instance_of). All raise Unavailable, which is safe to repeat.
    """

    __slots__ = ("_service",)

    def __init__(self, binding: str) -> None:
        url = json.loads(binding).get("rpcBaseUrl")
        if not url:
            raise InternalError("the Durable Functions extension names no local address (localRpcEndpointEnabled)")
        self._service = Service(url, "the Durable Functions extension", TIMEOUT_S)

    def start(self, id: str, input: str) -> bool:
        """Start an instance with a text as input; False where one of that id runs.

        One of that id that has ended is forgotten, and runs anew with this input: who must not restart it asks first.
        """
        answer = self._call("POST", f"/orchestrators/{ORCHESTRATOR}/{id}", input)
        if answer.status == 409 or (answer.status >= 400 and _EXISTS in answer.text()):
            return False
        return bool(self._expected(answer, 200, 202))

    def instance(self, id: str, *, input: bool = False, history: bool = False) -> Instance | None:
        """An instance, None where there is none. input: with it. history: with "historyEvents", and what they hold."""
        shown = {"showInput": input or history, "showHistory": history, "showHistoryOutput": history}
        answer = self._call("GET", f"/instances/{id}?{_query(shown)}")
        if answer.status == 404:
            return None
        found = self._expected(answer, 200, 202, 400, 500).json()
        if not is_object(found) or "runtimeStatus" not in found:
            raise _unexpected(answer)
        return found

    def instances(
        self,
        prefix: str,
        statuses: Sequence[str] = (),
        *,
        input: bool = False,
        since_s: float | None = None,
        until_s: float | None = None,
    ) -> Iterator[Instance]:
        """Every instance whose id begins so, in no order. statuses: of the extension, any if none is given.

        since_s, until_s: when it was made, at the earliest and latest; whole seconds since the epoch. The extension
        knows no other order than that of ids, and looks at all that begin so, whatever it then gives.
        """
        query: dict[str, Any] = {"showInput": input, "top": PAGE}
        if prefix:
            query["instanceIdPrefix"] = prefix
        if statuses:
            query["runtimeStatus"] = ",".join(statuses)
        if since_s is not None:
            query["createdTimeFrom"] = _time(since_s)
        if until_s is not None:
            query["createdTimeTo"] = _time(until_s)
        token = ""
        while True:
            headers = {_CONTINUATION: token} if token else {}
            answer = self._expected(self._service.call("GET", f"/instances/?{_query(query)}", headers=headers), 200)
            found = answer.json()
            if not is_list(found):
                raise _unexpected(answer)
            yield from found
            token = answer.headers.get(_CONTINUATION) or ""
            if not token:
                return

    def raise_event(self, id: str, data: str) -> bool:
        """Send a text to a running instance, as EVENT; False where there is none, or it has ended."""
        answer = self._call("POST", f"/instances/{id}/raiseEvent/{EVENT}", data)
        return answer.status not in {404, 410} and bool(self._expected(answer, 202))

    def terminate(self, id: str, reason: str) -> bool:
        """Have an instance end as soon as it is looked at; False where there is none, or it has ended."""
        answer = self._call("POST", f"/instances/{id}/terminate?{urlencode({'reason': reason})}")
        return answer.status not in {404, 410} and bool(self._expected(answer, 200, 202))

    def purge(self, id: str) -> bool:
        """Forget an instance that has ended, with its history; False where there is none, or it runs.

        Not every version of the extension looks whether it runs: who must not forget such a one asks first.
        """
        answer = self._call("DELETE", f"/instances/{id}")
        return answer.status not in {404, 412} and bool(self._expected(answer, 200))

    def close(self) -> None:
        """Close the connections."""
        self._service.close()

    def _call(self, method: str, path: str, text: str | None = None) -> Answer:
        if text is None:
            return self._service.call(method, path)
        return self._service.call(method, path, json.dumps(text).encode(), _JSON)

    @staticmethod
    def _expected(answer: Answer, *statuses: int) -> Answer:
        if answer.status not in statuses:
            raise _unexpected(answer)
        return answer


def _unexpected(answer: Answer) -> Refused:
    return Refused(f"the Durable Functions extension answered {answer.status}: {answer.text()}")


def _query(values: dict[str, Any]) -> str:
    return urlencode({name: str(value).lower() if isinstance(value, bool) else value for name, value in values.items()})


def _time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(int(seconds), UTC):%Y-%m-%dT%H:%M:%SZ}"


def seconds_of(time: Any) -> float:
    """Seconds since the epoch of a time as the extension writes it, in UTC whether or not it says so; 0 of none."""
    try:
        found = datetime.fromisoformat(str(time))
    except ValueError:
        return 0
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
