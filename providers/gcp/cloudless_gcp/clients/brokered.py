"""Executions of functions: by the broker, which knows whom it may start and control what for (runtime/broker.py).

IAM reaches to a project's workflows, and not to one of them, so the broker alone may ask Workflows.
https://cloud.google.com/iam/docs/conditions-resource-attributes
"""

from __future__ import annotations

from cloudless.driver.orchestration import RemoteOrchestrations, entry_from, snapshot_from
from cloudless.system import packed
from cloudless_gcp.clients.denied import Grant, address_of
from cloudless_gcp.clients.function import INVOKE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from cloudless.driver.orchestration import Entry, Snapshot, Status
    from cloudless.message import Envelope
    from cloudless_gcp.clients.broker import BrokerClient


class BrokeredOrchestrations(RemoteOrchestrations):
    """See `cloudless.driver.orchestration.OrchestrationDriver`. Safe from several threads.

    addresses: full name of the workflow by logical name.
    """

    provider = "gcp"

    __slots__ = ("_addresses", "_broker")

    def __init__(self, addresses: Mapping[str, str], broker: BrokerClient) -> None:
        self._addresses = addresses
        self._broker = broker

    def start(self, orchestration: str, execution: str, call: Envelope) -> None:
        self._ask("start", orchestration, {"execution": execution, "message": packed(call)})

    def describe(self, orchestration: str, execution: str) -> Snapshot:
        return snapshot_from(self._ask("describe", orchestration, {"execution": execution}))

    def history(self, orchestration: str, execution: str) -> Sequence[Entry]:
        return [entry_from(one) for one in self._ask("history", orchestration, {"execution": execution})]

    def cancel(self, orchestration: str, execution: str) -> None:
        self._ask("cancel", orchestration, {"execution": execution})

    def executions(self, orchestration: str, status: Status | None, limit: int) -> Sequence[str]:
        found: list[str] = self._ask("executions", orchestration, {"status": status, "limit": limit})
        return found

    def send(self, orchestration: str, execution: str, event: str, message: Envelope) -> None:
        self._broker.send(orchestration, execution, event, message)

    def native(self, orchestration: str) -> Any:
        """Full name of the workflow, for `google.cloud.workflows.executions_v1`, or any other client."""
        return self._workflow(orchestration, "native")

    def close(self) -> None:
        """Nothing: the connections are the cloud's."""

    def _ask(self, op: str, orchestration: str, request: Mapping[str, Any]) -> Any:
        verb = "start" if op == "start" else "control"
        self._workflow(orchestration, verb)
        action = f"{INVOKE} (as one of those who may {verb} it)"
        grant = Grant(verb, "orchestration", orchestration, action, self._broker.url)
        return self._broker.ask(grant, op, {"orchestration": orchestration, **request})

    def _workflow(self, orchestration: str, verb: str) -> str:
        return address_of(self._addresses, verb, "orchestration", orchestration)
