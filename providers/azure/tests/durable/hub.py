"""Hub: the Durable extension of one function app: its instances, on the broker's clock, and its local HTTP API."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from providers.azure.tests.durable.api import Api
from providers.azure.tests.durable.chaos import Chaos
from providers.azure.tests.durable.host import Activity, Host, Latency, Orchestrator
from providers.azure.tests.durable.instance import Instance
from tests.hosting.http import Request, Response
from tests.hosting.loopback import UNAVAILABLE, Loopback

BASE = "/durabletask/"
HOOKS = "/runtime/webhooks/durabletask"


class Hub:
    """Opened by a host of functions with what carries the app's orchestrators and activities out.

    now_s: seconds since the epoch. name: of the task hub. latency: seconds that an activity takes. Instances stay when
    no host is there, as in the storage account.
    """

    def __init__(
        self,
        now_s: Callable[[], float],
        name: str,
        chaos: Chaos | None = None,
        latency: Latency = lambda name, input: 0,
    ) -> None:
        self._now_s = now_s
        self._name = name
        self._front = Loopback()
        self._orchestrators: Mapping[str, Orchestrator] = {}
        self._activities: Mapping[str, Activity] = {}
        self.begin(chaos, latency)

    def begin(self, chaos: Chaos | None = None, latency: Latency = lambda name, input: 0) -> None:
        """Forget everything; from now on, this may go wrong, and activities take so long."""
        self.host = Host(self._orchestrators, self._activities, chaos=chaos, latency=latency, start=self._now())
        self._api = Api(self.host, BASE, f"{self._front.url}{HOOKS}", self._name)

    @property
    def url(self) -> str:
        """What the paths of the local API follow; with a slash at the end."""
        return f"{self._front.url}{BASE}"

    @property
    def instances(self) -> dict[str, Instance]:
        """By id."""
        return self.host.instances

    def open(self, orchestrators: Mapping[str, Orchestrator], activities: Mapping[str, Activity]) -> None:
        """A host of functions is there."""
        self._orchestrators = self.host.orchestrators = orchestrators
        self._activities = self.host.activities = activities
        self._front.serve(self.answer)

    def answer(self, request: Request) -> Response:
        """Answer a request to the local API.

        Who asks after instances gives those that were told to end the time for it: nobody else may be pumping.
        """
        self.host.pass_to(self._now())
        if request.method == "GET":
            self.host.end_who_must()
        return self._api.answer(request)

    def shut(self) -> None:
        """It is gone."""
        self._front.serve(lambda request: UNAVAILABLE)

    def close(self) -> None:
        """Nobody comes any more."""
        self._front.close()

    def run(self) -> bool:
        """Let everything happen that is to happen by now; whether anything did."""
        now = self._now()
        did = self.host.run(until_s=(now - self.host.began).total_seconds())
        self.host.pass_to(now)
        return did

    def next_s(self) -> float:
        """When something is to happen next, seconds since the epoch; infinite for never."""
        found = self.host.next_time()
        return found.timestamp() if found else float("inf")

    def clear(self) -> None:
        """Forget everything."""
        self.host.clear()

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._now_s(), UTC)

    def binding(self) -> str:
        """What a parameter that is a Durable client gets, as BindingHelper of the extension writes it."""
        hooks = f"{self._front.url}{HOOKS}"
        create = f"{hooks}/orchestrators/{{functionName}}[/{{instanceId}}]"
        return json.dumps({
            "taskHubName": self._name,
            "connectionName": None,
            "creationUrls": {
                "createNewInstancePostUri": f"{create}?code=key",
                "createAndWaitOnNewInstancePostUri":
                    f"{create}?timeout={{timeoutInSeconds}}&pollingInterval={{intervalInSeconds}}&code=key",
            },
            "managementUrls": self._api.links("INSTANCEID"),
            "baseUrl": hooks,
            "requiredQueryStringParameters": "code=key",
            "rpcBaseUrl": self.url,
            "httpBaseUrl": None,
        })  # fmt: skip
