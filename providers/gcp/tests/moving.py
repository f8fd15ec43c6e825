"""Workflows, as what `World` moves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from providers.gcp.tests.gcwsim import Workflows


@dataclass(frozen=True, slots=True)
class Machinery:
    """Executions. What sleeps and waits for events is no back-off."""

    service: Workflows

    def next_due_us(self, *, with_delayed: bool, now_us: int) -> int | None:
        return self.service.next_due_us(sleeps=with_delayed)

    def deliver_next(self, now_us: int) -> None:
        self.service.step()


_WISHED = re.compile(r"s.+_sleep_.*")
"""A step that is a sleep of the program's: see cloudless_gcp/compile/workflows/step.py."""
_RESTS = {"rest", "sleep"}
"""Steps in which a call waits to be tried again: see cloudless_gcp/compile/workflows/helper/ask.py."""


def is_backoff(steps: Sequence[str]) -> bool:
    """Whether a sys.sleep below steps of these names waits to try again."""
    return steps[-1] in _RESTS and not any(_WISHED.fullmatch(one) for one in steps)
