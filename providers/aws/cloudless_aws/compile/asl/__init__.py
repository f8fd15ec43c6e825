"""Orchestrations → Amazon States Language, with JSONata and variables: a state machine for each, callees within it.

    expression.py  arithmetic.py  text.py      expressions → JSONata (jsonata.py: its text; variable.py: names)
    template.py    values → JSON with JSONata in it, as fields of states have them
    writer.py  step.py  branch.py              states of the core (cloudless.passes.states) → those of ASL (state.py)
    frame.py                                   where a step runs: its scope, its key
    failure.py     errors of functions and of the platform, and what is tried again
    fuse.py        the same with fewer states
    document.py    states → ASL: names, JSON
    machine.py     one orchestration, from end to end     machines.py  all of a stage

state_machines(application, stage, definitions) ──► {orchestration: Translation(text=…, functions=…)}

The engine (cloudless.engine) defines what is to come out. An error is a value of its scope's variable on its way along
labels; nothing but a Map or Parallel carries one by itself. Uncaught, it ends the machine in `Fail`.
"""

from __future__ import annotations

from cloudless_aws.compile.asl.frame import Targets
from cloudless_aws.compile.asl.machine import machine
from cloudless_aws.compile.asl.machines import state_machines

__all__ = ["Targets", "machine", "state_machines"]
