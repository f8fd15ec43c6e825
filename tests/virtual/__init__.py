"""Time that only tests move: a clock that goes to what is due next, and what is due when.

    world.py    World: things that do something by themselves, one at a time
    agenda.py   Agenda: what one such thing has to do, in the order of its time
    cron.py     what fields of cron expressions match, and when that is next
    zones.py    whose clocks change when, one of each kind

May import: the standard library, so that models of services, which use it, share nothing with the code that they judge.
"""

from tests.virtual.agenda import Agenda, Entry, Kind
from tests.virtual.world import START_US, US, Moving, NeverEnds, World

__all__ = ["START_US", "US", "Agenda", "Entry", "Kind", "Moving", "NeverEnds", "World"]
