"""Values of secrets: options first, then the environment. No file: a file with secrets ends up in a repository."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

PREFIX = "CLOUDLESS_SECRET_"


def variable(name: str) -> str:
    """The environment variable of a secret: `CLOUDLESS_SECRET_API_KEY` of "api-key"."""
    return f"{PREFIX}{name.upper().replace('-', '_')}"


def remedy(name: str) -> str:
    """What to do about a secret that has no value."""
    return f"set {variable(name)}, or give cloudless dev --secret {name}=…"


def values(names: Iterable[str], given: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    """The values that are known. given: by the name of the secret; those that nobody asked for stay, to be refused."""
    found = {name: environment[variable(name)] for name in names if variable(name) in environment}
    return {**found, **given}
