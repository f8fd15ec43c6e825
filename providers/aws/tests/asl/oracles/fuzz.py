"""Generated programs on what is emitted for them, for tests.fuzz: make fuzz ON=aws PROGRAMS=2000."""

from __future__ import annotations

import gc
from collections.abc import Generator, Sequence
from contextlib import contextmanager

from providers.aws.tests.asl.oracles.runners import Emitted, Local, Modelled
from providers.aws.tests.asl.oracles.statics import Node
from providers.aws.tests.stepfunctions import jsonata
from tests import tools
from tests.fuzz.runners import ENGINE, Runner


@contextmanager
def runners() -> Generator[Sequence[Runner]]:
    """The engine, and who checks and runs every program. What parses JSONata in Python leaves much in circles."""
    gc.set_threshold(10_000, 10, 5)
    modules = tools.find("stepfunctions-npm").parents[1]
    with Node(modules) as node, jsonata() as engine:
        yield ENGINE, Emitted(Local(), node), Emitted(Modelled(engine))
