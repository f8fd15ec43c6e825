"""What tests use: `simulate(app)`, and what it hands out; `explore`, which needs hypothesis."""

from typing import TYPE_CHECKING

from cloudless.memory.fault import Fault, Faults
from cloudless.memory.history import Event
from cloudless.testing.http import Answer, Client
from cloudless.testing.simulate import simulate
from cloudless.testing.simulation import Call, Simulation

if TYPE_CHECKING:
    from cloudless.testing.exploration import explore

__all__ = ["Answer", "Call", "Client", "Event", "Fault", "Faults", "Simulation", "explore", "simulate"]


if not TYPE_CHECKING:  # checkers would take any name for one of ours

    def __getattr__(name: str) -> object:
        if name != "explore":
            raise AttributeError(f"module 'cloudless.testing' has no attribute {name!r}")
        from cloudless.testing.exploration import explore  # inspect and functools cost 8 ms of a test run

        globals()[name] = explore
        return explore
