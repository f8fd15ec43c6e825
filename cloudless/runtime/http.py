"""Put the parts of an endpoint together: plan + what the app knows of it + cloud ──► what an adapter calls.

serve = http.endpoint(plan, handler, cloud)
answer = serve(Request(...), segments_of(path))       # every answer is one: nothing is raised
"""

from __future__ import annotations

from cloudless.message import Failure
from cloudless.runtime.arguments import Arguments
from cloudless.runtime.call import awaited
from cloudless.runtime.endpoint import Endpoint, died
from cloudless.runtime.entry import wait_with_asyncio
from cloudless.runtime.guard import guard_of
from cloudless.runtime.keys import fetch as fetch_keys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Protocol

    from cloudless.codec import Codec
    from cloudless.driver.provider import Cloud
    from cloudless.message import Envelope
    from cloudless.request import Request, Response
    from cloudless.runtime.call import Await
    from cloudless.runtime.cors import Rules
    from cloudless.runtime.endpoint import EndpointPlan, Tell
    from cloudless.runtime.keys import Fetch

    Serve = Callable[[Request, list[str]], Response]
    """The answer to a request, given the decoded segments of its path."""

    Timed = Callable[[Callable[..., Any], float], Callable[..., Any]]
    """A function, and one that raises Overran after so many seconds, or is not waited for."""

    class Shop(Protocol):
        """What an App says for all its endpoints."""

        @property
        def cors(self) -> Rules | None: ...

    class Served(Protocol):
        """What an App knows of an endpoint; `app.handlers[name]` gives it."""

        @property
        def app(self) -> Shop: ...
        @property
        def function(self) -> Callable[..., Any]: ...
        @property
        def auth(self) -> Any: ...
        @property
        def statuses(self) -> Mapping[type[Exception], int]: ...
        @property
        def result(self) -> Codec: ...
        def hints(self) -> dict[str, Any]: ...


def endpoint(
    plan: EndpointPlan,
    served: Served,
    cloud: Cloud,
    *,
    function: Callable[..., Any] | None = None,
    wait: Await = wait_with_asyncio,
    timed: Timed | None = None,
    fetch: Fetch = fetch_keys,
    logs: bool = True,
    tell: Tell | None = None,
) -> Serve:
    """The endpoint of a plan.

    function: instead of the app's own (a test double). wait: runs coroutines. timed: watches the time of functions that
    are none, those that say who is calling as well. fetch: reads the keys of token issuers. tell: says what is
    answered with a 5xx; by default the log, where it is wanted.
    """
    run = awaited(wait, plan.timeout_s)
    call, auth = function or served.function, served.auth
    if timed is not None:
        call = call if plan.is_async else timed(call, plan.timeout_s)
        auth = timed(auth, plan.timeout_s) if callable(auth) and not hasattr(auth, "kind") else auth
    return Endpoint(
        plan,
        call,
        Arguments(plan.parameters, served.hints()),
        served.result,
        cloud=cloud,
        guard=guard_of(auth, cloud, fetch, run),
        statuses=served.statuses,
        rules=served.app.cors,
        run=run,
        tell=tell or (logged if logs else None),
    ).serve


def logged(plan: EndpointPlan, cause: Envelope, problem: Exception) -> None:
    """Tell the log of a request that failed; imported at the first one."""
    from cloudless.runtime import log

    log.request_failure(plan, cause, problem)


def gave_out(plan: EndpointPlan, kind: str, status: int, text: str) -> Response:
    """The answer where the function gave none: what a gateway says elsewhere; the reason stands in the log."""
    import logging

    logging.getLogger(f"cloudless.{plan.handler}").error("%s %s: %s: %s", plan.method, plan.path, kind, text)
    return died(Failure(kind, text, 1), status, text if status == 504 else "the function died")
