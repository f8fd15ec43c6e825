"""What tests use: `simulate(app)`, and what it hands out. Needs nothing but cloudless itself."""

from cloudless.memory.history import Event
from cloudless.testing.http import Answer, Client
from cloudless.testing.simulate import Call, Simulation, simulate

__all__ = ["Answer", "Call", "Client", "Event", "Simulation", "simulate"]
