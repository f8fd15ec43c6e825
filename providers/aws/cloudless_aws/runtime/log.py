"""Log lines of a function: JSON, as CloudWatch Logs Insights finds fields in.

    fields @timestamp, level, message | filter correlation_id = "…"

Lambda's runtime client stands on the root logger before an entry is imported; a line is what cloudless/runtime/lines.py
makes, with the time and the id of Lambda's request. Where Lambda says no level (AWS_LAMBDA_LOG_LEVEL, by
`logging_config`), it is INFO; Python's own would keep back what programs tell.
https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
"""

from __future__ import annotations

import logging
from os import environ
from time import gmtime, strftime

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cloudless.runtime.lines import JsonLines

_LEVEL = "AWS_LAMBDA_LOG_LEVEL"
_SDK = "botocore"
"""It tells at INFO where it found credentials, in every process."""


def write_json() -> None:
    """Give every handler of the root logger lines of JSON."""
    root = logging.getLogger()
    for handler in root.handlers:
        handler.setFormatter(_Lines())
    if not environ.get(_LEVEL):
        root.setLevel(logging.INFO)
        logging.getLogger(_SDK).setLevel(logging.WARNING)


class _Lines(logging.Formatter):
    """Lines of JSON, each with a line break, which Lambda's client does not add. Made at the first one."""

    def __init__(self) -> None:
        super().__init__()
        self._json: JsonLines | None = None

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        if self._json is None:
            from cloudless.runtime.lines import JsonLines

            self._json = JsonLines()
        head = {"timestamp": f"{strftime('%Y-%m-%dT%H:%M:%S', gmtime(record.created))}.{int(record.msecs):03d}Z"}
        request = getattr(record, "aws_request_id", "")
        return self._json.line(record, {**head, "aws_request_id": request} if request else head) + "\n"
