"""State machines as our compiler emits them, of programs that nothing else is built of."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from cloudless.conformance.orchestrations.observed import WAITING
from cloudless.ir import Application
from cloudless_aws.compile.asl import Targets, machine
from providers.aws.tests.asl.oracles.functions import BROKER, WORKER, Ended, function_of

Plain = dict[str, Any]
TARGETS = Targets(function=function_of, worker=WORKER, broker=BROKER)
DIGEST = "0" * 64


def text_of(application: Application, main: str = "main") -> bytes:
    """What is emitted for an orchestration."""
    return machine(application, main, {}, TARGETS, DIGEST).text


@lru_cache(maxsize=8)
def document_of(text: bytes) -> Plain:
    """The same as JSON; not to be changed."""
    document: Plain = json.loads(text)
    return document


def input_of(arguments: Any) -> Plain:
    """What an execution is started with."""
    return {"args": dict(arguments), "from": {"trace": "00-0-0-00", "correlation": "c"}}


class Unreadable(Exception):
    """An execution did not end as ours do."""


def outcome_of(ended: Ended) -> Plain:
    """{"v": value}, {"err": error} or WAITING. Raises Unreadable."""
    try:
        return _outcome(ended)
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        raise Unreadable(str(ended)) from problem


def _outcome(ended: Ended) -> Plain:
    if ended.status == "RUNNING":
        return dict(WAITING)
    if ended.status == "SUCCEEDED":
        (one,) = ended.output.items()
        return dict([one])
    told = json.loads(ended.cause, strict=False)
    found = json.loads(told["errorMessage"], strict=False)
    if not ended.error == told["errorType"] == found["type"]:
        raise Unreadable(str(ended))
    return {"err": found}
