"""Log records as lines of JSON, each with the trace and the correlation id of what the process works on.

    {"level": "ERROR", "logger": "shop.app", "message": "…", "handler": "take", "correlation_id": "…",
     "traceparent": "00-…", "message_id": "…", "error": "Traceback …"}

For providers whose platform takes lines of text; imported where such a line is to be written.
"""

from __future__ import annotations

import json
import logging

from cloudless.driver.current import HERE
from cloudless.message import traceparent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from cloudless.message import Envelope

_FACTS = ("handler", "request_id", "message_id", "correlation_id", "traceparent")
"""What Context.logger and runtime/log.py give a record."""


class JsonLines(logging.Formatter):
    """The formatter. Of a record without facts of its own, those of the running handler."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        return self.line(record, {})

    def line(self, record: logging.LogRecord, more: Mapping[str, object]) -> str:
        """One line, with what the platform knows besides in front."""
        own = {"level": record.levelname, "logger": record.name, "message": record.getMessage(), **facts_of(record)}
        line = {**more, **own}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack"] = record.stack_info
        return json.dumps(line, default=str)


def facts_of(record: logging.LogRecord) -> dict[str, str]:
    """What a record is about: its own facts, else those of the running handler."""
    own = {name: getattr(record, name) for name in _FACTS if hasattr(record, name)}
    here = HERE.get(None)
    if "traceparent" in own or here is None or here[1] is None:
        return own
    return {"handler": here[1], **(_causes(here[2]) if here[2] else {}), **own}


def _causes(envelope: Envelope) -> dict[str, str]:
    return {
        "message_id": envelope.id,
        "correlation_id": envelope.correlation,
        "traceparent": traceparent(envelope),
    }
