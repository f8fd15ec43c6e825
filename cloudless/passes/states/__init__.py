"""An orchestration as states and the ways between them, for platforms that run such: IR → Flow, nothing of a platform.

    graph.py   states and edges                  labels.py  labels, and how states are walked
    frame.py   where a statement runs: its loops, its ways out
    exits.py   ways out of a block: errors, returns and jumps, through the `finally` blocks between
    block.py   statements, one after another: flow.py if, check, try …; loop.py loops; step.py what waits or has effects
    fuse.py    the same with fewer states         key.py    the keys of steps

flow_of(orchestration) ──► Flow(graph, start): Pass, Choice, Step, End and Fail

Control flow is spelled out: what remains are assignments, tests, steps and ends, whose values are expressions of the IR
over its variables, and over those that are added (`way`, `turn`, `raised` …). An error goes its way in a variable of
its scope, the orchestration or a branch; a Step says where errors of its statement go. What a step is, and how
expressions are written, is for the platform's compiler.
"""

from __future__ import annotations

from cloudless.passes.states.frame import Flow, flow_of
from cloudless.passes.states.fuse import fused
from cloudless.passes.states.graph import (
    Assign,
    Choice,
    Edge,
    End,
    Fail,
    Graph,
    Pass,
    Rule,
    State,
    Step,
    can_fail,
    edges,
    in_scope,
    reached,
)
from cloudless.passes.states.key import Key
from cloudless.passes.states.labels import Label, Labelled

__all__ = [
    "Assign", "Choice", "Edge", "End", "Fail", "Flow", "Graph", "Key", "Label", "Labelled", "Pass", "Rule", "State",
    "Step", "can_fail", "edges", "flow_of", "fused", "in_scope", "reached",
]  # fmt: skip
