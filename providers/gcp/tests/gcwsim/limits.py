"""What a definition and an execution must stay within.

https://cloud.google.com/workflows/quotas
https://cloud.google.com/workflows/docs/reference/syntax/variables#memory_usage
"""

from __future__ import annotations

KB = 1_000
"""Nothing says that it is not 1,024: the model takes the smaller one."""

SOURCE_BYTES = 128 * KB
EXPRESSION_CHARACTERS = 400
ASSIGNMENTS = 50
CONDITIONS = 50
BRANCHES = 10
PARALLEL_DEPTH = 2
CONCURRENT = 20
"""Branches and iterations of an execution that run at once; more wait."""

UNHANDLED = 100
"""Branches and iterations of an execution that may end with an error."""

PARAMETERS = 10
"""Of a subworkflow, by Google's JSON schema; no page says how many."""

CALL_DEPTH = 20
STEPS = 100_000
ARGUMENT_BYTES = 32 * KB
MEMORY_BYTES = 512 * KB
STRING_BYTES = 256 * KB
RESPONSE_BYTES = 2 * KB * KB
HTTP_TIMEOUT_MAX_S = 1_800
HTTP_TIMEOUT_S = 300
"""Default of the functions' pages. The guide says 1,800 s: what answers in between is Unspecified."""

CALLBACK_TIMEOUT_S = 43_200.0
SLEEP_MAX_S = 31_536_000
ENVIRONMENT_VARIABLES = 20
ENVIRONMENT_BYTES = 4 * 1024
INT_MAX = 2**63 - 1
INT_MIN = -(2**63)
