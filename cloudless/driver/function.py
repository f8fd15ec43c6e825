"""The driver of functions that are called directly."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    from cloudless.message import Envelope
else:
    Protocol = object


class FunctionDriver(Protocol):
    """Two methods."""

    def invoke(self, function: str, call: Envelope, timeout_s: float) -> str:
        """Call the deployed function and wait for its answer: one attempt, never retried.

        call.body: the arguments as a JSON object by parameter name. Returns the runtime's reply, JSON:
        `{"result": …}` or `{"error": [type, text]}` (the portable type raises it again).
        Raises TimeoutError after `timeout_s` (at most 230 s), PermissionDenied, NotFound, Unavailable,
        and RemoteError("Crashed", …) where the function died without a reply.
        """
        ...

    def native(self, function: str) -> Any:
        """The provider's own client and identifier of the function."""
        ...
