"""The areas of the report, in its order: a module each, with a function `tables`."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from tests.benchmarks.row import Table


class Area(NamedTuple):
    """title: of its section. limit_s: when it is ended, whatever it is at. module: where it is not beside this one."""

    title: str
    limit_s: int = 300
    module: str = ""


AREAS = {
    "messaging": Area("Messages in memory"),
    "orchestrating": Area("Orchestrations and time in memory"),
    "events": Area("Warm calls"),
    "processes": Area("The first test, and the command line"),
    "importing": Area("Imports of a function"),
    "lambdas": Area("Cold starts on Lambda"),
    "cloudfunctions": Area("Cloud Run functions"),
    "functions": Area("Azure function apps"),
    "sizes": Area("What a package ships"),
    "building": Area("Builds"),
    "compiling": Area("Checks"),
    "sending_sqs": Area("Sending to SQS"),
    "sending_pubsub": Area("Sending to Pub/Sub"),
    "sending": Area("Sending to Service Bus"),
    "replaying": Area("Durable replay"),
    "exploring": Area("Adversity"),
    "soak": Area("A million messages"),
    "watching": Area("`cloudless dev`"),
}


def module(name: str) -> str:
    """The module of an area."""
    return AREAS[name].module or f"tests.benchmarks.{name}"


def ended(number: int, frame: object) -> NoReturn:
    """Leave every `with` block, and so end what was started."""
    raise SystemExit(128 + number)


def main(module: str, file: str) -> None:
    """Measure the area of a module, and write its tables as JSON, each as soon as it is there."""
    signal.signal(signal.SIGTERM, ended)
    done: list[Any] = []
    tables: Iterable[Table] = import_module(module).tables()
    for table in tables:
        done.append(table.dumped())
        Path(file).write_text(json.dumps(done))


if __name__ == "__main__":
    main(*sys.argv[1:])
