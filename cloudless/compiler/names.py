"""Names: logical ones as a cloud, or Terraform, takes them. What is too long: see `cloudless.driver.names`."""

from __future__ import annotations

import re
from functools import cache


def escaped(name: str, *, kept: str = "A-Za-z0-9_-", mark: str = "_", first: str = "A-Za-z_") -> str:
    """The name in other characters, readable; two names never become one. By default a Terraform identifier.

    kept: characters that stay, as in a regular expression's brackets; `mark` among them, digits and a to f too.
    first: those of them that a name may begin with; `mark` among them.
    Another character becomes its code between marks: "a/b" is "a__2f_b"; a second mark in a row does as well.
    """
    return _pattern(kept, mark, first).sub(lambda match: f"{mark}{mark}{ord(match[0]):x}{mark}", name)


@cache
def _pattern(kept: str, mark: str, first: str) -> re.Pattern[str]:
    return re.compile(rf"\A[^{first}]|[^{kept}]|(?<={re.escape(mark)}){re.escape(mark)}")
