"""Names: one thing each, and such that every cloud takes them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from cloudless.app import App
from cloudless.event import Event
from cloudless.frontend.report import Report
from cloudless.function import Function
from cloudless.handler import Handler, Routine
from cloudless.pattern import pattern
from cloudless.queue import OrderedQueue, Queue
from cloudless.schedule import Schedule
from cloudless.secret import Config, Secret
from cloudless.source import Place
from cloudless.topic import Topic

APP = pattern(r"[a-z](-?[a-z0-9])*\Z")
RESOURCE = pattern(r"[A-Za-z]([-_]?[A-Za-z0-9])*\Z")
SECRET = pattern(r"[A-Za-z](-?[A-Za-z0-9])*\Z")
APP_LONGEST = (
    24  # leaves 39 characters of a Lambda function's 64, and of a Cloud Run service's 49, to stage and handler
)
LONGEST = 50  # a Service Bus subscription's: https://learn.microsoft.com/azure/service-bus-messaging/service-bus-quotas
RULE = "letters, digits, single - or _ between them, a letter first (Pub/Sub), not beginning with goog (Pub/Sub)"
VAULT_RULE = "letters, digits and single hyphens between them (Azure Key Vault), a letter first"
APP_RULE = "lower-case letters, digits and single hyphens between them (Google Cloud), a letter first"

_KINDS: tuple[tuple[type, str], ...] = (
    (Queue, "queue"),
    (OrderedQueue, "queue"),
    (Topic, "topic"),
    (Event, "event"),
    (Secret, "secret"),
    (Config, "configuration"),
)


def kind_of(declared: Any) -> str:
    """How people call what was declared."""
    return next((what for kind, what in _KINDS if isinstance(declared, kind)), "handler")


def _addressed(app: App) -> Iterable[tuple[str, str, Place]]:
    """(what, name, place) of everything that messages are sent to: on Service Bus, queues and topics share names."""
    for one in app.declared:
        if isinstance(one, Queue | OrderedQueue | Topic):
            yield kind_of(one), one.name, one.place
        if isinstance(one, Queue | OrderedQueue) and one.has_dead_letters:
            yield f"dead-letter queue of {one.name!r}", f"{one.name}-dead-letters", one.place
    for subscribed in app.subscriptions:
        yield "subscription", subscribed.name, subscribed.place
    for handler in app.registered:
        if isinstance(handler, Schedule):
            yield "schedule", handler.source, handler.place
        if isinstance(handler, Function):
            yield f"invoke_later queue of {handler.name!r}", handler.later, handler.place


def resources(app: App, report: Report) -> None:
    """Two resources never share a name, whatever their case: Service Bus does not tell cases apart."""
    spaces = [
        _addressed(app),
        [("event", one.name, one.place) for one in app.declared if isinstance(one, Event)],
        [("secret", one.name, one.place) for one in app.declared if isinstance(one, Secret)],
        [("configuration", one.name, one.place) for one in app.declared if isinstance(one, Config)],
    ]
    told: set[Place] = set()  # the dead-letter queue of a second queue is not worth a second problem
    for space in spaces:
        first: dict[str, tuple[str, Place]] = {}
        for what, name, place in space:
            known, there = first.setdefault(name.lower(), (what, place))
            if there is not place and place not in told:
                told.add(place)
                at = report.sources.declaration(there)
                report.error(
                    "CL101",
                    report.sources.option(place, "name", 0),
                    f"{what} {name!r}: the name is taken by the {known} at {at.file}:{at.line}",
                    "give one of them another name; queues, topics, subscriptions and schedules share their names",
                )


def handler_names(app: App, report: Report) -> None:
    """Two handlers never share a name; Cloud Run takes lower case and hyphens only.

    Nor do handlers with orchestrations and pure functions, which are called by name as well.
    """
    first: dict[str, Routine[..., Any]] = {}
    for one in routines(app):
        there = first.setdefault(one.name.lower().replace("_", "-"), one)
        if there is not one:
            at = report.sources.declaration(there.place)
            what = "handlers" if isinstance(one, Handler) and isinstance(there, Handler) else "functions"
            report.error(
                "CL102",
                report.sources.name_of(one),
                f"two {what} are named {one.name!r}; the other is at {at.file}:{at.line}",
                'rename the function, or give it a name: name="…"',
            )


def routines(app: App) -> Iterable[Routine[..., Any]]:
    """Every function of the app: handlers, orchestrations and pure ones."""
    return (*app.registered, *app.orchestrations, *app.pures)


def names(app: App, report: Report) -> None:
    """Every name is one that all clouds take."""
    if not APP.match(app.name) or len(app.name) > APP_LONGEST:
        _refuse(report, app.place, f"app name {app.name!r}", APP_RULE, APP_LONGEST)
    for one in app.declared:
        pattern, rule = (SECRET, VAULT_RULE) if isinstance(one, Secret | Config) else (RESOURCE, RULE)
        if not _is_fine(one.name, pattern):
            _refuse(report, one.place, f"{kind_of(one)} name {one.name!r}", rule, LONGEST)
    for routine in routines(app):
        if routine.name == "<lambda>":
            remedy = "write it with def"
            report.error(
                "CL121", report.sources.declaration(routine.place), "a lambda has no name to find it by", remedy
            )
        elif not _is_fine(routine.name.strip("_"), RESOURCE):
            _refuse(report, routine.place, f"{routine.noun} name {routine.name!r}", RULE, LONGEST)
    for subscribed in app.subscriptions:
        if len(subscribed.name) > LONGEST:
            report.error(
                "CL104",
                report.sources.option(subscribed.place, "name"),
                f"the subscription is named {subscribed.name!r}, {len(subscribed.name)} characters: "
                f"Azure Service Bus takes {LONGEST}",
                'shorten the name of the topic or of the handler, or say name="…"',
            )


def _is_fine(name: str, pattern: re.Pattern[str]) -> bool:
    readable = name.replace("__", "_")
    return bool(pattern.match(readable)) and len(name) <= LONGEST and not name.lower().startswith("goog")


def _refuse(report: Report, place: Place, what: str, rule: str, longest: int) -> None:
    span = report.sources.option(place, "name", 0)
    report.error("CL103", span, f"{what} is not one that every cloud takes", f"at most {longest} characters: {rule}")
