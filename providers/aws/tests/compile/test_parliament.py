"""What parliament says of policies: whether IAM has the actions, and what they can be allowed on."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from providers.aws.tests.compile.documents import CONFORMANCE, EXAMPLES, conformance, document, example, policies
from tests import tools

KNOWN = {
    (
        "states:DescribeExecution",
        "arn:*:states:*:*:express:*:*:*",
    ): "executions of Express workflows, which we have not",
    ("states:ListExecutions", "arn:*:states:*:*:mapRun:*/*:*"): "those of distributed maps, which we have not",
}
"""What parliament misses of actions that are on several kinds of resources, and why it is not allowed there."""


MACHINE = "arn:aws:states:eu-central-1:123456789012:stateMachine:a"


def findings(folder: Path, found: Mapping[str, dict[str, Any]]) -> list[tuple[str, str, Any]]:
    """Policy, kind of the finding and what it is, of all policies by name."""
    parliament = tools.require("parliament")
    folder.mkdir()
    for name, policy in found.items():
        (folder / f"{name}.json").write_text(json.dumps(policy))
    done = subprocess.run(
        [parliament, "--directory", str(folder), "--json"],
        check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode in {0, 1}, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return [(Path(one["location"]["filepath"]).stem, one["issue"], one["detail"]) for one in told]


def every() -> Iterator[tuple[str, dict[str, Any]]]:
    """Policies of every application, by its name and their addresses; those of roles, which parliament reads."""
    for name, application in [*((n, conformance(n)) for n in CONFORMANCE), *((n, example(n)) for n in EXAMPLES)]:
        for address, policy in policies(document(application)):
            if "assume_role" not in address and "queue_policy" not in address:
                yield f"{name}.{address}", policy


@pytest.mark.slow
def test_parliament_finds_nothing_in_any_policy(tmp_path: Path) -> None:
    found = dict(every())
    assert len(found) > 100
    told = findings(tmp_path / "policies", found)
    assert {kind for _, kind, _ in told} == {"RESOURCE_MISMATCH"}
    assert {(one["action"], one["required_format"]) for _, _, missed in told for one in missed} == KNOWN.keys()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("statement", "issue"),
    [
        ({"Action": ["sqs:SendMessages"], "Resource": ["*"]}, "UNKNOWN_ACTION"),
        ({"Action": ["sqs:SendMessage"], "Resource": ["arn:aws:sns:eu-central-1:123456789012:a"]}, "RESOURCE_MISMATCH"),
        ({"Action": ["states:SendTaskSuccess"], "Resource": [MACHINE]}, "RESOURCE_MISMATCH"),
    ],
)
def test_it_would_find_what_is_wrong(tmp_path: Path, statement: dict[str, Any], issue: str) -> None:
    policy = {"Version": "2012-10-17", "Statement": [{"Sid": "One", "Effect": "Allow", **statement}]}
    found = [kind for _, kind, _ in findings(tmp_path / "policies", {"one": policy})]
    assert issue in found
