"""Names: logical ones as a cloud, or Terraform, takes them.

escaped   another spelling for each name, never the same for two
shorten   what is too long ends in a digest
"""

from __future__ import annotations

import re
from functools import cache
from hashlib import sha256


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


def shorten(name: str, most: int, *, digest: int = 6, between: str = "-") -> str:
    """The name where it has at most `most` characters; else its beginning, and digits of its sha256."""
    if len(name) <= most:
        return name
    head = name[: most - digest - len(between)].rstrip(between)
    return f"{head}{between}{digest_of(name, digits=digest)}"


def digest_of(*parts: str, digits: int = 6) -> str:
    """Hexadecimal digits that differ where any part does."""
    return sha256("/".join(parts).encode()).hexdigest()[:digits]
