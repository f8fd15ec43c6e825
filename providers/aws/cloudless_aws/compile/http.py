"""HTTP endpoints: one HTTP API, with a route and a function each. Our runtime decides everything that a caller sees.

    POST /orders        → the function of the endpoint
    GET, HEAD /…        → the function of the GET endpoint
    ANY /orders         → the first endpoint of the path, which answers for the methods that it has not (405, OPTIONS)
    DELETE /items/new   → the same, where there is a DELETE /items/{id} that would take it

Paths that differ in the names of their parameters alone are one path; each endpoint reads what was sent by itself.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from cloudless.compiler import digest_of
from cloudless.ir import Endpoint
from cloudless.runtime.route import Route
from cloudless_aws.compile.lambda_function import alias_of
from cloudless_aws.names import ALIAS

if TYPE_CHECKING:
    from cloudless_aws.compile.ground import Ground

API = "http"
"""Label of the API and of its stage."""
ANSWER_MS = 30_000
"""The longest: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html."""


def http(ground: Ground) -> None:
    """The API, where there are endpoints."""
    if not ground.application.endpoints:
        return
    document = ground.document
    made = document.resource("aws_apigatewayv2_api", API, {"name": ground.prefix, "protocol_type": "HTTP"})
    document.resource("aws_apigatewayv2_stage", API, {"api_id": made["id"], "name": "$default", "auto_deploy": True})
    for endpoint in ground.application.endpoints:
        _endpoint(ground, endpoint, made["id"], made["execution_arn"])
    for label, key, handler in routes(ground.application.endpoints):
        target = document.address("aws_apigatewayv2_integration", handler)
        arguments = {
            "api_id": made["id"],
            "route_key": key,
            "target": f"integrations/{target['id']}",
            "depends_on": [str(document.address("aws_lambda_permission", handler))],
        }
        document.resource("aws_apigatewayv2_route", label, arguments, owner=ground.handler_owner(handler))


def routes(endpoints: Sequence[Endpoint]) -> Iterator[tuple[str, str, str]]:
    """Label, key and handler of every route.

    Called by what they match: a path that another handler answers from now on keeps its route, which is told of that.
    """
    first: dict[str, Endpoint] = {}
    methods: dict[str, set[str]] = {}
    for one in endpoints:
        shape = Route(one.path).shape
        first.setdefault(shape, one)
        methods.setdefault(shape, set()).add(one.method)
    for one in endpoints:
        shape = Route(one.path).shape
        path = first[shape].path
        yield _label(one.method, shape), f"{one.method} {path}", one.handler
        if one.method == "GET" and "HEAD" not in methods[shape]:
            yield _label("HEAD", shape), f"HEAD {path}", one.handler
    for shape, one in first.items():
        for method in (*sorted(_wider(shape, methods) - _answered(methods[shape])), "ANY"):
            yield _label(method, shape), f"{method} {one.path}", one.handler


def _label(method: str, shape: str) -> str:
    """As Terraform knows a route: get-orders-1a2b3c."""
    words = "-".join(re.findall("[A-Za-z0-9]+", shape))
    return "-".join(filter(None, (method.lower(), words, digest_of(shape))))


def _wider(shape: str, methods: Mapping[str, set[str]]) -> set[str]:
    """Methods of paths that match all that a path does, and more: /items/{} of /items/new.

    Which route takes DELETE /items/new, when there are "ANY /items/new" and "DELETE /items/{id}", is nowhere written.
    """
    found = {
        method for other, known in methods.items() if other != shape and _is_wider(other, shape) for method in known
    }
    return _answered(found)


def _answered(methods: set[str]) -> set[str]:
    """A GET endpoint answers HEAD."""
    return {*methods, "HEAD"} if "GET" in methods else methods


def _is_wider(other: str, shape: str) -> bool:
    mine, theirs = shape.split("/"), other.split("/")
    return len(mine) == len(theirs) and all(one in {"{}", own} for own, one in zip(mine, theirs, strict=True))


def _endpoint(ground: Ground, endpoint: Endpoint, api: str, execution_arn: str) -> None:
    """The integration of an endpoint, and that the API may call its function."""
    alias, owner = alias_of(ground, endpoint.handler), ground.handler_owner(endpoint.handler)
    ground.document.resource(
        "aws_apigatewayv2_integration",
        endpoint.handler,
        {
            "api_id": api,
            "integration_type": "AWS_PROXY",
            "integration_uri": alias["invoke_arn"],
            "payload_format_version": "2.0",
            "timeout_milliseconds": ANSWER_MS,
            "lifecycle": {"create_before_destroy": True},  # none goes that a route still names
        },
        owner=owner,
    )
    ground.document.resource(
        "aws_lambda_permission",
        endpoint.handler,
        {
            "statement_id": "http",
            "action": "lambda:InvokeFunction",
            "function_name": alias["function_name"],
            "qualifier": ALIAS,
            "principal": "apigateway.amazonaws.com",
            "source_arn": f"{execution_arn}/*/*",
        },
    )
