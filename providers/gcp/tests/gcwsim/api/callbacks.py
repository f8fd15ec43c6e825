"""Callbacks from outside: requests to the URLs that workflows made.

https://cloud.google.com/workflows/docs/creating-callback-endpoints
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from providers.gcp.tests.gcwsim.callback import NOT_FOUND
from providers.gcp.tests.gcwsim.decode import decoded
from providers.gcp.tests.gcwsim.pages import CALLBACKS
from providers.gcp.tests.gcwsim.value import Partial
from tests.virtual import US

if TYPE_CHECKING:
    from providers.gcp.tests.gcwsim.service import Workflows


def received(service: Workflows, name: str, method: str, headers: Mapping[str, str], content: bytes) -> int:
    """Take a request in; the code that it is answered with. name: "projects/…/executions/<id>/callbacks/<id>"."""
    execution_name, _, id = name.partition("/callbacks/")
    with service.lock:
        execution = service.executions.get(execution_name)
        if execution is None:
            return NOT_FOUND
        status = execution.run.callbacks.deliver(id, method, _map(service.now_us(), method, headers, content))
    service.kick()
    return status


def _map(now_us: int, method: str, headers: Mapping[str, str], content: bytes) -> Partial:
    """What await_callback gives. The form of url, query and headers is written down nowhere."""
    kind = next((text for key, text in headers.items() if key.lower() == "content-type"), "")
    request = Partial({"method": method, **_body(kind, content)}, "a callback's http_request", CALLBACKS)
    time = datetime.fromtimestamp(now_us / US, UTC).isoformat().replace("+00:00", "Z")
    return Partial({"http_request": request, "received_time": time, "type": "HTTP"}, "a callback", CALLBACKS)


def _body(kind: str, content: bytes) -> dict[str, Any]:
    """{"body": …}; {} where nobody wrote down what it is."""
    kind = kind.partition(";")[0].strip().lower()
    if kind == "application/json" and content:
        try:
            return {"body": decoded(content)}
        except ValueError:
            return {}
    if kind.startswith("text/"):
        return {"body": content.decode()}
    return {} if content else {"body": None}
