"""What tests use: `simulate(app)`, and what it hands out; `explore`, which needs hypothesis."""

from typing import TYPE_CHECKING

from cloudless.memory.fault import Fault, Faults
from cloudless.memory.history import Event
from cloudless.testing.http import Answer, Client
from cloudless.testing.simulate import simulate
from cloudless.testing.simulation import Call, Simulation

if TYPE_CHECKING:
    from cloudless.testing.exploration import explore
    from cloudless.testing.played import Played

__all__ = ["Answer", "Call", "Client", "Event", "Fault", "Faults", "Played", "Simulation", "explore", "simulate"]
_LATE = {"Played": "played", "explore": "exploration"}
"""Name → module, of what most tests do without: inspect and functools, for one, cost 8 ms of a test run."""


if not TYPE_CHECKING:  # checkers would take any name for one of ours

    def __getattr__(name: str) -> object:
        if name not in _LATE:
            raise AttributeError(f"module 'cloudless.testing' has no attribute {name!r}")
        from importlib import import_module

        found = globals()[name] = getattr(import_module(f"cloudless.testing.{_LATE[name]}"), name)
        return found
