"""What is wrong with a program, beside its permissions: one check a function, one subject a file.

    names.py      duplicates, and names that some cloud refuses
    signature.py  parameters that cannot be filled
    option.py     options out of range
    queue.py topic.py schedule.py http.py    rules of these nouns
    deploy.py     what only a real cloud asks for

A check reads the App (and the user's source, for columns), and adds what it finds to the report.
"""

from __future__ import annotations

from collections.abc import Callable

from cloudless.app import App
from cloudless.frontend.checks.deploy import importable
from cloudless.frontend.checks.http import endpoints
from cloudless.frontend.checks.names import handler_names, names, resources
from cloudless.frontend.checks.option import configurations, consumptions, providers, settings
from cloudless.frontend.checks.queue import consumers, dead_letters, delays, types
from cloudless.frontend.checks.schedule import schedules
from cloudless.frontend.checks.signature import signatures
from cloudless.frontend.checks.topic import attributes, filters, forwards
from cloudless.frontend.report import Report

CHECKS: tuple[Callable[[App, Report], None], ...] = (
    resources,
    handler_names,
    names,
    signatures,
    settings,
    consumptions,
    providers,
    configurations,
    consumers,
    types,
    delays,
    dead_letters,
    attributes,
    filters,
    forwards,
    schedules,
    endpoints,
)
"""Those that hold for every program."""

DEPLOYABLE: tuple[Callable[[App, Report], None], ...] = (importable,)
"""Those that a simulation can do without."""
