"""host.json of the package, which all function apps of a stage share, and the settings that differ from app to app.

A setting `AzureFunctionsJobHost__a__b` takes the place of a.b in host.json.
https://learn.microsoft.com/en-us/azure/azure-functions/functions-host-json#override-hostjson-values
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from cloudless.compiler.pretty import pretty
from cloudless.driver.names import digest_of
from cloudless_azure.compile.group import STEPS, Group

if TYPE_CHECKING:
    from cloudless.ir import Application
    from cloudless_azure.names import Stage

BUNDLE = "[4.0.0, 5.0.0)"
"""https://learn.microsoft.com/en-us/azure/azure-functions/extension-bundles#extension-bundle-configuration"""

MARGIN_S = 60
"""Behind a handler's time-out, which the runtime watches: what is over this, the host ends with its worker."""

LONGEST_S = 15 * 60
"""Of a function: docs/mechanisms.md, time-outs."""

MANY = 16
"""Messages that an instance works on at a time, each in a thread of its own: what Functions has where nobody says."""

SESSIONS = 8
"""Groups of an ordered queue that an instance works on at a time."""

SESSION = "1.00:00:00"
"""How long the host holds on to a group that is never empty. It counts from taking the group, not each message.

A handler that hangs is ended by its time-out, and by functionTimeout, not by a lock that is lost.
https://github.com/Azure/azure-sdk-for-net/issues/35267
"""

IDLE = "00:00:01"
"""A group that is empty makes room for the next one after this; by default a minute, in which others wait.

https://github.com/Azure/azure-functions-dotnet-worker/issues/831
"""

THREADS = 32
"""Of the worker, for what it calls itself: most it takes.

https://learn.microsoft.com/en-us/azure/azure-functions/functions-app-settings#python_threadpool_thread_count
"""

POLLED = "00:00:02"
"""How long a start, an event or an end may lie in an idle hub's queue; by default half a minute."""

HUB = "CLOUDLESS_HUB"
"""Name of the connection to what Durable Functions keeps: see clients/connection.py for the others."""

_HUB_MAX = 45
"""https://learn.microsoft.com/en-us/azure/azure-functions/durable/durable-functions-task-hubs#task-hub-names"""
_NO_LETTERS = re.compile(r"[^0-9A-Za-z]")
_OVERRIDE = "AzureFunctionsJobHost__"
_SERVICE_BUS = f"{_OVERRIDE}extensions__serviceBus__"


class Hosting:
    """How the apps of an application are hosted. Everything about it is looked up once."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._timeouts = {handler.name: handler.timeout_s for handler in application.handlers}
        consumers = {consumer.queue: consumer.batch_size for consumer in application.consumers}
        self._batches = consumers | {one.name: one.batch_size for one in application.subscriptions}

    def json(self, groups: Iterable[Group], stage: Stage) -> bytes:
        """The content of host.json. Time-outs are the longest that any group has."""
        found = tuple(groups)
        longest_s = max(map(self._longest_s, found), default=0) + MARGIN_S
        extensions: dict[str, Any] = {"http": {"routePrefix": ""}, "serviceBus": _service_bus(longest_s)}
        if any(group.orchestrations for group in found):
            extensions["durableTask"] = _durable(self._application, stage)
        return pretty({
            "version": "2.0",
            "functionTimeout": _span(longest_s),
            "extensionBundle": {"id": "Microsoft.Azure.Functions.ExtensionBundle", "version": BUNDLE},
            "extensions": extensions,
            "logging": {
                "logLevel": {"default": "Information"},
                "applicationInsights": {"samplingSettings": {"isEnabled": True, "excludedTypes": "Request;Exception"}},
            },
        })  # fmt: skip

    def settings(self, group: Group) -> dict[str, str]:
        """The settings of a group's app that are not about connections: which entry it runs, and its own host.json."""
        longest = _span(self._longest_s(group) + MARGIN_S)
        found = {
            "CLOUDLESS_APP": group.name,
            "AzureWebJobsDisableHomepage": "true",
            f"{_OVERRIDE}functionTimeout": longest,
        }
        if group.sources:
            in_order = any(source.sessions for source in group.sources)
            found[f"{_SERVICE_BUS}maxAutoLockRenewalDuration"] = SESSION if in_order else longest
        if batches := [self._batches[source.queue] for source in group.sources if source.many]:
            found[f"{_SERVICE_BUS}maxMessageBatchSize"] = str(max(batches))
        if group.kind == STEPS:
            found["PYTHON_THREADPOOL_THREAD_COUNT"] = str(THREADS)
        return found

    def _longest_s(self, group: Group) -> int:
        """The longest time-out of a group's handlers, in whole seconds; of orchestrations, that of any step."""
        if group.orchestrations:
            return LONGEST_S
        return max((-int(-self._timeouts[name] // 1) for name in group.handlers), default=0)


def hub_of(app: str, stage: str) -> str:
    """Name of the task hub: letters and digits, a letter first, 3 to 45 characters."""
    digest = digest_of(app, stage)
    head = _NO_LETTERS.sub("", f"{app}{stage}").lstrip("0123456789")
    return f"{head[: _HUB_MAX - len(digest) - 1] or 'hub'}x{digest}"


def _service_bus(longest_s: int) -> dict[str, Any]:
    """https://learn.microsoft.com/en-us/azure/azure-functions/functions-bindings-service-bus#hostjson-settings.

    One message of a session at a time (docs/mechanisms.md, order), none fetched ahead: what waits here is locked.
    """
    return {
        "autoCompleteMessages": True,
        "maxAutoLockRenewalDuration": _span(longest_s),
        "maxConcurrentCalls": MANY,
        "maxConcurrentCallsPerSession": 1,
        "maxConcurrentSessions": SESSIONS,
        "maxMessageBatchSize": 1,
        "prefetchCount": 0,
        "sessionIdleTimeout": IDLE,
    }


def _durable(application: Application, stage: Stage) -> dict[str, Any]:
    """https://learn.microsoft.com/en-us/azure/azure-functions/durable/durable-functions-bindings#durable-functions-settings-in-hostjson."""
    return {
        "hubName": hub_of(application.name, stage.name),
        "extendedSessionsEnabled": False,
        "storageProvider": {"type": "AzureStorage", "connectionName": HUB, "maxQueuePollingInterval": POLLED},
    }


def _span(seconds: int) -> str:
    """A .NET TimeSpan below a day: "00:02:00"."""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
