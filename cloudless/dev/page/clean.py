"""Texts without secrets: what a program knows by heart does not belong on a page that is shown around."""

from __future__ import annotations

from collections.abc import Callable, Iterable

SHORTEST = 6
"""Characters of a secret that is looked for: a shorter one would be found by chance."""

HIDDEN = "•••"


def cleaner(secrets: Iterable[str]) -> Callable[[str], str]:
    """What replaces the values of secrets in a text, also as JSON has them."""
    values = sorted({form for one in secrets if len(one) >= SHORTEST for form in _forms(one)}, key=len, reverse=True)
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
