"""A function that is called directly, and as a step."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudless.errors import InvalidArgument
from cloudless.message import Envelope
from cloudless.runtime import boot, entry
from cloudless.runtime.routine import Routine
from cloudless.runtime.step import cause_of
from tests.unit.fake_cloud import FakeCloud
from tests.unit.runtime import test_step

FACTS: dict[str, Any] = {"app": f"{test_step.__name__}:app"}


def routine(name: str) -> Routine:
    from cloudless import frontend
    from cloudless.passes.plans import plans

    plan = plans(frontend.compile(test_step.app, entry="steps:app"))[name]
    facts = {**FACTS, "plan": plan.to_json()}
    cloud: Any = FakeCloud()
    return Routine(facts, boot.watched(facts, cloud, lambda function, timeout_s: function, entry.wait_with_asyncio))


def test_a_call_is_answered_with_the_result() -> None:
    answer = json.loads(routine("charge").answer(Envelope("c-1", '{"order": "7", "amount": 2}')))
    assert answer.keys() == {"result"}


def test_a_step_is_answered_with_the_value_or_the_error() -> None:
    made, cause = routine("charge"), cause_of({"execution": "7", "key": "7/1"}, 0)
    assert json.loads(made.reply({"args": {"order": "7"}}, cause)).keys() == {"v"}
    assert json.loads(made.reply({"args": {"amount": 2}}, cause)).keys() == {"err"}
    with pytest.raises(InvalidArgument, match='the "args" of a step'):
        made.reply({"args": 3}, cause)
