"""Callers outside of a function: a web server, a script, a notebook that uses a deployed stage.

    with cloudless.connect("prod"):
        orders.send(order)

Or, without a block: CLOUDLESS_STAGE=prod in the environment.

A deployed function may import this with its module; what reads cloudless.toml is not there, and imported when called.

This file is not called `connect.py`: the module would take the place of the function in `cloudless.connect`.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING

from cloudless.driver.current import Here, find_with, leave, use
from cloudless.driver.provider import Cloud, provider
from cloudless.errors import InvalidArgument

if TYPE_CHECKING:
    from cloudless.config import Project

VARIABLE = "CLOUDLESS_STAGE"


@contextmanager
def connect(stage: str, *, config: str | os.PathLike[str] | None = None) -> Generator[Cloud]:
    """Send client calls of this block to a deployed stage, and hand out its drivers.

    stage: a name in cloudless.toml. config: that file; by default the nearest one from the working directory
    upwards. Context variables hold the connection: tasks and `asyncio.to_thread` inside the block have it, threads
    of other kinds have not. Blocks may be nested.

    Raises ConfigError, InvalidArgument (unknown stage, provider not installed, a stage of the in-memory cloud),
    DefinitionError, and what the provider raises.
    """
    from cloudless.config import load

    cloud = _connected(load(config), stage)
    token = use(cloud)
    try:
        yield cloud
    finally:
        leave(token)


class Environment:
    """The connection of a whole process, made at its first client call, from CLOUDLESS_STAGE."""

    def __init__(self) -> None:
        self._lock = RLock()  # importing the application may make client calls itself
        self._here: tuple[str, Here] | None = None

    def find(self) -> Here | None:
        """The stage that the environment names; None where it names none."""
        stage = os.environ.get(VARIABLE, "")
        if not stage:
            return None
        with self._lock:
            if self._here is None or self._here[0] != stage:
                from cloudless.config import load

                self._here = stage, (_connected(load(), stage), None, None)
            return self._here[1]


def _connected(project: Project, name: str) -> Cloud:
    from cloudless.frontend import compile as compile_app

    stage = project.stage(name)
    if stage.provider == "memory":
        raise InvalidArgument(
            f"stage {name!r} is the in-memory cloud, which lives inside one process and its test: "
            "use `with cloudless.testing.simulate(app) as cloud:`, or `cloudless run`"
        )
    chosen = provider(stage.provider)
    app = project.load_app()
    application = compile_app(app, entry=project.app, include=project.include, deployable=True)
    return chosen.connect(stage, application)


find_with(Environment().find)
