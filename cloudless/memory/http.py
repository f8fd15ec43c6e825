"""HTTP in memory: the gateway in front of the endpoints. A request is answered here and now, in virtual time."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from cloudless.codec import dump
from cloudless.driver.current import HERE
from cloudless.errors import Unavailable
from cloudless.memory.history import Exchange
from cloudless.memory.world import US
from cloudless.message import Envelope, Failure
from cloudless.runtime.crash import Abandoned, TimedOut
from cloudless.runtime.endpoint import as_asked, died
from cloudless.runtime.problem import problem
from cloudless.runtime.router import Router

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cloudless.memory.ondemand import OnDemand
    from cloudless.memory.world import World
    from cloudless.request import Request, Response
    from cloudless.runtime.endpoint import EndpointPlan
    from cloudless.runtime.http import Serve

GATEWAY_MOST = 10 * 1024 * 1024
"""Bytes of a request that get to an endpoint at all, which refuses those over 4 MiB: API Gateway's limit.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
"""


class MemoryHttp:
    """plans: of the endpoints. serves: handler → the runtime's closure."""

    def __init__(self, world: World, plans: Mapping[str, EndpointPlan], serves: OnDemand[Serve]) -> None:
        self._world = world
        self._plans = plans
        self.serves = serves
        self.issuers: dict[str, bytes] = {}

    @cached_property
    def _router(self) -> Router:
        return Router(self._plans.values())

    def request(self, request: Request) -> Response:
        """The answer to a request of the test's, or of whoever is running."""
        found = self._router.find(request)
        if not isinstance(found, tuple):
            return found
        if len(request.body) > GATEWAY_MOST:
            return as_asked(request, problem(413, "the body is over 10 MiB"))
        return self._served(*found, request)

    def fetch(self, url: str) -> bytes:
        """The keys of a simulated issuer; nothing else can be read, since there is no network here."""
        if url not in self.issuers:
            raise Unavailable(f"{url} cannot be read in a simulation: tokens are made by cloud.token(…)")
        return self.issuers[url]

    def add_issuer(self, issuer: str, keys_url: str, keys: bytes) -> None:
        """Publish the keys of an issuer."""
        where = keys_url or f"{issuer.rstrip('/')}/keys"
        self.issuers[f"{issuer.rstrip('/')}/.well-known/openid-configuration"] = dump({"jwks_uri": where}).encode()
        self.issuers[where] = keys

    def _served(self, plan: EndpointPlan, segments: list[str], request: Request) -> Response:
        world = self._world
        request.id = world.new_id()
        exchange = Exchange(target=f"{request.path}?…" if request.query_string else request.path)
        envelope = Envelope(request.id, request.body.decode("utf-8", "replace"), sent_s=world.now_us / US)
        world.history.request(world.now_us, f"{request.method} {plan.path}", plan.handler, envelope, exchange)
        began_us = world.now_us
        answer = self._within(plan, request, segments, began_us)
        exchange.status, exchange.failure, exchange.called = answer.status, answer.failure, request.is_handled
        here = HERE.get(None)
        if here is None or here[1] is None:
            world.now_us = world.base_us  # the test itself takes no virtual time
            world.raise_refused()
        return answer

    def _within(self, plan: EndpointPlan, request: Request, segments: list[str], began_us: int) -> Response:
        """The answer, or what a gateway says in its place: the function died, or took too long."""
        world = self._world
        deadline_us = began_us + round(plan.timeout_s * US)
        try:
            answer = self.serves[plan.handler](request, segments)
            if world.now_us <= deadline_us:
                return answer
        except TimedOut:
            pass
        except SystemExit:
            failure = Failure("Crashed", "the function ended its own process", 1)
            return as_asked(request, died(failure, 502, "the function died"))
        except Abandoned:
            failure = Failure("Crashed", "the function died without an answer", 1)
            return as_asked(request, died(failure, 502, "the function died"))
        world.now_us = max(deadline_us, world.base_us)
        failure = Failure("TimeoutError", f"no answer within {plan.timeout_s:g} s", 1)
        return as_asked(request, died(failure, 504, failure.text))
