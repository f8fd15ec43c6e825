"""The engine: runs definitions of orchestrations, the same on every host that it is given. It defines the language.

    definition.py   Definition, Program: from JSON; compiled when first run
    expression.py   expressions → closures          block.py  flow.py  statement.py: statements → code
    frame.py        the variables of a run          effect.py   what a program asks for
    scheduler.py    Scheduler: strands, one at a time; what the host tells, what it is asked
    attempts.py     one step, with its retries      group.py    branches   fan_out.py   mailbox.py   events
    retry.py error.py   what is raised             host.py     what a host does

Standard library only; never the IR's classes, nor anything of the build: it runs in memory and inside Azure Functions.
"""

from cloudless.engine.definition import VERSION, Definition
from cloudless.engine.scheduler import Scheduler

__all__ = ["VERSION", "Definition", "Scheduler"]
