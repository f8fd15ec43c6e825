"""Schedules."""

from __future__ import annotations

from typing import Any

from cloudless.ir.handler import Retry
from cloudless.ir.native import Native
from cloudless.ir.span import Span
from cloudless.node import field, node


@node(kw_only=True)
class Schedule:
    """Exactly one of cron (five fields) and every_s (whole minutes, anchored at the epoch) is set.

    utc_cron: for `cron`, the UTC cron whose times include every due time; the guard decides which are.
    queue: the internal queue between the cloud's scheduler and the handler. overlap: "allow" or "skip".
    """

    name: str
    handler: str
    cron: str = ""
    every_s: int = 0
    timezone: str = "UTC"
    utc_cron: str = ""
    overlap: str = "allow"
    retry: Retry = Retry()
    queue: str = ""
    dead_letters: str = ""
    native: Native = field(default_factory=dict[str, Any])
    span: Span
