"""What tests use: `simulate(app)`, and what it hands out. Needs nothing but cloudless itself."""

from cloudless.memory.fault import Fault, Faults
from cloudless.memory.history import Event
from cloudless.testing.explore import explore
from cloudless.testing.http import Answer, Client
from cloudless.testing.simulate import Call, Simulation, simulate

__all__ = ["Answer", "Call", "Client", "Event", "Fault", "Faults", "Simulation", "explore", "simulate"]
