"""Patterns of IAM: `*` for any text, `?` for one character; ARNs field by field.

May import: the standard library, tests.bridge.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from tests.bridge import Unreadable

FIELDS = 6
"""arn, partition, service, region, account, resource.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""
_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_LITERALS = {"*": "[*]", "?": "[?]", "$": "[$]"}
"""`${*}` is a star: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html."""


def fits(pattern: str, text: str) -> bool:
    """Whether a text is what a pattern says, upper and lower case being different."""
    return _compiled(pattern).fullmatch(text) is not None


def fits_arn(pattern: str, arn: str) -> bool:
    """Whether each field of an ARN is what that of the pattern says; colons in the last one are part of it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html: wildcards stand within
    the fields, and the last one's reach across its slashes and colons.
    """
    if pattern == "*":
        return True
    wanted, found = fields(pattern), arn.split(":", FIELDS - 1)
    return len(found) == FIELDS and all(map(fits, wanted, found))


def fields(arn: str) -> Sequence[str]:
    """Those of an ARN; Unreadable for one with too few, which IAM would fill up with stars."""
    found = arn.split(":", FIELDS - 1)
    if len(found) < FIELDS or found[0] != "arn" or "*" in found[2]:
        raise Unreadable(f"{arn!r} is no ARN: six fields, and no wildcard for the service")
    return found


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(map(_part, _VARIABLE.split(pattern), range(len(pattern) + 1))), re.DOTALL)


def _part(text: str, number: int) -> str:
    """A part of a pattern; every second one stood in `${}`."""
    if number % 2 == 0:
        return re.escape(text).replace(r"\*", ".*").replace(r"\?", ".")
    if text not in _LITERALS:
        raise Unreadable(f"variable ${{{text}}}: these tests know no variables of policies")
    return _LITERALS[text]
