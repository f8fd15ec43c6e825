"""The harness itself: Amazon's runtime client asks our Runtime API for work, and answers, raises or dies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.aws.tests.emulators import environment
from providers.aws.tests.runtimeapi import FunctionFailed, LambdaFunction, function

MAIN = """
import os
calls = []
def handler(event, context):
    calls.append(event)
    if event["do"] == "raise":
        raise ConnectionError("no answer")
    if event["do"] == "die":
        os._exit(9)
    return {"calls": len(calls), "id": context.aws_request_id, "left": context.get_remaining_time_in_millis() > 0}
"""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[LambdaFunction]:
    (tmp_path / "main.py").write_text(MAIN)
    with function(tmp_path, environment("http://127.0.0.1:1", "http://127.0.0.1:1")) as served:
        yield served


def test_a_function_answers_raises_dies_and_is_replaced(served: LambdaFunction) -> None:
    assert served.invoke({"do": "return"}) == {"calls": 1, "id": "request-1", "left": True}
    with pytest.raises(FunctionFailed, match="ConnectionError: no answer"):
        served.invoke({"do": "raise"})
    assert served.invoke({"do": "return"})["calls"] == 3, "an exception keeps the process"
    with pytest.raises(FunctionFailed, match="exited: with code 9"):
        served.invoke({"do": "die"})
    assert served.invoke({"do": "return"})["calls"] == 1
    assert served.starts == 2


def test_a_module_that_raises_is_a_failure_of_the_first_call(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("raise ValueError('broken')")
    nowhere = "http://127.0.0.1:1"
    with (
        function(tmp_path, environment(nowhere, nowhere)) as served,
        pytest.raises(FunctionFailed, match="broken"),
    ):
        served.invoke({})
