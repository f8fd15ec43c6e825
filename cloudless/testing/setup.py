"""Setup: an application compiled once, for one simulation or for many."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cloudless.driver.current import leave, use
from cloudless.errors import InvalidArgument, hidden
from cloudless.frontend import compile as compile_app
from cloudless.memory.cloud import MemoryCloud
from cloudless.options import nearest
from cloudless.secret import Config, Secret
from cloudless.testing.included import import_included
from cloudless.testing.simulation import Simulation, microseconds

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from cloudless.app import App
    from cloudless.memory.fault import FaultPlan
    from cloudless.memory.telling import Telling
    from cloudless.runtime.call import Await

__tracebackhide__ = hidden
START = datetime(2026, 1, 2, 12, tzinfo=UTC)


class Setup:
    """An application compiled once, and what its simulations share: see `simulate`."""

    def __init__(  # noqa: PLR0917  (the options of `simulate`)
        self,
        app: App,
        start: datetime,
        like: str | None,
        secrets: Mapping[str, str] | None,
        config: Mapping[str, Any] | None,
        history: int,
    ) -> None:
        if start.tzinfo is None:
            raise InvalidArgument(f"simulate(start={start!r}): give an aware datetime, e.g. tzinfo=UTC")
        import_included(app)
        self.app = app
        self.application = compile_app(app, deployable=False)
        _check_names(app, Secret, "secret", secrets or {})
        _check_names(app, Config, "configuration", config or {})
        self._options: dict[str, Any] = {
            "start_us": microseconds(start - datetime(1970, 1, 1, tzinfo=UTC)),
            "like": like,
            "secrets": secrets or {},
            "config": config or {},
            "history": history,
            "definitions": {},
        }

    @contextmanager
    def simulation(
        self,
        seed: int,
        plan: FaultPlan | None,
        *,
        watch: tuple[str, ...] = (),
        wait: Await | None = None,
        telling: Telling | None = None,
    ) -> Generator[Simulation]:
        """One simulation.

        watch: folders; the lines of them that handlers run are kept by the cloud's adversary. wait: runs coroutines; by
        default on virtual time, where nothing real can be waited for. telling: tells of handlers that raise.
        """
        how: dict[str, Any] = {"seed": seed, "faults": plan, "watch": watch, "wait": wait, "telling": telling}
        cloud = MemoryCloud(self.app, self.application, **how, **self._options)
        token = use(cloud)
        try:
            yield Simulation(cloud)
        finally:
            leave(token)
            cloud.close()


def _check_names(app: App, kind: type[Secret | Config[Any]], what: str, given: Mapping[str, Any]) -> None:
    """Refuse a value whose name is a mistyped one; values of others may be there for several apps."""
    known = [one.name for one in app.declared if isinstance(one, kind)]
    for name, value in given.items():
        guess = None if name in known else nearest(name, [other for other in known if other not in given])
        if guess:
            raise InvalidArgument(f"app {app.name!r} has no {what} {name!r}: did you mean {guess!r}?")
        if kind is Secret and not isinstance(value, str):
            raise InvalidArgument(f"secret {name!r} is of type {type(value).__name__}: give a string")
