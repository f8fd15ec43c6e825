"""Spelling: names of a program in the letters that a service takes, so that no two become one."""

from __future__ import annotations

import re

from cloudless.driver.names import digest_of


def folded(name: str) -> str:
    """The name of a routine in lower case, digits and hyphens.

    No two are one there (CL102), but for underscores at an end, and two in a row: those are told apart by a digest.
    """
    plain = re.sub("-+", "-", name.lower().replace("_", "-")).strip("-")
    return plain if plain == name.lower().replace("_", "-") else told_apart(plain, name)


def told_apart(plain: str, name: str) -> str:
    """The plain form, and a digest of what it is the form of."""
    return f"{plain}-{digest_of(name)}"
