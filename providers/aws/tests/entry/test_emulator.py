"""A generated entry on Amazon's own Runtime Interface Emulator: the one test in which nothing of Lambda is ours.

https://docs.aws.amazon.com/lambda/latest/dg/images-test.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from cloudless.conformance import journal
from providers.aws.tests.emulators import HOST, PATHS, environment
from providers.aws.tests.entry.asking import TRIALS, event_of, failed, record
from providers.aws.tests.entry.generated import write
from tests import tools

NOWHERE = "http://127.0.0.1:1"
TIMEOUT_S = 60


class Emulator:
    """One function, behind the emulator's one path."""

    def __init__(self, url: str, journal: Path) -> None:
        self._url = f"{url}/2015-03-31/functions/function/invocations"
        self._journal = journal

    def invoke(self, event: Any) -> Any:
        """The answer, an error of the function's included."""
        try:
            with urlopen(Request(self._url, json.dumps(event).encode()), timeout=30) as response:
                return json.loads(response.read())
        except HTTPError as problem:  # of a function that is gone
            with problem:
                return json.loads(problem.read())

    def notes(self) -> list[Any]:
        return [one["body"]["do"] for one in journal.read(self._journal)]


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    program, python = tools.require("lambda-emulator"), tools.require("awslambdaric")
    write(tmp_path, TRIALS)
    port, api = tools.free_port(), tools.free_port()
    address = ["--runtime-interface-emulator-address", f"{HOST}:{port}", "--runtime-api-address", f"{HOST}:{api}"]
    env = {
        **environment(NOWHERE, NOWHERE),
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(TIMEOUT_S),
        "LAMBDA_TASK_ROOT": str(tmp_path),
        "PYTHONPATH": ":".join(map(str, (tmp_path, *PATHS))),
        journal.VARIABLE: str(tmp_path / "journal"),
    }
    command: list[str | Path] = [program, *address, python, "-m", "awslambdaric", "cloudless_entry.on_work.handler"]
    with tools.serve(command, env, port=port, cwd=tmp_path) as server:
        yield Emulator(server.url, tmp_path / "journal")


def test_an_entry_keeps_its_contract_where_nothing_but_it_is_ours(emulator: Emulator) -> None:
    """A batch with one that takes too long, a process that is gone, an event of another service."""
    records = [record({"do": do}, id=f"m{n}") for n, do in enumerate(["", "block", "exit", ""])]
    assert failed(emulator.invoke(event_of(*records))) == ["m1", "m2"]
    assert emulator.notes() == ["", "block", "exit", ""]
    died = emulator.invoke(event_of(record({"do": "die"})))
    assert died["errorType"] == "Runtime.ExitError"
    refused = emulator.invoke({"Records": [{"eventSource": "aws:s3"}]})
    assert (refused["errorType"], "takes messages of SQS" in refused["errorMessage"]) == ("InvalidArgument", True)
    assert failed(emulator.invoke(event_of(record({"do": ""})))) == []
