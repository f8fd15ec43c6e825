"""What a program writes so that a handler gets a permission, for the errors of those that lack it."""

from __future__ import annotations

_USES = {
    "send": "{}.send",
    "publish": "{}.publish",
    "receive": "{}.peek",
    "peek": "{}.peek",
    "redrive": "{}.redrive",
    "invoke": "{}.invoke",
    "invoke_later": "{}.invoke_later",
    "start": "{}.start",
    "control": "{}.execution",
    "read": "{}",
    "native": "{}.native",
}
"""By verb, what a decorator's `uses=` takes."""
_DEAD_LETTERS = "-dead-letters"


def use_of(verb: str, name: str) -> str:
    """What to add to `uses=`: "orders.dead_letters.peek" for the verb peek on queue "orders-dead-letters"."""
    return _USES[verb].format(_handle(name)) if verb in _USES else "…"


def _handle(name: str) -> str:
    """What a program probably calls it."""
    if name.endswith(_DEAD_LETTERS):
        return f"{_handle(name.removesuffix(_DEAD_LETTERS))}.dead_letters"
    return name.replace("-", "_")
