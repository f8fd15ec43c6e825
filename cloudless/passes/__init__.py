"""IR → IR, one pass a file; PASSES are those that every application goes through, in order.

    internal_queues.py  the queues behind schedules and `invoke_later`
    dead_letters.py     the queues behind queues, subscriptions, schedules and functions
    waiters.py          who waits for each event
    later.py            without the queues of `invoke_later` that nobody sends to; when deploying only
    loops.py            circles of messages → problems
    limits.py           what is over a limit of a cloud → problems
    orchestration_limits.py   what orchestrations are measured by, for limits.py
    uses.py             what an application uses, and where
    fit.py              what a provider has not got → problems
    comparison.py       what differs between providers, of what an application uses
    graph.py            who feeds and who calls whom
    requirements.py     packages that our runtime needs in the cloud
    flow/               an orchestration as a flow chart
    work.py             how many steps of a platform an execution may take
    plans.py            IR → plans of the runtime
    tree.py             walking and rewriting orchestrations
    expression_types.py the type of every expression of an orchestration
    lowering/           orchestrations as a backend can print them
    states/             orchestrations as states and the ways between them

May import IR and runtime; never the user's program, of which only the front end knows.
"""

from __future__ import annotations

from collections.abc import Callable

from cloudless.ir import Application
from cloudless.passes.dead_letters import dead_letters
from cloudless.passes.internal_queues import internal_queues
from cloudless.passes.waiters import waiters

PASSES: tuple[Callable[[Application], Application], ...] = (internal_queues, dead_letters, waiters)


def run(application: Application) -> Application:
    """The application after every pass."""
    for one in PASSES:
        application = one(application)
    return application
