"""The state machines of a stage: those of its program, and those that may still have executions."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cloudless.compiler import Definitions
from cloudless.compiler.definitions import definitions_of
from cloudless.config import Stage
from cloudless.conformance.orchestrations.module import loaded
from cloudless.errors import DefinitionError
from cloudless.ir import Application
from cloudless.node import replace
from cloudless_aws.compile.asl import state_machines
from cloudless_aws.compile.asl.machine import DEFINITION_MAX
from providers.aws.tests.asl.programs import HEAD

SOURCE = """
@app.orchestration
def main(n: int) -> int:
    return step(n)
@app.orchestration
def second(n: int) -> int:
    return main(n)
"""


def application(source: str = SOURCE) -> Application:
    with loaded(HEAD + source) as module:
        return module.application()


def stage(**changes: Any) -> Stage:
    found: dict[str, Any] = {"name": "prod", "region": "eu-central-1", "config": {}, **changes}
    return cast("Stage", SimpleNamespace(**found))


def large(count: int) -> Application:
    return application(SOURCE + "@app.orchestration\ndef huge() -> None:\n" + "    step(1)\n" * count)


def test_a_comment_tells_the_sha256_of_the_definition() -> None:
    one = application()
    definitions = definitions_of(one, {})
    found = state_machines(one, stage(), definitions)
    assert found.keys() == {"main", "second"}
    for name, made in found.items():
        assert json.loads(made.text)["Comment"] == f"{name} {definitions.current[name]}"


def test_names_are_those_of_the_stage_and_its_partition() -> None:
    text = state_machines(application(), stage(region="us-gov-west-1"), Definitions())["second"].text.decode()
    assert '"FunctionName": "shop-prod-step:live"' in text
    assert '"Resource": "arn:aws-us-gov:states:::lambda:invoke"' in text


def test_one_that_is_gone_stays_as_it_was() -> None:
    before = application()
    earlier = definitions_of(before, {})
    after = replace(before, orchestrations=tuple(one for one in before.orchestrations if one.name == "main"))
    current = definitions_of(after, {}, earlier.texts)
    found = state_machines(after, stage(), current)
    assert found == state_machines(before, stage(), earlier)


def test_a_version_of_one_that_is_there_is_none_of_its_own() -> None:
    one = application()
    earlier = definitions_of(application(SOURCE.replace("step(n)", "step(n + 1)")), {})
    now = definitions_of(one, {}, earlier.texts)
    assert len(now.texts) == 4
    assert state_machines(one, stage(), now).keys() == {"main", "second"}


def test_a_definition_that_is_too_large_is_told_with_its_place() -> None:
    with pytest.raises(DefinitionError) as raised:
        state_machines(large(1_200), stage(), Definitions())
    (problem,) = raised.value.problems
    assert problem.code == "CL401"
    assert "the definition of orchestration 'huge' is 1," in problem.message
    assert problem.span.line > 1


def test_one_that_is_too_large_with_indents_is_written_without() -> None:
    text = state_machines(large(835), stage(), Definitions())["huge"].text
    assert DEFINITION_MAX * 0.8 < len(text) <= DEFINITION_MAX
    assert b"\n" not in text
