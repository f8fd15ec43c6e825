"""HTTP endpoints: one API Gateway over the functions. Our runtime decides everything that a caller sees.

    every path, each method         → the function of the endpoint
    methods that a path has not     → the first endpoint of the path, which answers for them (405, OPTIONS)

Paths that differ in the names of their parameters alone are one path; each endpoint reads what was sent by itself. The
gateway is an OpenAPI document, which is for good: a changed one is another configuration, made before the old one goes.
https://cloud.google.com/api-gateway/docs/openapi-overview
https://cloud.google.com/api-gateway/docs/passing-data
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cloudless.compiler.pretty import pretty
from cloudless.ir import Endpoint
from cloudless.runtime.route import Route
from cloudless_gcp import names
from cloudless_gcp.compile import need
from cloudless_gcp.compile.account import account, label_of
from cloudless_gcp.compile.ground import BETA
from cloudless_gcp.compile.permission import member, on_service
from cloudless_gcp.compile.service import CONTROL, GATEWAY, MANAGEMENT
from cloudless_gcp.limits import GATEWAY_REGIONS

if TYPE_CHECKING:
    from cloudless.compiler import Address
    from cloudless_gcp.compile.ground import Ground

API = "http"
"""Label of the API, of its configuration and of the gateway."""
PATH = "openapi.json"
ANSWER_S = 30.0
"""How long the gateway waits for a function: the contract's 29 s, and a margin.

https://cloud.google.com/api-gateway/docs/quotas
"""
METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
"""Those that OpenAPI 2.0 has: https://swagger.io/specification/v2/#path-item-object."""
_PARAMETER = re.compile(r"\{([^}]+)\}")


def http(ground: Ground) -> None:
    """The API, its configuration and its gateway, where there are endpoints."""
    if not ground.application.endpoints:
        return
    document, id = ground.document, names.api_id(ground.place)
    for service in (MANAGEMENT, CONTROL):
        ground.of(service)
    ready = [str(document.address("google_project_service", one)) for one in (MANAGEMENT, CONTROL)]
    project = _project(ground)
    api = document.resource("google_api_gateway_api", API, {**project, "api_id": id, "depends_on": ready})
    config = _configured(ground, api)
    gateway = {"api_config": config["id"], "gateway_id": id, "region": region_of(ground.region)}
    document.resource("google_api_gateway_gateway", API, {**project, **gateway})


def _project(ground: Ground) -> dict[str, str]:
    return {"provider": BETA, **ground.of(GATEWAY)}


def _configured(ground: Ground, api: Address) -> Address:
    """The configuration, which calls functions as an account of its own."""
    who = account(ground, names.GATEWAY, comment="as whom API Gateway calls functions")
    contents = f'${{filebase64("${{path.module}}/{PATH}")}}'
    return ground.document.resource(
        "google_api_gateway_api_config",
        API,
        {
            **_project(ground),
            "api": api["api_id"],
            "api_config_id_prefix": names.api_config_prefix(ground.place),
            "openapi_documents": [{"document": {"path": PATH, "contents": contents}}],
            "gateway_config": {"backend_config": {"google_service_account": who["email"]}},
            "lifecycle": {"create_before_destroy": True},
            "depends_on": _calls(ground, who["member"]),
        },
    )


def _calls(ground: Ground, who: str) -> list[str]:
    """That the gateway may call each endpoint."""
    why = ("ours: what comes through API Gateway",)
    made: list[str] = []
    for one in ground.application.endpoints:
        label, on = label_of(names.GATEWAY, "calls", one.handler), on_service(ground, one.handler)
        made.append(str(member(ground, label, on, role=need.INVOKER, who=who, why=why)))
    return made


def openapi(ground: Ground) -> bytes:
    """The OpenAPI document of all endpoints."""
    application = ground.application
    found: dict[str, dict[str, Any]] = {}
    for path, handlers in paths(application.endpoints).items():
        found[path] = {method: _operation(ground, path, method, handler) for method, handler in handlers.items()}
    title = f"{application.name}, {ground.stage.name}"
    return pretty(
        {
            "swagger": "2.0",
            "info": {"title": title, "version": "1"},
            "schemes": ["https"],
            "produces": ["application/json"],
            "paths": found,
        }
    )


def paths(endpoints: Sequence[Endpoint]) -> dict[str, dict[str, str]]:
    """By path and method, the handler: every method of every path, since a path that matches more has others."""
    first: dict[str, Endpoint] = {}
    own: dict[str, dict[str, str]] = {}
    for one in endpoints:
        shape = Route(one.path).shape
        first.setdefault(shape, one)
        own.setdefault(shape, {})[one.method.lower()] = one.handler
    for methods in own.values():
        if "get" in methods:
            methods.setdefault("head", methods["get"])
    return {one.path: {name: own[shape].get(name, one.handler) for name in METHODS} for shape, one in first.items()}


def _operation(ground: Ground, path: str, method: str, handler: str) -> dict[str, Any]:
    unit = next(one for one in ground.units if one.handler == handler)
    url = names.url_of(ground.place, unit.function)
    parameters = [{"name": name, "in": "path", "required": True, "type": "string"} for name in _PARAMETER.findall(path)]
    return {
        "operationId": _operation_id(path, method),
        **({"parameters": parameters} if parameters else {}),
        "x-google-backend": {
            "address": url,
            "jwt_audience": url,
            "path_translation": "APPEND_PATH_TO_ADDRESS",
            "deadline": ANSWER_S,
        },
        "responses": {"default": {"description": "what the function answers"}},
    }


def _operation_id(path: str, method: str) -> str:
    """Unique, letters and digits and underscores: post_orders_id_1a2b3c."""
    from cloudless.compiler import digest_of

    words = "_".join(re.findall("[A-Za-z0-9]+", path))
    return "_".join(filter(None, (method, words, digest_of(path))))


def region_of(region: str) -> str:
    """Where the gateway is: the region itself where API Gateway is there, else the next one of the same continent."""
    if region in GATEWAY_REGIONS:
        return region
    continent = region.partition("-")[0]
    return next(
        (one for one in GATEWAY_REGIONS if one.startswith(f"{continent}-")), _NEAR.get(continent, "us-central1")
    )


_NEAR = {"africa": "europe-west1", "me": "europe-west1", "northamerica": "us-east1", "southamerica": "us-east1"}
"""Of continents that have none."""
