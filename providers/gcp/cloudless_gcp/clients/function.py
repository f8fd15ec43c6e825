"""The function driver: a POST to the function's URL, with an identity token for it.

{"call": {"system": …, "body": …}}   →   {"result": …} or {"error": [type, text]}     runtime/function.py answers
https://cloud.google.com/run/docs/authenticating/service-to-service
"""

from __future__ import annotations

from cloudless.driver.rest import Lost
from cloudless.errors import RemoteError
from cloudless.system import packed
from cloudless_gcp.clients.denied import Grant, address_of, needing
from cloudless_gcp.clients.errors import of_status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from cloudless.driver.rest import Answer
    from cloudless.message import Envelope
    from cloudless_gcp.clients.rest import Google

INSTANCE_S = 20
"""How long Cloud Run may take to start a function, beside the function's own time.

https://cloud.google.com/run/docs/about-instance-autoscaling
"""
INVOKE = "run.routes.invoke"
NOT_TAKEN = frozenset({400, 401, 403, 404, 429})
"""What Cloud Run answers where no function was called; 503 may be either.

https://cloud.google.com/run/docs/troubleshooting
"""
_TIMED_OUT = 504
_ANSWERS = ('{"result"', '{"error"')


class RunFunctions:
    """See `cloudless.driver.function.FunctionDriver`. Safe from several threads. addresses: URL by logical name."""

    __slots__ = ("_addresses", "_google")

    def __init__(self, addresses: Mapping[str, str], google: Google) -> None:
        self._addresses = addresses
        self._google = google

    def invoke(self, function: str, call: Envelope, timeout_s: float) -> str:
        url, what = address_of(self._addresses, "invoke", "function", function), f"invoking {function!r}"
        with needing(Grant("invoke", "function", function, INVOKE, url)):
            try:
                answer = post(self._google, url, {"call": packed(call)}, timeout_s + INSTANCE_S)
            except TimeoutError as problem:
                text = f"{what}: no answer within {timeout_s:g} s, and {INSTANCE_S} s more for an instance to start"
                raise TimeoutError(text) from problem
            except Lost as problem:
                text = f"no answer came, and nobody knows what became of it: {problem}"
                raise RemoteError("Crashed", text) from problem
            return _reply(answer, what)

    def native(self, function: str) -> Any:
        """URL of the function, for any HTTP client with an identity token."""
        return address_of(self._addresses, "native", "function", function)

    def close(self) -> None:
        """Nothing: the connections are the cloud's."""


def post(google: Google, url: str, body: Mapping[str, Any], timeout_s: float) -> Answer:
    """Call a function of ours, once.

    Raises NotSignedIn, PermissionDenied, Unavailable where nothing was sent, TimeoutError, `driver.rest.Lost`.
    """
    headers = {"Authorization": f"Bearer {google.tokens.identity(url)}"}
    return google.once(url, body, headers, timeout_s)


def _reply(answer: Answer, what: str) -> str:
    text = answer.body.decode("utf-8", "replace")
    if answer.status == 200 and text.startswith(_ANSWERS):
        return text
    said = f"{what}: {answer.status}: {answer.text()}"
    if answer.status == _TIMED_OUT:
        raise TimeoutError(said)
    raise of_status(answer.status, said) if answer.status in NOT_TAKEN else RemoteError("Crashed", said)
