"""Methods of strings that JSONata does not have, from those that it has.

Its $substring counts UTF-16 units, sometimes, where a text has characters outside of the Basic Multilingual Plane, and
fails for some of them; so nothing here uses it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from cloudless_aws.compile.asl.jsonata import ADD, AND, COMPARE, Code, call, literal, operator

REPEATED = frozenset({"startswith"})
"""Methods whose operands are written several times."""


def _starts(text: Code, part: Code) -> Code:
    """Nothing stands before its first occurrence."""
    before = operator("=", COMPARE, call("substringBefore", text, part), literal(""))
    return operator("and", AND, call("contains", text, part), before)


def _ends(text: Code, part: Code) -> Code:
    """It occurs before the end, which is marked by what occurs in no text: every ~ in it is followed by !."""
    return call("contains", _marked(text), _marked(part))


def _marked(text: Code) -> Code:
    doubled = call("replace", text, literal("!"), literal("!!"))
    return operator("&", ADD, call("replace", doubled, literal("~"), literal("~!")), literal("~."))


def _join(separator: Code, texts: Code) -> Code:
    return call("join", texts, separator)


CALLS: dict[str, Callable[..., Code]] = {
    "lower": partial(call, "lowercase"),
    "upper": partial(call, "uppercase"),
    "startswith": _starts,
    "endswith": _ends,
    "join": _join,
}
"""By name, of the arguments as the IR has them."""
