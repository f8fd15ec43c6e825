"""Words that several visitors use for remedies."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from difflib import get_close_matches

from cloudless.ir.type import DICT, INT, LIST, OPTIONAL, TEXT, Type

PURE = "move it into a function under @app.pure, and call that here"


def truth_remedy(kind: Type, source: str) -> str:
    """What to write in place of a condition that is no bool."""
    if kind.kind in {LIST, DICT}:
        return f"write len({source}) > 0"
    if kind.kind == TEXT:
        return f'write {source} != ""'
    if kind.kind == INT:
        return f"write {source} != 0"
    return f"write {source} is not None" if kind.kind == OPTIONAL else "compare it with something"


def none_remedy(node: ast.expr) -> str:
    """What to write where something may be None."""
    source = ast.unparse(node)
    one = node
    while isinstance(one, ast.Attribute):
        one = one.value
    if isinstance(one, ast.Name):
        return f"test it before: if {source} is not None: …"
    return f"keep it in a variable, and test that: x = {source}; if x is not None: …"


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint at what was probably meant, e.g. "did you mean 'total'?"; "" where nothing is near."""
    found = get_close_matches(name, list(known), 1)
    return f"did you mean {found[0]!r}?" if found else ""


def listed(names: Iterable[str]) -> str:
    """Names for people: "a, b and c"."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
