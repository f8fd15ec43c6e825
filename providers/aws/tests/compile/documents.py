"""Applications, and what the compiler for AWS makes of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cloudless.codec import is_list, is_object
from cloudless.config import Stage
from cloudless_aws import PROVIDER
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

REGION, ACCOUNT = "eu-central-1", "123456789012"


def prod(**changes: Any) -> Stage:
    """A stage on AWS."""
    return Stage.model_validate({"name": "prod", "provider": "aws", "region": REGION, **changes})


DOCUMENTS = Documents(PROVIDER, prod(), layered=True)
compiled, document = DOCUMENTS.compiled, DOCUMENTS.document
resources, write = DOCUMENTS.resources, DOCUMENTS.write

_JSON = re.compile(r"\$\{jsonencode\((.+)\)\}")
_FIELDS = re.compile(r"\{(\w+) = ([^,]+), (\w+) = (\d+)\}")
_REFERENCE = re.compile(r"\$\{(?:aws_(?P<type>\w+)\.(?P<label>[\w-]+)\.(?P<what>\w+)|(?P<other>[\w.]+))\}")
_ARNS = {
    "sqs_queue": ("sqs", "{name}"),
    "sns_topic": ("sns", "{name}"),
    "dynamodb_table": ("dynamodb", "table/{name}"),
    "secretsmanager_secret": ("secretsmanager", "secret:{name}-a1B2c3"),
    "cloudwatch_log_group": ("logs", "log-group:{name}"),
    "iam_role": ("iam", "role/{name}"),
    "lambda_function": ("lambda", "function:{name}"),
}
"""Service and resource of an ARN, by type; what is global has no region."""


def settled(made: Mapping[str, Any], value: Any) -> Any:
    """A part of a document with the names and ARNs that its references will stand for."""
    if isinstance(value, str):
        return _REFERENCE.sub(lambda found: _settled(made, found), value)
    if is_list(value):
        return [settled(made, one) for one in value]
    if is_object(value):
        return {key: settled(made, one) for key, one in value.items()}
    return value


def encoded(made: Mapping[str, Any], text: str) -> Any:
    """What a JSON text will hold: of `${jsonencode(local.…)}`, or of a redrive policy."""
    found = _JSON.fullmatch(text)
    assert found, text
    if found[1].startswith("local."):
        return settled(made, made["locals"][found[1].removeprefix("local.")])
    fields = _FIELDS.fullmatch(found[1])
    assert fields, text
    return {fields[1]: settled(made, f"${{{fields[2]}}}"), fields[3]: int(fields[4])}


def policies(made: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every policy of a document by its address, trust policies and policies of queues included."""
    for type, argument in _POLICIES:
        for label, one in made["resource"].get(type, {}).items():
            yield f"{type}.{label}.{argument}", encoded(made, one[argument])


_POLICIES = (
    ("aws_iam_role_policy", "policy"),
    ("aws_iam_policy", "policy"),
    ("aws_iam_role", "assume_role_policy"),
    ("aws_sqs_queue_policy", "policy"),
)


def _settled(made: Mapping[str, Any], found: re.Match[str]) -> str:
    if found["other"]:
        if found["other"] == "local.account":
            return ACCOUNT
        assert found["other"] == "var.region", found[0]
        return str(made["variable"]["region"].get("default", REGION))
    one = made["resource"][f"aws_{found['type']}"][found["label"]]
    name = str(settled(made, one.get("name") or one.get("function_name")))
    if found["what"] != "arn":
        return name
    service, resource = _ARNS[found["type"]]
    region = "" if service == "iam" else REGION
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{resource.format(name=name)}"


__all__ = [
    "ACCOUNT",
    "CONFORMANCE",
    "DOCUMENTS",
    "EVERYTHING",
    "EXAMPLES",
    "GOLDEN",
    "REGION",
    "ROOT",
    "compiled",
    "conformance",
    "document",
    "encoded",
    "example",
    "golden",
    "policies",
    "prod",
    "program",
    "resources",
    "settled",
    "tool",
    "write",
]
