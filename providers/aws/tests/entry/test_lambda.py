"""Generated entries under Amazon's own runtime client: well and badly, in a process of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cloudless.conformance import journal
from cloudless.message import Envelope
from cloudless.system import packed
from providers.aws.tests.emulators import environment
from providers.aws.tests.entry.asking import TRIALS, event_of, failed, record
from providers.aws.tests.entry.generated import write
from providers.aws.tests.runtimeapi import FunctionFailed, LambdaFunction
from tests import tools
from tests.documents.applications import forgotten

CALLS = "tests.hosting.calls:app"
BROKEN = """
from cloudless import App

app = App("broken")

@app.queue("jobs", dict).consumer
def take(body: dict) -> None: ...
"""
NOWHERE = "http://127.0.0.1:1"
"""No service answers: what is sent is not stored, and nothing that the runtime does may depend on it."""


class Deployed:
    """The functions of an application, each started when it is first called."""

    def __init__(self, folder: Path, entry: str) -> None:
        self._folder = folder
        self._env = {**environment(NOWHERE, NOWHERE), journal.VARIABLE: str(folder / "journal")}
        self._functions: dict[str, LambdaFunction] = {}
        write(folder, entry)

    def function(self, module: str) -> LambdaFunction:
        if module not in self._functions:
            handler = f"cloudless_entry.{module}.handler"
            self._functions[module] = LambdaFunction(self._folder, handler, self._env)
        return self._functions[module]

    def invoke(self, module: str, event: Any) -> Any:
        return self.function(module).invoke(event)

    def lines(self, module: str) -> list[dict[str, Any]]:
        """What a function has logged since it was started."""
        return [json.loads(line) for line in self.output(module).splitlines() if line.startswith("{")]

    def output(self, module: str) -> str:
        instance = self.function(module)._instance
        assert instance is not None
        return instance.output()

    def notes(self, handler: str) -> list[Any]:
        found = [one["body"]["do"] for one in journal.read(self._folder / "journal") if one["handler"] == handler]
        (self._folder / "journal").unlink(missing_ok=True)
        return found

    def close(self) -> None:
        for one in self._functions.values():
            one.close()


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    tools.require("awslambdaric")
    deployed = Deployed(tmp_path_factory.mktemp("trials"), TRIALS)
    yield deployed
    deployed.close()


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    tools.require("awslambdaric")
    deployed = Deployed(tmp_path_factory.mktemp("calls"), CALLS)
    yield deployed
    deployed.close()


def test_in_the_middle_of_a_batch_one_takes_too_long_and_one_exits(trials: Deployed) -> None:
    does = ["", "block", "", "exit", ""]
    records = [record({"do": do}, id=f"m{n}") for n, do in enumerate(does)]
    assert failed(trials.invoke("on_work", event_of(*records))) == ["m1", "m3"]
    assert trials.notes("work") == does
    assert trials.function("on_work").starts == 1, "the process goes on"


def test_a_process_that_is_gone_is_replaced(trials: Deployed) -> None:
    with pytest.raises(FunctionFailed, match="exited: with code 9"):
        trials.invoke("on_work", event_of(record({"do": ""}), record({"do": "die"}), record({"do": ""})))
    assert trials.notes("work") == ["", "die"]
    assert failed(trials.invoke("on_work", event_of(record({"do": ""})))) == []


def test_a_coroutine_that_takes_too_long_is_no_matter_of_the_others(trials: Deployed) -> None:
    records = [record({"do": do}, id=do or "well") for do in ("", "block", "")]
    assert failed(trials.invoke("on_write", event_of(*records))) == ["block"]


def test_a_malformed_event_is_lambdas_error_and_the_process_goes_on(trials: Deployed) -> None:
    with pytest.raises(FunctionFailed, match="InvalidArgument: the function of sort takes messages of SQS") as found:
        trials.invoke("on_sort", {"Records": [{"eventSource": "aws:s3", "s3": {}}]})
    assert "a bucket notifies queues" in str(found.value)
    assert failed(trials.invoke("on_sort", event_of(record({"do": ""}, fifo=True)))) == []


def test_a_request_is_answered_by_whichever_way_its_handler_ends(trials: Deployed) -> None:
    def asked(do: str) -> int:
        event = {
            "version": "2.0", "rawPath": "/do", "rawQueryString": "", "headers": {"content-type": "application/json"},
            "requestContext": {"http": {"method": "POST", "path": "/do", "sourceIp": "203.0.113.7"}},
            "body": json.dumps({"do": do}), "isBase64Encoded": False,
        }  # fmt: skip
        status: int = trials.invoke("http_act", event)["statusCode"]
        return status

    assert [asked(do) for do in ("", "raise", "exit", "block", "")] == [200, 500, 502, 504, 200]


def test_lines_of_a_function_are_json_with_its_chain(trials: Deployed) -> None:
    trials.invoke("on_enlist", event_of(record({"do": "raise"}, id="m1")))
    [line, *_] = [one for one in trials.lines("on_enlist") if one["level"] == "WARNING"]
    assert line["timestamp"][-5:][0] == "."
    assert line["timestamp"].endswith("Z")
    assert (line["handler"], line["message_id"], line["logger"]) == ("enlist", "m1", "cloudless.enlist")
    assert line["aws_request_id"].startswith("request-")
    assert "comes again in 2 s: ConnectionError: not yet" in line["message"]
    assert line["error"].startswith("Traceback")


def test_a_line_is_a_line(trials: Deployed) -> None:
    """With what Lambda's client says itself in between."""
    trials.invoke("on_enlist", event_of(record({"do": "raise"})))
    assert all(text.startswith(("{", "[")) for text in trials.output("on_enlist").splitlines())


def test_a_failed_step_is_what_step_functions_reads(calls: Deployed) -> None:
    context = {"execution": "e-7", "step": "0", "key": "e-7/0", "retry": ["PlatformError", "PaymentFailed"]}
    with pytest.raises(FunctionFailed) as found:
        calls.invoke("call_charge", {"args": {"do": "decline"}, "ctx": context})
    assert found.value.kind == "PaymentFailed"
    text = str(found.value).removeprefix("PaymentFailed: ")
    assert text.startswith('{"type":')
    assert json.loads(text)["mro"] == ["CardDeclined", "PaymentFailed", "LookupError", "Exception"]


def test_calls_and_steps_are_answered(calls: Deployed) -> None:
    call = {"call": packed(Envelope("a" * 32, '{"do": "hello"}'))}
    context = {"execution": "e-7", "key": "e-7/0"}
    assert calls.invoke("call_charge", call) == {"result": {"said": "hello"}}
    assert calls.invoke("call_charge", {"args": {"do": "é"}, "ctx": context}) == {"v": {"said": "é"}}
    assert calls.invoke("call_soon", {"args": {"number": 1}, "ctx": context}) == {"v": 1.0}
    assert calls.invoke("worker", {"op": "pure", "name": "twice", "args": {"number": 2}, "ctx": context}) == {"v": 4.0}


def test_a_function_that_exits_is_told_as_lambda_tells_it_and_its_process_goes_on(calls: Deployed) -> None:
    with pytest.raises(FunctionFailed) as found:
        calls.invoke("call_charge", {"call": packed(Envelope("a" * 32, '{"do": "exit"}'))})
    assert found.value.kind == "Runtime.ExitError"
    assert calls.function("call_charge").starts == 1


def test_a_program_that_cannot_be_imported_is_an_error_before_the_first_call(tmp_path: Path) -> None:
    """Each of its messages comes again, until SQS gives it up."""
    (tmp_path / "broken.py").write_text(BROKEN)
    with forgotten(tmp_path):
        deployed = Deployed(tmp_path, "broken:app")
    (tmp_path / "broken.py").write_text("import nothing_of_the_kind")
    with pytest.raises(FunctionFailed, match=r"Runtime\.ImportModuleError.*nothing_of_the_kind"):
        deployed.invoke("on_take", event_of(record({})))
