"""Which endpoint answers a request: for clouds that send the requests of all endpoints to one place, and in memory.

    path ── segments_of ──► 400 where it cannot be read ── route ──► 404 where there is none ──► endpoint

Any endpoint of a path answers for the methods that the path has not (405, OPTIONS, CORS): here its first one does.
"""

from __future__ import annotations

from cloudless.runtime.endpoint import NOT_FOUND, as_asked
from cloudless.runtime.problem import problem
from cloudless.runtime.route import BadPath, Route, routes, segments_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cloudless.request import Request, Response
    from cloudless.runtime.endpoint import EndpointPlan

    Found = tuple[EndpointPlan, list[str]]
    """The plan of an endpoint, and the decoded segments of the path, as `Serve` wants them."""


class Router:
    """plans: of the endpoints. All that does not depend on the request is done here, once."""

    __slots__ = ("_keepers", "_literal", "_others", "_owners")

    def __init__(self, plans: Iterable[EndpointPlan]) -> None:
        found = [(Route(plan.path), plan) for plan in plans]
        self._keepers = {route.shape: plan for route, plan in reversed(found)}
        self._owners = {(route.shape, plan.method): plan for route, plan in found}
        kept = routes(plan.path for plan in self._keepers.values())
        self._literal = {route.path: route for route in kept if not route.parameters}
        self._others = [route for route in kept if route.parameters]

    def find(self, request: Request) -> Found | Response:
        """The endpoint of a request; the answer where none is asked."""
        path = request.path
        try:
            segments = segments_of(path)
        except BadPath as bad:
            return as_asked(request, problem(400, f"the path cannot be read: {bad}"))
        route = self._route(path, segments)
        if route is None:
            return as_asked(request, problem(404, NOT_FOUND))
        method = "GET" if request.method == "HEAD" else request.method
        return self._owners.get((route.shape, method)) or self._keepers[route.shape], segments

    def _route(self, path: str, segments: list[str]) -> Route | None:
        literal = self._literal.get("/".join(segments) if "%" in path else path)
        if literal is not None and ("%" not in path or literal.match(segments) is not None):
            return literal
        for route in self._others:
            if route.match(segments) is not None:
                return route
        return None
