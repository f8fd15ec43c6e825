"""The quotas of Step Functions that a Standard workflow runs into.

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
"""

from __future__ import annotations

import json
from typing import Any

DEFINITION_BYTES = 1_048_576
DATA_BYTES = 262_144
"""Input or output of a state, a task or an execution; all variables that one state assigns; each variable."""

VARIABLES_BYTES = 10 * 1_048_576
"""All variables of an execution."""

EVENTS = 25_000
INLINE_CONCURRENCY = 40
"""https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html"""

NAME_CHARACTERS = 80
SECONDS_MAX = 99_999_999
"""Of Wait, of time-outs, of IntervalSeconds and MaxAttempts."""

MAX_DELAY_SECONDS = 31_622_400
"""https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html: MaxDelaySeconds is less."""

ERROR_CHARACTERS = 256
CAUSE_CHARACTERS = 32_768
VERSIONS = 1_000
ALIASES = 100
PAGE = 100
PAGE_MAX = 1_000


def text_of(value: Any) -> str:
    """A value as Step Functions passes it on: compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def size_of(value: Any) -> int:
    """Bytes of a value as JSON in UTF-8."""
    return len(text_of(value).encode("utf-8", "surrogatepass"))
