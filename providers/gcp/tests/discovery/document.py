"""An API as its discovery document says it: methods by id, schemas by name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests import tools

VERSIONS = {
    "apigateway": "v1",
    "cloudfunctions": "v2",
    "cloudresourcemanager": "v1",
    "cloudscheduler": "v1",
    "cloudtasks": "v2",
    "firestore": "v1",
    "iam": "v1",
    "iamcredentials": "v1",
    "logging": "v2",
    "monitoring": "v3",
    "pubsub": "v1",
    "run": "v2",
    "secretmanager": "v1",
    "serviceusage": "v1",
    "storage": "v1",
    "workflowexecutions": "v1",
    "workflows": "v1",
}
"""The version of each API that we and Terraform's provider speak."""
_VARIABLE = re.compile(r"\{(\+?)(\w+)\}")


@dataclass(frozen=True, slots=True)
class Method:
    """id: without the API's name, "projects.topics.publish". path: what request paths match, without the first slash.

    parameters: of path and query, by name, as the document has them. request, response: names of schemas; "" for none.
    """

    service: str
    id: str
    verb: str
    path: re.Pattern[str]
    template: str
    parameters: Mapping[str, Mapping[str, Any]]
    request: str
    response: str

    def in_path(self) -> list[str]:
        """The parameters that stand in the path."""
        return [name for name, one in self.parameters.items() if one["location"] == "path"]


@dataclass(frozen=True, slots=True)
class Document:
    """methods: by id. schemas: by name. common: parameters of the query that every method takes."""

    service: str
    host: str
    methods: Mapping[str, Method]
    schemas: Mapping[str, Mapping[str, Any]]
    common: Mapping[str, Mapping[str, Any]]


def document(service: str) -> Document:
    """Of an API by its name, e.g. "pubsub". Without the kit the running test is skipped."""
    return _read(tools.require("google-discovery"), service)


@cache
def _read(folder: Path, service: str) -> Document:
    text: Any = json.loads((folder / f"{service}.{VERSIONS[service]}.json").read_text("utf-8"))
    base = text.get("servicePath", "")
    methods = {one.id: one for one in (_method(service, base, body) for body in _methods(text))}
    host = text["rootUrl"].removeprefix("https://").rstrip("/")
    return Document(service, host, methods, text["schemas"], text.get("parameters", {}))


def _methods(part: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from part.get("methods", {}).values()
    for inner in part.get("resources", {}).values():
        yield from _methods(inner)


def _method(service: str, base: str, body: Mapping[str, Any]) -> Method:
    parameters: Mapping[str, Mapping[str, Any]] = body.get("parameters", {})
    template = f"{base}{body['path']}"
    return Method(
        service=service,
        id=body["id"].partition(".")[2],
        verb=body["httpMethod"],
        path=re.compile(_pattern(template, parameters)),
        template=template,
        parameters=parameters,
        request=body.get("request", {}).get("$ref", ""),
        response=body.get("response", {}).get("$ref", ""),
    )


def _pattern(template: str, parameters: Mapping[str, Mapping[str, Any]]) -> str:
    """A regular expression of paths: `{+name}` as its parameter's pattern says, `{name}` one segment.

    What stands behind a colon at the end is a verb: https://google.aip.dev/127.
    """
    found, at = "", 0
    for variable in _VARIABLE.finditer(template):
        many, name = variable.groups()
        inner = str(parameters[name].get("pattern", "^.+$" if many else "^[^/]+$"))
        found += f"{re.escape(template[at : variable.start()])}(?P<{name}>{inner.removeprefix('^').removesuffix('$')})"
        at = variable.end()
    rest = re.escape(template[at:])
    return f"{found.removesuffix('[^/]+)')}[^/:]+)" if not rest and found.endswith("[^/]+)") else found + rest
