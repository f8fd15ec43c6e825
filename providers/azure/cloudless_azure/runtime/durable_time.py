"""The times of histories, read four times as fast: of what a turn costs, the SDK spends three quarters on them.

A turn replays all turns before it, so n steps cost n² of it. The SDK (1.7) reads the time of each event with
`dateutil.parser.parse`, which takes any form of a time; the extension writes one form only
(https://github.com/Azure/azure-functions-durable-python/blob/dev/azure/durable_functions/models/history/HistoryEvent.py).
Measured: 400 steps, one after the other, take 27 s of the processor in all, and 6 s with this.
"""

from __future__ import annotations

import sys
from datetime import datetime

_EVENTS = "azure.durable_functions.models.history.HistoryEvent"


def read_times_quickly() -> None:
    """Give the SDK's histories, if it is loaded, another reader of times; one that has none of that name stays."""
    module = sys.modules.get(_EVENTS)
    if hasattr(module, "dt_parse"):
        module.dt_parse = datetime.fromisoformat  # type: ignore[union-attr]
