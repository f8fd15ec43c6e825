"""How workflows ask the broker: as any function, and more patiently."""

from __future__ import annotations

from cloudless_gcp.compile.workflows.prelude.pause import LONGEST_S
from cloudless_gcp.compile.workflows.prelude.words import Plain

_TRIES = 10
"""Twice as long apart each time, so for eight and a half minutes: a cold start, a burst that Cloud Run answers with
429, a role that does not hold yet (https://cloud.google.com/iam/docs/access-change-propagation). The broker is no step:
an execution that gave up on it would be lost, and whatever it is asked may be asked again.
"""
_TRY_S = 60
"""As long as a try waits for the broker: its function answers within 30 s, and may have to start first."""


def patiently() -> Plain:
    """Arguments of `ask` for the broker."""
    again = {"on": ["TimeoutError"], "attempts": _TRIES, "delay_s": 1, "factor": 2, "most_s": LONGEST_S}
    return {"most_s": _TRY_S, "again": again, "tries": _TRIES}
