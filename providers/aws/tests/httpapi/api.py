"""HttpApi: one API in front of functions; HttpApis: the calls of API Gateway's own API that make them.

https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import count
from threading import Thread
from typing import Any, Protocol

from providers.aws.tests.httpapi import answer
from providers.aws.tests.httpapi.event import Api, decoded, event_of
from providers.aws.tests.httpapi.route import DEFAULT, BadRoute, RouteKey, find
from tests.hosting.http import Request, Response

PAYLOAD_MAX = 10 * 1_024 * 1_024
HEADERS_MAX = 10_240
"""Request line and headers together."""
TIMEOUT_MS = (50, 30_000)
STAGE = "$default"


class Refused(Exception):
    """API Gateway would refuse this."""


class Reply(Protocol):
    """Of a function."""

    @property
    def payload(self) -> bytes: ...
    @property
    def error(self) -> str: ...


Invoke = Callable[[str, bytes, str], Reply]
"""Invokes a function: its ARN as in the integration, the event, and the ARN of route and stage that asks.

Raises NotInvoked where it was not invoked: no permission, no such function, too busy.
"""


class NotInvoked(Exception):
    """Lambda said no."""


@dataclass(frozen=True, slots=True)
class Integration:
    """function: its ARN, with its alias. timeout_s: as long as API Gateway waits."""

    function: str
    timeout_s: float


@dataclass(slots=True)
class HttpApi:
    """told: what its events tell of it. routes: with their integrations. is_deployed: whether there is a stage."""

    told: Api
    region: str
    routes: dict[RouteKey, Integration] = field(default_factory=dict[RouteKey, Integration])
    is_deployed: bool = False

    def answer(self, request: Request, invoke: Invoke, now_s: Callable[[], float]) -> Response:
        """What a caller gets."""
        if sum(len(name) + len(value) for name, value in request.headers) + len(request.path) > HEADERS_MAX:
            return answer.HEADERS_TOO_LARGE
        if len(request.body) > PAYLOAD_MAX:
            return answer.TOO_LARGE
        found = find(self.routes, request.method, decoded(request.path)) if self.is_deployed else None
        if found is None:
            return answer.NOT_FOUND
        route, variables = found
        event = json.dumps(event_of(request, self.told, route, variables, now_s())).encode()
        integration = self.routes[route]
        asked = _begun(lambda: invoke(integration.function, event, self._source(route)))
        try:
            reply = asked.result(integration.timeout_s)
        except NotInvoked:
            return answer.ERROR
        except TimeoutError:  # the function goes on
            return answer.UNAVAILABLE
        return answer.ERROR if reply.error else answer.answered(reply.payload)

    def _source(self, route: RouteKey) -> str:
        """https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html."""
        what = route.text if route.text == DEFAULT else f"{route.method}{route.path}"
        return f"arn:aws:execute-api:{self.region}:{self.told.account}:{self.told.id}/{STAGE}/{what}"


def _begun(invoke: Callable[[], Reply]) -> Future[Reply]:
    """An invocation beside whoever waits for it, as long as it takes."""
    asked: Future[Reply] = Future()

    def carry_out() -> None:
        try:
            asked.set_result(invoke())
        except BaseException as problem:  # noqa: BLE001  (raised again where it is waited for)
            asked.set_exception(problem)

    Thread(target=carry_out, daemon=True).start()
    return asked


class HttpApis:
    """boto3's client of API Gateway v2, as far as builds make HTTP APIs with Lambda behind them."""

    def __init__(self, region: str, account: str) -> None:
        self.apis: dict[str, HttpApi] = {}
        self._region = region
        self._account = account
        self._integrations: dict[tuple[str, str], Integration] = {}
        self._numbers = count(1)

    def create_api(self, **params: Any) -> dict[str, Any]:
        _only(params, {"Name", "ProtocolType", "Description", "Tags", "DisableExecuteApiEndpoint"})
        if params["ProtocolType"] != "HTTP" or params.get("DisableExecuteApiEndpoint"):
            raise Refused(f"API {params['Name']}: this is a model of HTTP APIs with an endpoint of their own")
        id = f"api{next(self._numbers):07d}"
        domain = f"{id}.execute-api.{self._region}.amazonaws.com"
        self.apis[id] = HttpApi(Api(id, self._account, domain), self._region)
        return {"ApiId": id, "ApiEndpoint": f"https://{domain}", "Name": params["Name"], "ProtocolType": "HTTP"}

    def create_integration(self, **params: Any) -> dict[str, Any]:
        _only(
            params,
            {"ApiId", "IntegrationType", "IntegrationUri", "IntegrationMethod", "PayloadFormatVersion",
             "TimeoutInMillis", "ConnectionType", "Description"},
        )  # fmt: skip
        self._api(params)
        timeout_ms = params.get("TimeoutInMillis", TIMEOUT_MS[1])
        if not TIMEOUT_MS[0] <= timeout_ms <= TIMEOUT_MS[1]:
            raise Refused(f"TimeoutInMillis {timeout_ms}: {TIMEOUT_MS[0]} to {TIMEOUT_MS[1]}")
        if params["IntegrationType"] != "AWS_PROXY" or params.get("PayloadFormatVersion") != "2.0":
            raise Refused("this is a model of Lambda proxies of format 2.0")
        id = f"int{next(self._numbers):07d}"
        function = _function(params["IntegrationUri"])
        self._integrations[params["ApiId"], id] = Integration(function, timeout_ms / 1_000)
        return {**params, "IntegrationId": id}

    def create_route(self, **params: Any) -> dict[str, Any]:
        _only(params, {"ApiId", "RouteKey", "Target", "AuthorizationType", "ApiKeyRequired"})
        api = self._api(params)
        if params.get("AuthorizationType", "NONE") != "NONE" or params.get("ApiKeyRequired"):
            raise Refused(f"route {params['RouteKey']}: this is a model without authorisers")
        try:
            key = RouteKey.read(params["RouteKey"])
        except BadRoute as problem:
            raise Refused(str(problem)) from problem
        if key in api.routes:
            raise Refused(f"ConflictException: route with key {key.text} already exists for this API")
        target = params["Target"].removeprefix("integrations/")
        if (params["ApiId"], target) not in self._integrations:
            raise Refused(f"NotFoundException: invalid integration identifier {params['Target']}")
        api.routes[key] = self._integrations[params["ApiId"], target]
        return {**params, "RouteId": f"route{next(self._numbers):07d}"}

    def create_stage(self, **params: Any) -> dict[str, Any]:
        _only(
            params,
            {"ApiId", "StageName", "AutoDeploy", "AccessLogSettings", "DefaultRouteSettings", "Tags", "Description"},
        )
        if params["StageName"] != STAGE or not params.get("AutoDeploy"):
            raise Refused(f"stage {params['StageName']}: this is a model of the stage {STAGE}, deployed by itself")
        self._api(params).is_deployed = True
        return {**params}

    def _api(self, params: Mapping[str, Any]) -> HttpApi:
        if params["ApiId"] not in self.apis:
            raise Refused(f"NotFoundException: invalid API identifier {params['ApiId']}")
        return self.apis[params["ApiId"]]


def _function(uri: str) -> str:
    """The function of an integration: its ARN by itself, or in the path of Lambda's API."""
    _, found, rest = uri.partition(":lambda:path/2015-03-31/functions/")
    function = rest.removesuffix("/invocations") if found else uri
    if ":function:" not in function:
        raise Refused(f"IntegrationUri {uri!r}: no function")
    return function


def _only(params: Mapping[str, Any], known: set[str]) -> None:
    strange = sorted(params.keys() - known)
    if strange:
        raise Refused(f"{strange}: this model does not know what they do")
