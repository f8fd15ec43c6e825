"""The function driver: invocations go to the app `steps`."""

from __future__ import annotations

from cloudless.driver.rest import Lost
from cloudless.errors import RemoteError
from cloudless.system import pack_system
from cloudless_azure.names import INVOKE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cloudless.message import Envelope
    from cloudless_azure.clients.call import Steps


class StepsFunctions:
    """See `cloudless.driver.function.FunctionDriver`. Safe from several threads."""

    __slots__ = ("_steps",)

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    def invoke(self, function: str, call: Envelope, timeout_s: float) -> str:
        request = {"system": pack_system(call), "body": call.body}
        try:
            reply: str = self._steps.ask_once(INVOKE, function, request, timeout_s)
        except TimeoutError as problem:
            raise TimeoutError(f"no answer within {timeout_s:g} s") from problem
        except Lost as problem:
            raise RemoteError("Crashed", f"the function died without an answer: {problem}") from problem
        return reply

    def native(self, function: str) -> Any:
        """URL of the app that the function is in, and its name."""
        return self._steps.url, function

    def close(self) -> None:
        """Nothing: the connections are the cloud's."""
