"""Secrets of a project."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from providers.gcp.tests.errors import ApiError

NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
VALUE_MAX = 65_536
"""https://cloud.google.com/secret-manager/quotas#content_limits"""
LATEST = "latest"
_POLYNOMIAL = 0x82F63B78
_VERSION = re.compile(r"(projects/[^/]+/secrets/[^/]+)/versions/(latest|[1-9][0-9]*)")


@dataclass(slots=True)
class _Secret:
    """versions: values from number 1 on; None for one that is disabled."""

    name: str
    versions: list[bytes | None] = field(default_factory=list[bytes | None])


class Secrets:
    """Secrets by full name. reads: names of versions that were asked for. Safe from several threads."""

    def __init__(self) -> None:
        self._secrets: dict[str, _Secret] = {}
        self.reads: list[str] = []

    @property
    def names(self) -> list[str]:
        return list(self._secrets)

    def put(self, name: str, value: bytes) -> str:
        """Add a version, as `gcloud secrets versions add` does; returns its name."""
        secret = self._found(name)
        if len(value) > VALUE_MAX:
            raise ApiError("INVALID_ARGUMENT", f"The secret payload is longer than {VALUE_MAX:,} bytes.")
        secret.versions.append(value)
        return f"{secret.name}/versions/{len(secret.versions)}"

    def disable(self, name: str) -> None:
        """Disable the latest version."""
        self._found(name).versions[-1] = None

    def call(self, method: str, params: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        """A method by its id; raises ApiError."""
        operations: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], dict[str, Any]]] = {
            "projects.secrets.create": self._create,
            "projects.secrets.addVersion": self._add,
            "projects.secrets.versions.access": self._access,
        }
        if method not in operations:
            raise ApiError("UNIMPLEMENTED", f"secretmanager {method} is not in this model")
        return operations[method](params, body)

    def _create(self, params: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        id = str(params.get("secretId", ""))
        name = f"{params['parent']}/secrets/{id}"
        if not NAME.fullmatch(id):
            raise ApiError("INVALID_ARGUMENT", f"The provided Secret ID [{id}] does not match the expected format.")
        if len(body.get("replication", {})) != 1:
            raise ApiError("INVALID_ARGUMENT", "Secret.replication has to be there.")
        if name in self._secrets:
            raise ApiError("ALREADY_EXISTS", f"Secret [{name}] already exists.")
        self._secrets[name] = _Secret(name)
        return {"name": name, **body}

    def _add(self, params: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        version = self.put(str(params["parent"]), b64decode(body["payload"]["data"]))
        return {"name": version, "state": "ENABLED"}

    def _access(self, params: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        name = str(params["name"])
        self.reads.append(name)
        found = _VERSION.fullmatch(name)
        if found is None:
            raise ApiError("INVALID_ARGUMENT", f"The provided Secret Version ID [{name}] does not match.")
        secret = self._found(found[1])
        number = len(secret.versions) if found[2] == LATEST else int(found[2])
        if not 1 <= number <= len(secret.versions):
            raise ApiError("NOT_FOUND", f"Secret Version [{name}] not found.")
        value = secret.versions[number - 1]
        if value is None:
            raise ApiError("FAILED_PRECONDITION", f"Secret Version [{name}] is in DISABLED state.")
        payload = {"data": b64encode(value).decode(), "dataCrc32c": str(crc32c(value))}
        return {"name": f"{secret.name}/versions/{number}", "payload": payload}

    def _found(self, name: str) -> _Secret:
        if name not in self._secrets:
            raise ApiError("NOT_FOUND", f"Secret [{name}] not found or has no versions.")
        return self._secrets[name]


def crc32c(data: bytes) -> int:
    """Castagnoli's: https://cloud.google.com/secret-manager/docs/data-integrity."""
    found = 0xFFFFFFFF
    for byte in data:
        found ^= byte
        for _ in range(8):
            found = found >> 1 ^ (_POLYNOMIAL if found & 1 else 0)
    return found ^ 0xFFFFFFFF
