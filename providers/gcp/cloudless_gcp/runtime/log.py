"""Log lines of a function: JSON on stderr, of which Cloud Logging makes entries with fields.

    jsonPayload.correlation_id = "…"        trace = "projects/my-project/traces/4bf92f3577b34da6a3ce929d0e0e4736"

A line is what cloudless/runtime/lines.py makes, with its severity, and with the trace by which Cloud Logging shows it
beside the request. functions-framework puts a handler on the root logger only where LOG_EXECUTION_ID says so, and adds
the id of the execution then; elsewhere the handler is ours. Level: INFO; Python's own would keep back what programs
tell.
https://cloud.google.com/logging/docs/structured-logging#special-payload-fields
"""

from __future__ import annotations

import logging

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cloudless.runtime.lines import JsonLines

_TRACE = "logging.googleapis.com/trace"
_SEVERITIES = {"CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG"}
"""Those of Python's levels that Cloud Logging knows by the same name.

https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#LogSeverity
"""


def write_json(project: str) -> None:
    """Give every handler of the root logger lines of JSON; it gets one where it has none. project: of the traces."""
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.StreamHandler())
    for handler in root.handlers:
        handler.setFormatter(_Lines(project))
    root.setLevel(logging.INFO)


class _Lines(logging.Formatter):
    """Lines of JSON; made at the first one."""

    def __init__(self, project: str) -> None:
        super().__init__()
        self._project = project
        self._json: JsonLines | None = None

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        from cloudless.runtime.lines import JsonLines, facts_of

        if self._json is None:
            self._json = JsonLines()
        severity = record.levelname if record.levelname in _SEVERITIES else "DEFAULT"
        parent = facts_of(record).get("traceparent", "")
        trace = {_TRACE: f"projects/{self._project}/traces/{parent[3:35]}"} if parent and self._project else {}
        return self._json.line(record, {"severity": severity, **trace})
