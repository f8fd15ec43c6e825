"""Writes down every call of a handler in this process: a line of JSON in the file that CLOUDLESS_TRACE names.

    {"handler": "charge", "given": [{"id": "1", …}], "returned": "payment of 1"}
    {"handler": "charge", "given": [{"id": "2", …}], "raised": ["CardDeclined", "no funds"]}
    {"handler": "charge", "given": [{"id": "3", …}], "died": "before"}    or "after": see faults.py

Executed where handlers run, before they are bound: `runpy.run_path` in a worker of a function app, an import in
memory. It changes what our runtime calls in place of a handler; the runtime is the bundle's there. Standard library
only, cloudless, and faults.py, from wherever this file is.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from datetime import date
from enum import Enum
from importlib import import_module
from importlib.util import find_spec
from inspect import iscoroutine
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace
from typing import Any, NoReturn, cast

from cloudless.codec import is_list, is_object
from cloudless.message import Context, Message
from cloudless.request import Request

VARIABLE = "CLOUDLESS_TRACE"
faults: Any = SimpleNamespace(**run_path(str(Path(__file__).with_name("faults.py"))))
"""As a file: in a function there is no package of tests."""
dies: list[Callable[[], NoReturn]] = [faults.die]
"""How an instance dies: the last one. A simulation has its own way."""


def plain(value: Any) -> Any:
    """A value as JSON, alike wherever it is."""
    if type(value) is Message:
        message: Any = cast("Any", value)
        return {"body": plain(message.body), "attributes": message.attributes, "attempt": message.attempt}
    if isinstance(value, Request):
        return f"{value.method} {value.path}"
    if isinstance(value, Context):
        return f"attempt {value.attempt}"
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, date):
        return value.isoformat()
    if is_object(value):
        return {str(name): plain(part) for name, part in value.items()}
    if is_list(value):
        return [plain(part) for part in value]
    return value if isinstance(value, str | int | float | None) else str(value)


def recorded(handler: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, whose calls are written down when they end."""

    def call(*args: Any, **kwargs: Any) -> Any:
        given = [*map(plain, args), *([plain(kwargs)] if kwargs else [])]
        fault = faults.taken(Path(os.environ[VARIABLE]), handler)
        try:
            _begin(handler, given, fault)
            value = function(*args, **kwargs)
        except Exception as problem:
            _write(handler, given, raised=[type(problem).__name__, str(problem)])
            raise
        if iscoroutine(value):
            return awaited(given, value, fault)
        _end(handler, given, value, fault)
        return value

    async def awaited(given: Any, coroutine: Any, fault: str) -> Any:
        try:
            value = await coroutine
        except Exception as problem:
            _write(handler, given, raised=[type(problem).__name__, str(problem)])
            raise
        _end(handler, given, value, fault)
        return value

    return call


def _begin(handler: str, given: Any, fault: str) -> None:
    """Carry out a fault before the handler."""
    if fault == faults.EXCEPTION:
        raise ConnectionError("a fault of the program")
    if fault == faults.CRASH:
        _write(handler, given, died="before")
        dies[-1]()


def _end(handler: str, given: Any, value: Any, fault: str) -> None:
    """Write down what came of a call, or carry out a fault behind it."""
    if fault == faults.LOST:
        _write(handler, given, died="after")
        dies[-1]()
    _write(handler, given, returned=plain(value))


def _write(handler: str, given: Any, **outcome: Any) -> None:
    with Path(os.environ[VARIABLE]).open("a", encoding="utf-8") as trace:
        trace.write(json.dumps({"handler": handler, "given": given, **outcome}, sort_keys=True) + "\n")


def install() -> None:
    """Let our runtime call handlers through `recorded`."""
    entry: Any = import_module("cloudless.runtime.entry")
    call_of = entry.call_of

    def recording_call_of(plan: Any, function: Callable[..., Any], *more: Any) -> Any:
        return call_of(plan, recorded(plan.handler, function), *more)

    entry.call_of = recording_call_of
    if find_spec("cloudless.runtime.endpoint"):  # a package has it where the program has endpoints
        _install_endpoints()


def _install_endpoints() -> None:
    endpoint: Any = import_module("cloudless.runtime.endpoint").Endpoint
    begin = endpoint.__init__

    def recording_begin(self: Any, plan: Any, call: Callable[..., Any], *more: Any, **options: Any) -> None:
        begin(self, plan, recorded(plan.handler, call), *more, **options)

    endpoint.__init__ = recording_begin


install()
