"""Log lines of a function app: JSON in what the worker sends to the host, and so in Application Insights.

    traces | extend line = parse_json(message) | where line.correlation_id == "…"

The worker's handler stands on the root logger before an entry is imported. Its own lines, and those of Microsoft's
libraries, stay as they are. https://learn.microsoft.com/en-us/azure/azure-functions/functions-reference-python#logging
"""

from __future__ import annotations

import logging

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cloudless.runtime.lines import JsonLines

_THEIRS = ("azure", "azure_functions_worker", "azure_functions_runtime", "proxy_worker")


def write_json() -> None:
    """Give every handler of the root logger lines of JSON."""
    for handler in logging.getLogger().handlers:
        handler.setFormatter(_Lines(handler.formatter))


class _Lines(logging.Formatter):
    """Lines of JSON for what is the user's or ours; what was there for the rest."""

    def __init__(self, before: logging.Formatter | None) -> None:
        super().__init__()
        self._before = before or logging.Formatter()
        self._json: JsonLines | None = None

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        if record.name.partition(".")[0] in _THEIRS:
            return self._before.format(record)
        if self._json is None:
            from cloudless.runtime.lines import JsonLines

            self._json = JsonLines()
        return self._json.format(record)
