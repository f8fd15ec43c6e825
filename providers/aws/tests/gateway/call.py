"""A request of an SDK, as service, operation and parameters: by botocore's models of the services' protocols.

https://smithy.io/2.0/aws/protocols/index.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, unquote

from tests.hosting.http import Request

_CREDENTIAL = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/]+)/\d{8}/([^/]+)/([^/]+)/aws4_request,")
_MODELS = {"states": "stepfunctions"}
"""botocore's names of services, where they sign as another."""
_LABEL = re.compile(r"\{(\w+)\+?\}")


class NoCall(Exception):
    """What came is no signed request of a service's API."""


@dataclass(frozen=True, slots=True)
class Call:
    """key: access key. service: as it signs. params: as boto3's; of the query protocol flat, as they came.

    payload: the body of an operation whose body is no parameters, e.g. of lambda's Invoke.
    """

    key: str
    region: str
    service: str
    operation: str
    params: Mapping[str, Any]
    request: Request = field(repr=False)

    @property
    def payload(self) -> bytes:
        return self.request.body


def read(request: Request) -> Call:
    """Raises NoCall."""
    signed = _CREDENTIAL.match(request.header("authorization"))
    if signed is None:
        raise NoCall(f"{request.method} {request.path} is not signed")
    key, region, service = signed.groups()
    target = request.header("x-amz-target")
    if target:
        return Call(key, region, service, target.rpartition(".")[2], json.loads(request.body or b"{}"), request)
    if request.header("content-type").startswith("application/x-www-form-urlencoded"):
        params = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        return Call(key, region, service, params.pop("Action"), params, request)
    operation, params = _by_path(service, request)
    return Call(key, region, service, operation, params, request)


def _by_path(service: str, request: Request) -> tuple[str, dict[str, Any]]:
    for one in _operations(_MODELS.get(service, service)):
        found = one.pattern.fullmatch(request.path) if one.method == request.method else None
        if found:
            labels = {name: unquote(value) for name, value in found.groupdict().items()}
            query = {one.query.get(name, name): value for name, value in parse_qsl(request.query)}
            body: dict[str, Any] = json.loads(request.body) if request.body and not one.is_blob else {}
            return one.name, {**body, **query, **labels}
    raise NoCall(f"{service}: {request.method} {request.path} is no operation")


@dataclass(frozen=True, slots=True)
class _Operation:
    """query: names of parameters by their names in the query. is_blob: whether the body is a payload of its own."""

    name: str
    method: str
    pattern: re.Pattern[str]
    query: Mapping[str, str]
    is_blob: bool


@cache
def _operations(service: str) -> list[_Operation]:
    model: Any = import_module("botocore.session").get_session().get_service_model(service)
    return [_operation(model.operation_model(name)) for name in model.operation_names]


def _operation(model: Any) -> _Operation:
    path = model.http["requestUri"].partition("?")[0]
    pattern = re.compile(_LABEL.sub(r"(?P<\1>[^/]+)", path))
    members: Mapping[str, Any] = model.input_shape.members if model.input_shape else {}
    query = {
        shape.serialization.get("name", name): name
        for name, shape in members.items()
        if shape.serialization.get("location") == "querystring"
    }
    payload = model.input_shape.serialization.get("payload") if model.input_shape else None
    return _Operation(model.name, model.http["method"], pattern, query, payload is not None)
