"""Applications, and what the compiler for Google Cloud makes of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from cloudless.codec import is_list, is_object
from cloudless.config import Stage
from cloudless_gcp import PROVIDER
from tests.documents import (
    CONFORMANCE,
    EVERYTHING,
    EXAMPLES,
    GOLDEN,
    ROOT,
    Documents,
    conformance,
    example,
    golden,
    program,
    tool,
)

PROJECT, REGION = "shop-123456", "europe-west1"


def prod(**changes: Any) -> Stage:
    """A stage on Google Cloud. changes: of its keys; None leaves one out."""
    said = {"name": "prod", "provider": "gcp", "project": PROJECT, "region": REGION, **changes}
    return Stage.model_validate({key: value for key, value in said.items() if value is not None})


DOCUMENTS = Documents(PROVIDER, prod())
compiled, document = DOCUMENTS.compiled, DOCUMENTS.document
resources, write = DOCUMENTS.resources, DOCUMENTS.write

_REFERENCE = re.compile(r"\$\{(google_\w+)\.([\w-]+)\.(\w+)\}")
_LOCAL = re.compile(r"\$\{local\.([\w-]+)\}")
_EACH = "${each.value}"
_FORMS = {
    ("google_pubsub_topic", "id"): "projects/{project}/topics/{name}",
    ("google_secret_manager_secret", "id"): "projects/{project}/secrets/{secret_id}",
    ("google_service_account", "email"): "{account_id}@{project}.iam.gserviceaccount.com",
    ("google_service_account", "member"): "serviceAccount:{account_id}@{project}.iam.gserviceaccount.com",
    ("google_service_account", "name"): (
        "projects/{project}/serviceAccounts/{account_id}@{project}.iam.gserviceaccount.com"
    ),
    ("google_artifact_registry_repository", "name"): "{repository_id}",
    ("google_project_service_identity", "member"): "agent of {service}",
}
"""What an attribute will be that the provider makes of arguments."""


def settled(made: Mapping[str, Any], value: Any) -> Any:
    """A part of a document with what its references will stand for."""
    if isinstance(value, str):
        return _REFERENCE.sub(lambda found: _settled(made, found), value)
    if is_list(value):
        return [settled(made, one) for one in value]
    if is_object(value):
        return {key: settled(made, one) for key, one in value.items()}
    return value


def _settled(made: Mapping[str, Any], found: re.Match[str]) -> str:
    type, label, what = found.groups()
    one = made["resource"][type][label]
    form = _FORMS.get((type, what))
    if form is None:
        return str(settled(made, one[what]))
    return form.format(**{key: settled(made, value) for key, value in one.items() if isinstance(value, str)})


Member = tuple[str, str, str]
"""Who, the role, and on what: a name, or the database of a condition."""


def members(made: Mapping[str, Any]) -> Iterator[Member]:
    """Every member that a document adds to a policy, those for callers by the variable left out."""
    for type, labels in made["resource"].items():
        if not type.endswith("_iam_member"):
            continue
        for one in labels.values():
            for value in _values(made, one.get("for_each")):
                yield _member(made, json.loads(json.dumps(one).replace(_EACH, value)))


def _values(made: Mapping[str, Any], each: str | None) -> list[str]:
    if each is None:
        return [""]
    local = _LOCAL.fullmatch(each)
    return list(made["locals"][local[1]].values()) if local else []


def _member(made: Mapping[str, Any], one: Mapping[str, Any]) -> Member:
    said = settled(made, {key: value for key, value in one.items() if key not in {"depends_on", "for_each", "//"}})
    places = ("topic", "subscription", "name", "secret_id", "service_account_id", "repository")
    on = next((said[key] for key in places if key in said), "project")
    return said["member"], said["role"], said.get("condition", {}).get("expression", on)


__all__ = [
    "CONFORMANCE",
    "DOCUMENTS",
    "EVERYTHING",
    "EXAMPLES",
    "GOLDEN",
    "PROJECT",
    "REGION",
    "ROOT",
    "Member",
    "compiled",
    "conformance",
    "document",
    "example",
    "golden",
    "members",
    "prod",
    "program",
    "resources",
    "settled",
    "tool",
    "write",
]
