"""The orchestration driver: executions are started and controlled by the app `steps`."""

from __future__ import annotations

from cloudless.driver.orchestration import RemoteOrchestrations, entry_from, snapshot_from
from cloudless.system import pack_system
from cloudless_azure.names import CONTROL, SEND, START, instance_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from cloudless.driver.orchestration import Entry, Snapshot, Status
    from cloudless.message import Envelope
    from cloudless_azure.clients.call import Steps


class DurableOrchestrations(RemoteOrchestrations):
    """See `cloudless.driver.orchestration.OrchestrationDriver` and `Pinning`. Safe from several threads.

    Times are whole seconds: Durable Functions tells no more. A cancelled execution has ended when `cancel` returns.
    """

    provider = "azure"

    __slots__ = ("_steps",)

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    def start(self, orchestration: str, execution: str, call: Envelope) -> None:
        request = {"execution": execution, "system": pack_system(call), "body": call.body}
        self._steps.ask(START, orchestration, request)

    def describe(self, orchestration: str, execution: str) -> Snapshot:
        return snapshot_from(self._control(orchestration, "describe", execution=execution))

    def history(self, orchestration: str, execution: str) -> Sequence[Entry]:
        return [entry_from(one) for one in self._control(orchestration, "history", execution=execution)]

    def cancel(self, orchestration: str, execution: str) -> None:
        self._control(orchestration, "cancel", execution=execution)

    def executions(self, orchestration: str, status: Status | None, limit: int) -> Sequence[str]:
        found: list[str] = self._control(orchestration, "executions", status=status, limit=limit)
        return found

    def running(self, orchestration: str) -> Mapping[str, int]:
        found: dict[str, int] = self._control(orchestration, "running")
        return found

    def send(self, orchestration: str, execution: str, event: str, message: Envelope) -> None:
        request = {
            "orchestration": orchestration,
            "execution": execution,
            "system": pack_system(message),
            "body": message.body,
        }
        self._steps.ask(SEND, event, request)

    def native(self, orchestration: str) -> Any:
        """URL of the app that the orchestration is in, and what its instances' ids begin with."""
        return self._steps.url, instance_of(orchestration, "")

    def close(self) -> None:
        """Nothing: the connections are the cloud's."""

    def _control(self, orchestration: str, operation: str, **arguments: Any) -> Any:
        return self._steps.ask(CONTROL, orchestration, {"operation": operation, **arguments})
