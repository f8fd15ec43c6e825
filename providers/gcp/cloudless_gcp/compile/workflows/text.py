"""Methods of strings that Workflows does not have, from those that it has.

Positions in texts are counted in bytes or in characters, the documentation does not say which: nothing here uses any.
https://cloud.google.com/workflows/docs/reference/stdlib/overview
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from cloudless_gcp.compile.workflows.code import Code, call, item, operator

_ZERO, _ONE = Code("0"), Code("1")
_EMPTY = Code('""')


def contains(text: Code, part: Code) -> Code:
    """The empty text is in each, and is never looked for."""
    if _is_literal(part):
        return _is_within(text, part)
    return operator("or", _is_empty(part), _is_within(text, _looked_for(part)))


def _starts(text: Code, part: Code) -> Code:
    """Nothing stands before its first occurrence."""
    looked_for = part if _is_literal(part) else _looked_for(part)
    is_first = operator("==", item(call("text.split", text, looked_for), _ZERO), _EMPTY)
    found = operator("and", _is_within(text, looked_for), is_first)
    return found if _is_literal(part) else operator("or", _is_empty(part), found)


def _ends(text: Code, part: Code) -> Code:
    """It occurs before the end, which is marked by what occurs in no text: every ~ in it is followed by !."""
    return _is_within(_marked(text), _marked(part))


def _is_within(text: Code, part: Code) -> Code:
    return operator(">", call("len", call("text.split", text, part)), _ONE)


def _is_literal(part: Code) -> bool:
    return part.text.startswith('"') and part.text != _EMPTY.text


def _is_empty(part: Code) -> Code:
    return operator("==", part, _EMPTY)


def _looked_for(part: Code) -> Code:
    """A part that is not empty: another one in its place."""
    return call("if", _is_empty(part), Code('"-"'), part)


def _marked(text: Code) -> Code:
    doubled = call("text.replace_all", text, Code('"!"'), Code('"!!"'))
    return operator("+", call("text.replace_all", doubled, Code('"~"'), Code('"~!"')), Code('"~."'))


CALLS: dict[str, Callable[..., Code]] = {
    "lower": partial(call, "text.to_lower"),
    "upper": partial(call, "text.to_upper"),
    "startswith": _starts,
    "endswith": _ends,
}
"""By name, of the arguments as the IR has them."""
