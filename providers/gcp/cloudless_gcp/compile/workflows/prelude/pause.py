"""pause: sleep as long as is said, which Workflows may not do at once."""

from __future__ import annotations

from cloudless_gcp.compile.workflows.plan import Plan
from cloudless_gcp.compile.workflows.prelude.end import last, overdue, until
from cloudless_gcp.compile.workflows.prelude.words import Plain, assign, steps, switch

LONGEST_S = 31_536_000
"""https://cloud.google.com/workflows/docs/reference/stdlib/sys/sleep"""


def pause(plan: Plan) -> Plain:
    """Longer than Workflows can at once; not past the end of the execution."""
    named = steps(
        begin=assign(("left", "${seconds}")),
        cut=until(plan, switch(("run.until - sys.now() <= left", "last"))),
        whole=switch((f"left <= {LONGEST_S}", "rest")),
        part={"call": "sys.sleep", "args": {"seconds": LONGEST_S}},
        less=assign(("left", f"${{left - {LONGEST_S}}}"), to="whole"),
        rest={"call": "sys.sleep", "args": {"seconds": "${left}"}},
        done={"return": None},
        last=until(plan, last()),
        overdue=until(plan, overdue(plan.main)),
    )
    return {"params": ["run", "seconds"], "steps": named}
