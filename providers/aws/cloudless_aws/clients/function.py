"""The function driver over Lambda.

{"call": {"system": …, "body": …}}   →   {"result": …} or {"error": [type, text]}     runtime/function.py answers
"""

from __future__ import annotations

from cloudless.errors import RemoteError
from cloudless.system import packed
from cloudless_aws.clients.denied import Grant, address_of, needing
from cloudless_aws.clients.invocation import invoke
from cloudless_aws.clients.sdk import Client
from cloudless_aws.names import ALIAS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from cloudless.message import Envelope
    from cloudless_aws.clients.sdk import Sdk

START_S = 10
"""How long Lambda may take to start a function, beside the function's own time.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""
_ANSWERS = ('{"result"', '{"error"')


class LambdaFunctions:
    """See `cloudless.driver.function.FunctionDriver`. Safe from several threads.

    addresses: name of the Lambda function by logical name. Each time-out has a client of its own: boto3 knows one
    time-out a client.
    """

    __slots__ = ("_addresses", "_clients", "_sdk")

    def __init__(self, addresses: Mapping[str, str], sdk: Sdk) -> None:
        self._addresses = addresses
        self._sdk = sdk
        self._clients: dict[float, Client] = {}

    def invoke(self, function: str, call: Envelope, timeout_s: float) -> str:
        name = address_of(self._addresses, "invoke", "function", function)
        arn = self._sdk.arn("lambda", f"function:{name}:{ALIAS}")
        with needing(Grant("invoke", "function", function, "lambda:InvokeFunction", arn)):
            text = invoke(self._client(timeout_s), f"invoking {function!r}", name, ALIAS, {"call": packed(call)})
        if not text.startswith(_ANSWERS):
            raise RemoteError("Crashed", f"{name} is no function of ours: it answered {text[:200]}")
        return text

    def native(self, function: str) -> Any:
        """(boto3's Lambda client, name of the function)."""
        return self._client(0).native, address_of(self._addresses, "native", "function", function)

    def close(self) -> None:
        """Close the connections; the driver is not used after that."""
        for client in self._clients.values():
            client.close()

    def _client(self, timeout_s: float) -> Client:
        wait_s = timeout_s + START_S
        return self._clients.setdefault(wait_s, Client(self._sdk, "lambda", wait_s))
