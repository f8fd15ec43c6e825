"""The words of an expression.

https://cloud.google.com/workflows/docs/reference/syntax/expressions
https://cloud.google.com/workflows/docs/reference/syntax/datatypes
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from providers.gcp.tests.gcwsim.limits import INT_MAX
from providers.gcp.tests.gcwsim.pages import DATATYPES, EXPRESSIONS

_WORD = re.compile(
    r"""\s*(?:
      (?P<number>\d[\w.]*|\.\d[\w.]*)
    | (?P<name>[A-Za-z_]\w*)
    | (?P<string>"(?:[^"\\]|\\.)*")
    | (?P<mark>//|<=|>=|==|!=|[-+*/%()\[\].,<>])
    | (?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_INTEGER = re.compile(r"[0-9]+\Z")
_DOUBLE = re.compile(r"[0-9]+\.[0-9]+\Z")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}

CONSTANTS = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    "null": None,
}
WORDS = {word: word.lower() for word in ("and", "or", "not", "in", "AND", "OR", "NOT")}
"""Operators that are words, upper-case or lower-case: IN is not among those that the page lists."""

_MIXED = {"and", "or", "not"}


class Syntax(Exception):
    """A text that is no expression. is_open: the documentation does not say whether it is one."""

    def __init__(self, message: str, page: str = EXPRESSIONS, *, is_open: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.page = page
        self.is_open = is_open


class Word(NamedTuple):
    """kind: "number", "string", "constant", "name", "mark" or "end"; operators that are words are marks."""

    kind: str
    text: str
    value: Any = None


END = Word("end", "the end")


def words_of(text: str) -> list[Word]:
    """The words of an expression, END last. Raises Syntax."""
    words: list[Word] = []
    at = 0
    while True:
        found = _WORD.match(text, at)
        if found is None:
            raise _unknown(text[at:].lstrip())
        at = found.end()
        kind = str(found.lastgroup)
        if kind == "end":
            return [*words, END]
        words.append(_READ[kind](found[kind]))


def _unknown(rest: str) -> Syntax:
    if rest.startswith("'"):
        return Syntax(f"a string in single quotes, {rest[:20]!r}: the pages disagree", is_open=True)
    if rest.startswith("{"):
        return Syntax("a map inside an expression: assign it first")
    return Syntax(f"token recognition error at {rest[:20]!r}")


def _mark(text: str) -> Word:
    return Word("mark", text)


def _name(text: str) -> Word:
    if text in WORDS:
        return Word("mark", WORDS[text])
    if text in CONSTANTS:
        return Word("constant", text, CONSTANTS[text])
    if text.lower() in _MIXED:
        raise Syntax(f"{text}: and, or and not are lower-case or upper-case", DATATYPES)
    if text.lower() in {"in", "null", "true", "false"}:
        raise Syntax(f"the word {text}", DATATYPES, is_open=True)
    return Word("name", text)


def _number(text: str) -> Word:
    if _INTEGER.match(text):
        if int(text) > INT_MAX:
            raise Syntax(f"{text} does not fit into 64 bits", DATATYPES, is_open=True)
        return Word("number", text, int(text))
    if _DOUBLE.match(text):
        return Word("number", text, float(text))
    raise Syntax(f"the number {text}", DATATYPES, is_open=True)


def _string(text: str) -> Word:
    body = text[1:-1]
    return Word("string", text, _ESCAPE.sub(_escaped, body) if "\\" in body else body)


def _escaped(found: re.Match[str]) -> str:
    if found[1] not in _ESCAPES:
        raise Syntax(f"the escape \\{found[1]} in a string", is_open=True)
    return _ESCAPES[found[1]]


_READ = {"number": _number, "name": _name, "string": _string, "mark": _mark}
