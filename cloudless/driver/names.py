"""Physical names, whatever the cloud: what a stage's are made of, and how one becomes as short as the cloud wants it.

For compilers, which make what is called so, and for callers, which find it. Standard library only.
"""

from __future__ import annotations

DIGEST = 6
"""Hexadecimal digits at the end of what was too long: two names of a stage with one beginning differ in them."""


def prefix_of(app: str, stage: str) -> str:
    """What names of a stage begin with: shop-prod. No name of a program has two hyphens in a row: ours have."""
    return f"{app}-{stage}"


def worker_of(prefix: str) -> str:
    """The name of the function that carries out what orchestrations do beside calling functions."""
    return f"{prefix}--worker"


def broker_of(prefix: str) -> str:
    """The name of the function that keeps the events of executions, where a cloud has none of its own for them."""
    return f"{prefix}--broker"


def shorten(name: str, most: int, *, digest: int = DIGEST, between: str = "-") -> str:
    """The name where it has at most `most` characters; else its beginning, and digits of its sha256."""
    if len(name) <= most:
        return name
    head = name[: most - digest - len(between)].rstrip(between)
    return f"{head}{between}{digest_of(name, digits=digest)}"


def digest_of(*parts: str, digits: int = DIGEST) -> str:
    """Hexadecimal digits that differ where any part does; at most 64."""
    from hashlib import sha256  # loads OpenSSL

    return sha256("/".join(parts).encode()).hexdigest()[:digits]
