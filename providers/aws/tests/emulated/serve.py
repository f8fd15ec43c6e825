"""Runs ministack, in the environment that it is installed in, with what it gets wrong put right.

What a call asks IAM for (https://docs.aws.amazon.com/service-authorization/latest/reference/):

    a batch          the permission of one: sqs:SendMessage, and not sqs:SendMessageBatch, which there is not
    a function       its version or alias, where the call names one
    a state machine  itself, though the call names its version or alias

A function that a state machine calls is told by which alias; schedules are looked at five times a second, not every ten
seconds. What waits for its next attempt waits a tenth as long as it was told: the emulator lives in real time. May
import: the standard library, ministack.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

TICK_S = 0.2
HASTE = 10
_CHANGES = ("ChangeMessageVisibility", "ChangeMessageVisibilityBatch")
_MACHINE = _FUNCTION = 7
"""Fields of the ARN of a state machine, and of a function; one of a version or alias has one more."""


def action_of(extract: Callable[..., str | None]) -> Callable[..., str | None]:
    """Its own function, with the actions that there are."""

    def action(*request: Any) -> str | None:
        found = extract(*request)
        return found.removesuffix("Batch") if found and found.startswith(("sqs:", "sns:")) else found

    return action


def resource_of(extract: Callable[..., str]) -> Callable[..., str]:
    """Its own function, with the resources that are asked for."""

    def resource(service: str, *request: Any) -> str:
        found, parameters = extract(service, *request), request[4]
        if service == "lambda" and "Qualifier" in parameters:
            return f"{found}:{_first(parameters['Qualifier'])}"
        if ":states:" in found and ":stateMachine:" in found:
            return ":".join(found.split(":")[:_MACHINE])
        return found

    return resource


def called(look_up: Callable[[str], tuple[Any, Any, str]]) -> Callable[[str], tuple[Any, Any, str]]:
    """Its own function, which finds what a state machine calls, with the ARN that it is called by."""

    def found(reference: str) -> tuple[Any, Any, str]:
        function, config, name = look_up(reference)
        _, is_qualified, qualifier = reference.rpartition(f"{name}:")
        if config and is_qualified:
            arn = ":".join(config["FunctionArn"].split(":")[:_FUNCTION])
            config = {**config, "FunctionArn": f"{arn}:{qualifier}"}
        return function, config, name

    return found


def hastened(change: Callable[..., Any], found: Callable[[str, str], dict[str, Any]]) -> Callable[..., Any]:
    """Its own function, which lets messages be seen again after a part of the time. found: a queue, by its URL.

    A consumer asks for that before its next attempt; how long a message that is being handled is hidden stays as it is.
    """

    def changed(data: dict[str, Any], url: str) -> Any:
        answer, now_s = change(data, url), time.time()
        handles = {entry.get("ReceiptHandle") for entry in data.get("Entries", [data])}
        for message in found(data.get("QueueUrl", url), "sqs:ChangeMessageVisibility")["messages"]:
            if message["receipt_handle"] in handles:
                message["visible_at"] = now_s + (message["visible_at"] - now_s) / HASTE
        return answer

    return changed


def _first(value: str | list[str]) -> str:
    return value if isinstance(value, str) else value[0]


def main() -> None:
    """Serve until the process is ended."""
    actions: Any = import_module("ministack.core.iam_actions")
    functions: Any = import_module("ministack.services.lambda_svc")
    queues: Any = import_module("ministack.services.sqs")
    scheduler: Any = import_module("ministack.services.scheduler")
    actions.extract_iam_action = action_of(actions.extract_iam_action)
    actions.extract_resource_arn = resource_of(actions.extract_resource_arn)
    functions._get_func_record_for_ref = called(functions._get_func_record_for_ref)
    for name in _CHANGES:
        queues._HANDLERS[name] = hastened(queues._HANDLERS[name], queues._get_q)
    scheduler._SCHEDULE_TICK_INTERVAL = TICK_S
    import_module("ministack.app").main()


if __name__ == "__main__":
    main()
