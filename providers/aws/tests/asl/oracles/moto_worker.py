"""moto's Step Functions engine in a process of its own, told by lines of JSON: run by the Python of the kit `moto`.

    in:   {"run": {"definition", "input"}}      out: {"done": {"status", "output", "error", "cause"}}
    out:  {"invoke": {"id", "function", "payload"}}    in: {"answer": {"id", "payload"} or {"id", "error", "cause"}}

The shim, and why: moto 5.2.5 has no evaluator of JSONata at all (it was a Java bridge), so npm's does it; it writes
texts into expressions without escaping them; $uuid and $hash return an error text; Lambda would need docker. Nothing
waits here: waits and the delays of retries take no time, and who runs the functions says which calls are too late.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

ENGINE = "moto.stepfunctions.parser.asl"
WORKER = "moto.stepfunctions.parser.backend.execution_worker"
ROLE = "arn:aws:iam::123456789012:role/machine"
EVALUATOR = Path(__file__).with_name("moto_worker.js")


class Evaluator:
    """npm's jsonata, in a process of node's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(["node", str(EVALUATOR)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def evaluate(self, expression: str) -> Any:
        """The value; undefined is None, too: moto asks again with $exists."""
        process = self._process
        assert process.stdin and process.stdout
        with self._lock:
            process.stdin.write(json.dumps(expression).encode() + b"\n")
            process.stdin.flush()
            found = json.loads(process.stdout.readline())
        if "error" in found:
            raise import_module(f"{ENGINE}.jsonata.jsonata").JSONataException("UNKNOWN", found["error"])
        return found.get("value")


class Functions:
    """Lambda: who started us answers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: dict[int, Any] = {}
        self._arrived = threading.Condition(self._lock)
        self._last = 0

    def invoke(self, parameters: dict[str, Any], region: str, state_credentials: Any) -> dict[str, Any]:
        """In place of moto's own; the signature is moto's."""
        with self._lock:
            self._last += 1
            number = self._last
        payload = json.loads(parameters["Payload"])
        write({"invoke": {"id": number, "function": parameters["FunctionName"], "payload": payload}})
        with self._arrived:
            self._arrived.wait_for(lambda: number in self._answers)
            answer = self._answers.pop(number)
        if "error" in answer:
            cause = (
                json.loads(answer["cause"]) if answer["cause"].startswith("{") else {"errorMessage": answer["cause"]}
            )
            return {"FunctionError": "Unhandled", "Payload": {**cause, "errorType": answer["error"]}}
        return {"StatusCode": 200, "ExecutedVersion": "1", "Payload": answer["payload"]}

    def answered(self, answer: dict[str, Any]) -> None:
        """Hand an answer on."""
        with self._arrived:
            self._answers[answer["id"]] = answer
            self._arrived.notify_all()


class _Hurried:
    """`time` without pauses, for moto's retriers."""

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    @staticmethod
    def sleep(seconds: float) -> None:
        """Nothing."""


def encoded(bindings: dict[str, Any]) -> str:
    """Variables as JSONata: JSON is a part of it. What moto keeps as a datetime is a text."""
    return "".join(f"{name}:={json.dumps(value, default=str)};" for name, value in bindings.items())


def patch(evaluator: Evaluator, functions: Functions) -> None:
    """Put the shim in place."""
    _module("jsonata.jsonata")._eval_jsonata = evaluator.evaluate
    for name in ("jsonata.jsonata", "eval.states", "eval.variable_store"):
        _module(name).encode_jsonata_variable_declarations = encoded
    _module("component.common.string.string_expression").get_intrinsic_functions_declarations = _no_declarations
    _module("component.common.retry.retrier_decl").time = _Hurried()
    _module("component.state.wait.wait_function.wait_function").WaitFunction._wait_interval = _no_wait
    _module("component.state.exec.state_task.lambda_eval_utils")._invoke_lambda_function = functions.invoke
    parser = _module("parse.asl_parser").AmazonStateLanguageParser
    parser.parse = staticmethod(_parsed_once(parser.parse))
    worker = import_module(WORKER)
    worker.ExecutionWorker.start = worker.SyncExecutionWorker.start  # it has ended when start_execution returns


def _module(name: str) -> Any:
    return import_module(f"{ENGINE}.{name}")


def _parsed_once(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """A definition is parsed when it is checked, and again for its execution, which here gets what was made then."""
    checked: dict[str, Any] = {}

    def parsed(definition: str) -> Any:
        if definition in checked:
            return checked.pop(definition)
        return checked.setdefault(definition, parse(definition))

    return parsed


def _no_declarations(variable_references: Any) -> str:
    """The evaluator has the functions already."""
    return ""


def _no_wait(self: Any, env: Any, wait_seconds: Any) -> None:
    """No time passes."""


_out = threading.Lock()
_stdout = io.open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115, UP020  (as long as the process)


def write(told: dict[str, Any]) -> None:
    """One line."""
    with _out:
        _stdout.write(json.dumps(told) + "\n")
        _stdout.flush()


class Machines:
    """moto's service."""

    def __init__(self) -> None:
        client = import_module("boto3").client
        self._client = client(
            "stepfunctions",
            "us-east-1",
            aws_access_key_id="a",
            aws_secret_access_key="b",
        )
        self._count = 0

    def run(self, order: dict[str, Any]) -> None:
        """Run a definition, and tell how it ended."""
        try:
            write({"done": self._run(order["definition"], order["input"])})
        except Exception as problem:  # noqa: BLE001  (whatever moto refuses is told)
            write({"done": {"status": "REFUSED", "error": type(problem).__name__, "cause": str(problem)}})

    def _run(self, definition: dict[str, Any], given: Any) -> dict[str, Any]:
        client = self._client
        self._count += 1
        name = f"m{self._count}"
        machine = client.create_state_machine(
            name=name, definition=json.dumps(definition, ensure_ascii=False), roleArn=ROLE
        )
        arn = client.start_execution(stateMachineArn=machine["stateMachineArn"], name="e", input=json.dumps(given))[
            "executionArn"
        ]
        found = client.describe_execution(executionArn=arn)
        client.delete_state_machine(stateMachineArn=machine["stateMachineArn"])
        return {key: found[key] for key in ("status", "output", "error", "cause") if key in found}


def main() -> None:
    """Serve until the input ends."""
    import logging

    logging.disable(logging.CRITICAL)
    functions = Functions()
    patch(Evaluator(), functions)
    with import_module("moto").mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        machines = Machines()
        for line in sys.stdin:
            told = json.loads(line)
            if "answer" in told:
                functions.answered(told["answer"])
            else:
                threading.Thread(target=machines.run, args=(told["run"],), daemon=True).start()


if __name__ == "__main__":
    main()
