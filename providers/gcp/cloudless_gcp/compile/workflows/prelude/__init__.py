"""The prelude: routines of ours beside those of the program, each in a workflow that needs it, once.

ask, ask_settled       call a function and try it again as it says; ask raises its error, ask_settled tells it
wait_for               wait for an event: {"v": payload} or {"err": error}
equal                  whether two values are equal, deep
pause                  sleep as long as is said, which Workflows may not do at once
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cloudless_gcp.compile.workflows.plan import Plan
from cloudless_gcp.compile.workflows.prelude.ask import ask
from cloudless_gcp.compile.workflows.prelude.equal import equal
from cloudless_gcp.compile.workflows.prelude.pause import pause
from cloudless_gcp.compile.workflows.prelude.wait import wait_for
from cloudless_gcp.compile.workflows.prelude.words import Plain

PRELUDE: Mapping[str, Callable[[Plan, str], Plain]] = {
    "ask": lambda plan, name: ask(plan, is_total=False),
    "ask_settled": lambda plan, name: ask(plan, is_total=True),
    "equal": equal,
    "pause": lambda plan, name: pause(plan),
    "wait_for": wait_for,
}
"""By name; of the workflow that it is for, and the name that it has there."""
