"""The workflows of a stage: those of its program, and those that may still have executions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudless.compiler import Definitions
from cloudless.compiler.definitions import definitions_of
from cloudless.config import Stage
from cloudless.conformance.orchestrations.module import loaded
from cloudless.errors import DefinitionError
from cloudless.ir import Application
from cloudless.node import replace
from cloudless_gcp.compile.workflows import workflows
from providers.gcp.tests.workflows.programs import HEAD

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
    said = {"name": "prod", "provider": "gcp", "project": "p", "region": "europe-west1", **changes}
    return Stage.model_validate(said)


def huge(name: str) -> str:
    return f"@app.orchestration\ndef {name}() -> None:\n" + "    step(1)\n" * 900


def test_the_broker_is_told_the_sha256_of_the_definition() -> None:
    one = application()
    definitions = definitions_of(one, {})
    found = workflows(one, stage(), definitions)
    assert found.keys() == {"main", "second"}
    for name, made in found.items():
        assert f'"definition": "{definitions.current[name]}"' in made.text.decode()


def test_names_are_those_of_the_stage() -> None:
    text = workflows(application(), stage(region="us-east4", project="acme"), Definitions())["second"].text.decode()
    assert '"to": "shop-prod-step"' in text
    assert '"to": "shop-prod--broker"' in text
    assert "https://us-east4-acme.cloudfunctions.net/" in text
    assert "projects/acme/locations/us-east4/workflows/shop-prod-second/executions/" in text


def test_a_workflow_that_is_gone_stays_while_it_may_have_executions() -> None:
    before = application()
    earlier = definitions_of(before, {})
    after = replace(before, orchestrations=before.orchestrations[:1])
    current = definitions_of(after, {}, earlier.texts)
    found = workflows(after, stage(), current)
    assert found == workflows(before, stage(), earlier)


def test_one_that_came_back_is_the_programs() -> None:
    one = application()
    now = definitions_of(one, {})
    retained = definitions_of(application(SOURCE.replace("step(n)", "other(n)")), {}).texts
    found = workflows(one, stage(), replace(now, texts={**retained, **now.texts}))
    assert json.loads(found["main"].text) == json.loads(workflows(one, stage(), now)["main"].text)


def test_everything_that_is_too_long_is_told_at_once() -> None:
    with pytest.raises(DefinitionError) as refused:
        workflows(application(SOURCE + huge("one") + huge("two")), stage(), Definitions())
    names = [problem.message.partition(" is ")[0] for problem in refused.value.problems]
    assert names == ["the source of orchestration 'one'", "the source of orchestration 'two'"]
    assert all(problem.code == "CL401" and problem.span.line for problem in refused.value.problems)
