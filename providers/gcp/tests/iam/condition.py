"""Conditions of members, as far as builds write them: equal and beginning texts of resources, joined by && and ||.

    holds('resource.name == "projects/p/databases/d"', "projects/p/databases/d")

https://cloud.google.com/iam/docs/conditions-attribute-reference. Only some services tell their resources' attributes;
of the others no condition on them holds: https://cloud.google.com/iam/docs/conditions-resource-attributes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tests.bridge import Unreadable

_TYPES: Sequence[tuple[str, str, str]] = (
    (r"projects/[^/]+/databases/[^/]+", "firestore.googleapis.com", "Database"),
    (r"projects/[^/]+/secrets/[^/]+", "secretmanager.googleapis.com", "Secret"),
    (r"projects/[^/]+/secrets/[^/]+/versions/[^/]+", "secretmanager.googleapis.com", "SecretVersion"),
    (r"projects/_/buckets/[^/]+", "storage.googleapis.com", "Bucket"),
    (r"projects/_/buckets/[^/]+/objects/.+", "storage.googleapis.com", "Object"),
)
"""What tells its attributes: resource names, services and types. Of all that we make, these alone."""
_TOKEN = re.compile(
    r"\s*(?:(?P<and>&&)|(?P<or>\|\|)|(?P<open>\()|(?P<close>\))"
    r"|resource\.(?P<attribute>name|type|service)\s*(?:==\s*\"(?P<equal>[^\"\\]*)\""
    r"|\.startsWith\(\s*\"(?P<start>[^\"\\]*)\"\s*\)))"
)


def check(expression: str) -> None:
    """Raise Unreadable for a condition of another form."""
    holds(expression, "nothing")


def holds(expression: str, resource: str) -> bool:
    """Whether a condition lets a request for a resource through."""
    parser = _Parser(expression, _attributes(resource))
    value = parser.either()
    parser.end()
    return value


def _attributes(resource: str) -> Mapping[str, str]:
    for pattern, service, kind in _TYPES:
        if re.fullmatch(pattern, resource):
            return {"name": resource, "service": service, "type": f"{service}/{kind}"}
    return {"name": "", "service": "", "type": ""}


class _Parser:
    """either > both > operand."""

    def __init__(self, text: str, attributes: Mapping[str, str]) -> None:
        self._text = text.strip()
        self._attributes = attributes
        self._at = 0

    def either(self) -> bool:
        value = self._both()
        while self._take("or"):
            value = self._both() or value
        return value

    def end(self) -> None:
        if self._at < len(self._text):
            raise self._unreadable()

    def _both(self) -> bool:
        value = self._operand()
        while self._take("and"):
            value = self._operand() and value
        return value

    def _operand(self) -> bool:
        if self._take("open"):
            value = self.either()
            if not self._take("close"):
                raise self._unreadable()
            return value
        found = _TOKEN.match(self._text, self._at)
        if found is None or not found["attribute"]:
            raise self._unreadable()
        self._at = found.end()
        told = self._attributes[found["attribute"]]
        return told == found["equal"] if found["equal"] is not None else bool(told) and told.startswith(found["start"])

    def _take(self, kind: str) -> bool:
        found = _TOKEN.match(self._text, self._at)
        if found is None or not found[kind]:
            return False
        self._at = found.end()
        return True

    def _unreadable(self) -> Unreadable:
        return Unreadable(f"the condition {self._text!r} at {self._text[self._at :]!r}")
