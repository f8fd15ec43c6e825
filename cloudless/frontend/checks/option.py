"""Options of handlers that are out of range, or mean nothing together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from cloudless.app import App
from cloudless.codec import codec_of
from cloudless.driver.provider import EXTRAS, installed
from cloudless.errors import CloudlessError
from cloudless.frontend.checks.body import Consumer, body_types
from cloudless.frontend.fields import missing_field
from cloudless.frontend.report import Report
from cloudless.function import Function
from cloudless.handler import Handler
from cloudless.http import TIMEOUT, Endpoint
from cloudless.options import nearest
from cloudless.orchestration import Orchestration
from cloudless.queue import QueueHandler
from cloudless.secret import Config
from cloudless.source import Place
from cloudless.topic import TopicHandler

CONSUMER_LONGEST = timedelta(minutes=10)
"""Pub/Sub's ack deadline ends there: docs/mechanisms.md, time-outs."""
FUNCTION_LONGEST = timedelta(minutes=15)
"""AWS Lambda's: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
ORCHESTRATION_LONGEST = timedelta(days=365)
"""Step Functions' and Workflows': https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html"""
SHORTEST = timedelta(seconds=1)
MEMORY_MB = (128, 4_096)
"""Azure Flex Consumption's largest instance: https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan"""
INSTANCES_MOST = 100
"""Azure's always-ready instances: https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan"""
BATCH = (1, 10)
"""SQS hands over ten at once without a window."""
WINDOW_LONGEST = timedelta(minutes=5)
"""Lambda's batching window."""
REMEMBER_LONGEST = timedelta(days=90)
_NAMED = (*sorted(EXTRAS), "memory")
"""Providers that are known before they are installed."""


def settings(app: App, report: Report) -> None:
    """Time-outs and memory are within what every cloud gives."""
    for handler in app.registered:
        _timeout(handler, report)
        _memory(handler, report)
        _instances(handler, report)
    for orchestration in app.orchestrations:
        _execution_timeout(orchestration, report)


def _timeout(handler: Handler[..., Any], report: Report) -> None:
    longest, timeout = _longest(handler), handler.settings.timeout
    if timeout is not None and not SHORTEST <= timeout <= longest:
        report.error(
            "CL141",
            report.sources.option(handler.place, "timeout"),
            f"timeout={timeout} of {handler.name!r}: {handler.kind} handlers have 1 s to {_length(longest)}",
            "split the work into several messages",
        )


def _memory(handler: Handler[..., Any], report: Report) -> None:
    (smallest, largest), given = MEMORY_MB, handler.settings.memory_mb
    if not smallest <= given <= largest:
        report.error(
            "CL142",
            report.sources.option(handler.place, "memory_mb"),
            f"memory_mb={given} of {handler.name!r}: {smallest} to {largest:,} are possible",
            f"say memory_mb={min(largest, max(smallest, given))}",
        )


def _instances(handler: Handler[..., Any], report: Report) -> None:
    if not 0 <= handler.settings.min_instances <= INSTANCES_MOST:
        report.error(
            "CL151",
            report.sources.option(handler.place, "min_instances"),
            f"min_instances={handler.settings.min_instances} of {handler.name!r}: 0 to {INSTANCES_MOST} can be",
            "choose how many wait for work; more are started when there is more of it",
        )


def _execution_timeout(orchestration: Orchestration[..., Any], report: Report) -> None:
    timeout = orchestration.timeout
    if timeout is not None and not SHORTEST <= timeout <= ORCHESTRATION_LONGEST:
        report.error(
            "CL141",
            report.sources.option(orchestration.place, "timeout"),
            f"timeout={timeout} of {orchestration.name!r}: orchestrations have 1 s to 365 days",
            "start another execution at the end of this one",
        )


def consumptions(app: App, report: Report) -> None:
    """What consumers and subscribers say of batches and of repeats."""
    type_of = body_types(app)
    for handler in app.registered:
        if isinstance(handler, QueueHandler | TopicHandler):
            _batch(handler, report)
            _once(handler, type_of(handler), report)


def _batch(handler: Consumer, report: Report) -> None:
    how = handler.consumption
    smallest, largest = BATCH
    if not smallest <= how.batch_size <= largest:
        report.error(
            "CL143",
            report.sources.option(handler.place, "batch_size"),
            f"batch_size={how.batch_size} of {handler.name!r}: {smallest} to {largest} messages a call are possible",
            f"say batch_size={min(largest, max(smallest, how.batch_size))}",
        )
    if not timedelta(0) <= how.window <= WINDOW_LONGEST or (how.window and how.batch_size == 1):
        report.error(
            "CL144",
            report.sources.option(handler.place, "window"),
            f"window={how.window} of {handler.name!r}: 0 s to 5 minutes are possible, with a batch_size above 1",
            "leave window out, or give a batch_size",
        )


def _once(handler: Consumer, kind: Any, report: Report) -> None:
    how = handler.consumption
    if not SHORTEST <= how.remember <= REMEMBER_LONGEST:
        report.error(
            "CL145",
            report.sources.option(handler.place, "remember"),
            f"remember={how.remember} of {handler.name!r}: 1 s to 90 days are possible",
            "choose the time in which duplicates may come",
        )
    if not how.once_by:
        return
    span = report.sources.option(handler.place, "once_by")
    if how.batch_size > 1:
        report.error(
            "CL147",
            span,
            f"once_by and batch_size={how.batch_size} of {handler.name!r} do not go together",
            "leave batch_size out: each key is claimed for a call of its own",
        )
    problem = missing_field(kind, how.once_by)
    if problem:
        report.error("CL148", span, f"once_by={how.once_by!r} of {handler.name!r}: {problem[0]}", problem[1])


def providers(app: App, report: Report) -> None:
    """`native=` and `existing=` name providers that exist."""
    known: list[str] = []
    for place, option, given in _escape_hatches(app):
        for name in given:
            if name in _NAMED:
                continue
            known = known or sorted({*_NAMED, *installed()})
            if name not in known:
                guess = nearest(name, known)
                report.error(
                    "CL149",
                    report.sources.option(place, option),
                    f"{option}= names the provider {name!r}, which is unknown",
                    f"did you mean {guess!r}?" if guess else f"providers are {', '.join(known)}",
                )


def _escape_hatches(app: App) -> Iterator[tuple[Place, str, Mapping[str, Any]]]:
    for one in app.declared:
        for option, attribute in (("native", "native_arguments"), ("existing", "existing")):
            yield one.place, option, getattr(one, attribute, {})
    for handler in app.registered:
        yield handler.place, "native", handler.settings.native


def configurations(app: App, report: Report) -> None:
    """Every configuration entry has a type, and a default of that type."""
    for one in app.declared:
        if not isinstance(one, Config):
            continue
        try:
            codec = codec_of(one.type)
            if one.default is not ...:
                codec.encode(one.default)
        except CloudlessError as problem:
            report.error(
                "CL165",
                report.sources.option(one.place, "default"),
                f"configuration {one.name!r}: its default does not fit: {problem}",
                "give a default of the type, or none",
            )


def _longest(handler: Handler[..., Any]) -> timedelta:
    if isinstance(handler, Endpoint):
        return TIMEOUT
    return FUNCTION_LONGEST if isinstance(handler, Function) else CONSUMER_LONGEST


def _length(length: timedelta) -> str:
    seconds = length.total_seconds()
    return f"{seconds / 60:g} minutes" if seconds >= 60 else f"{seconds:g} s"
