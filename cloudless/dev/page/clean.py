"""Texts without secrets: what a program knows by heart does not belong on a page that is shown around."""

from __future__ import annotations

from collections.abc import Callable, Iterable

SHORTEST = 6
"""Characters of a secret that is looked for: a shorter one would be found by chance."""

HIDDEN = "•••"


def cleaner(secrets: Iterable[str]) -> Callable[[str], str]:
    """What replaces the values of secrets in a text, also as JSON has them; of several with commas between, each."""
    parts = {part.strip() for one in secrets for part in (one, *one.split(","))}
    values = sorted({form for part in parts if len(part) >= SHORTEST for form in _forms(part)}, key=len, reverse=True)
    if not values:
        return str

    def clean(text: str) -> str:
        for value in values:
            if value in text:
                text = text.replace(value, HIDDEN)
        return text

    return clean


def _forms(secret: str) -> set[str]:
    from json import dumps

    return {secret, dumps(secret)[1:-1], dumps(secret, ensure_ascii=False)[1:-1]}
