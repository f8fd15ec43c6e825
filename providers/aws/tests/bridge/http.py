"""HTTP APIs of API Gateway as Terraform makes them.

May import: the standard library.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from providers.aws.tests.bridge.aws import Aws
from providers.aws.tests.bridge.function import invoked_by
from providers.aws.tests.bridge.made import Api, Route
from providers.aws.tests.bridge.policy import Request, Service
from tests.bridge import Kind, Unreadable, block, known, must, words

GATEWAY = Service("apigateway.amazonaws.com")
INVOKE = "lambda:InvokeFunction"
_KEY = re.compile(r"(?P<method>ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT) (?P<path>/\S*)|\$default")
_SEGMENT = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%-]+|\{[A-Za-z0-9_.:-]+\}")
_GREEDY = re.compile(r"\{[A-Za-z0-9_.:-]+\+\}")
"""https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html"""
TIMEOUT_MS = (50, 30_000)
"""https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html"""


def _api(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    must(arguments["protocol_type"] == "HTTP", address, f"protocol {arguments['protocol_type']!r}")
    answer = aws.call(
        address,
        "apigatewayv2",
        "CreateApi",
        Name=arguments["name"],
        ProtocolType="HTTP",
        Description=arguments.get("description"),
        DisableExecuteApiEndpoint=arguments.get("disable_execute_api_endpoint"),
    )
    id = answer["ApiId"]
    execution_arn = aws.arn("execute-api", id)
    aws.apis[id] = Api(id, execution_arn, answer["ApiEndpoint"])
    arn = f"arn:{aws.partition}:apigateway:{aws.region}::/apis/{id}"
    return {"id": id, "arn": arn, "execution_arn": execution_arn, "api_endpoint": answer["ApiEndpoint"]}


def _of(aws: Aws, address: str, arguments: Mapping[str, Any]) -> Api:
    must(arguments["api_id"] in aws.apis, address, f"no API {arguments['api_id']!r}")
    return aws.apis[arguments["api_id"]]


def _integration(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    api, uri = _of(aws, address, arguments), arguments["integration_uri"]
    function = uri if uri.startswith("arn:") and ":function:" in uri and "/" not in uri else invoked_by(uri)
    must(function, address, f"{uri!r} is not how a function is called")
    aws.function_at(address, function)
    must(arguments["integration_type"] == "AWS_PROXY", address, f"type {arguments['integration_type']!r}")
    must(arguments.get("payload_format_version") == "2.0", address, "payloads are not of format 2.0")
    timeout_ms = arguments.get("timeout_milliseconds", TIMEOUT_MS[1])
    must(TIMEOUT_MS[0] <= timeout_ms <= TIMEOUT_MS[1], address, f"a time-out of {timeout_ms} ms")
    id = aws.call(
        address,
        "apigatewayv2",
        "CreateIntegration",
        ApiId=api.id,
        IntegrationType="AWS_PROXY",
        IntegrationMethod=arguments.get("integration_method"),
        IntegrationUri=uri,
        PayloadFormatVersion="2.0",
        TimeoutInMillis=timeout_ms,
    )["IntegrationId"]
    api.integrations[id] = (function, timeout_ms)
    return {"id": id}


def _route(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    api, key, target = _of(aws, address, arguments), arguments["route_key"], arguments["target"]
    _check_key(address, key)
    must(key not in api.routes, address, f"route {key} is there already")
    integration = target.removeprefix("integrations/")
    must(target != integration and integration in api.integrations, address, f"no {target!r}")
    answer = aws.call(address, "apigatewayv2", "CreateRoute", ApiId=api.id, RouteKey=key, Target=target)
    function, timeout_ms = api.integrations[integration]
    api.routes[key] = Route(key, function, timeout_ms)
    return {"id": answer["RouteId"]}


def _check_key(address: str, key: str) -> None:
    """A method and a path of plain segments and parameters, of which only the last may take the rest."""
    found = _KEY.fullmatch(key)
    must(found, address, f"route key {key!r}")
    assert found
    path = found["path"] or "/"
    *before, last = path[1:].split("/")
    must(all(map(_SEGMENT.fullmatch, before)), address, f"route key {key!r}")
    must(not last or _SEGMENT.fullmatch(last) or _GREEDY.fullmatch(last), address, f"route key {key!r}")


def _stage(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    api, name = _of(aws, address, arguments), arguments["name"]
    must(
        name == "$default" and arguments.get("auto_deploy") is True,
        address,
        f"stage {name!r} is not deployed by itself",
    )
    settings = block(address, arguments, "default_route_settings")
    known(address, settings, words("throttling_burst_limit throttling_rate_limit detailed_metrics_enabled"))
    there = {
        "ThrottlingBurstLimit": settings.get("throttling_burst_limit"),
        "ThrottlingRateLimit": settings.get("throttling_rate_limit"),
        "DetailedMetricsEnabled": settings.get("detailed_metrics_enabled"),
    }
    given = {setting: value for setting, value in there.items() if value is not None}
    aws.call(
        address,
        "apigatewayv2",
        "CreateStage",
        ApiId=api.id,
        StageName=name,
        AutoDeploy=True,
        DefaultRouteSettings=given or None,
        AccessLogSettings=_access_log(address, arguments),
    )
    api.stages.add(name)
    return {"id": name, "invoke_url": f"{api.endpoint}/", "execution_arn": f"{api.execution_arn}/{name}"}


def _access_log(address: str, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
    given = block(address, arguments, "access_log_settings")
    known(address, given, words("destination_arn format"))
    return {"DestinationArn": given["destination_arn"], "Format": given["format"]} if given else None


def may_invoke(aws: Aws, api: Api, route: Route) -> bool:
    """Whether an API may call the function of a route.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    if not api.stages:
        raise Unreadable(f"API {api.id} has no stage")
    method, _, path = route.key.partition(" ")
    source = f"{api.execution_arn}/$default/{'*' if method == 'ANY' else method}{path}"
    context = {"aws:SourceArn": source, "aws:SourceAccount": aws.account}
    return aws.access.decide(Request(INVOKE, route.function, GATEWAY, context)).allowed


KINDS: Mapping[str, Kind[Aws]] = {
    "aws_apigatewayv2_api": Kind(
        _api, words("name protocol_type description disable_execute_api_endpoint"), words("tags")
    ),
    "aws_apigatewayv2_integration": Kind(
        _integration,
        words("api_id integration_type integration_method integration_uri payload_format_version timeout_milliseconds"),
        words("description"),
    ),
    "aws_apigatewayv2_route": Kind(_route, words("api_id route_key target")),
    "aws_apigatewayv2_stage": Kind(
        _stage, words("api_id name auto_deploy default_route_settings access_log_settings"), words("tags")
    ),
}
