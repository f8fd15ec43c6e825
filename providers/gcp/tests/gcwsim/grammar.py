"""The grammar of expressions: text to a tree.

Operators by precedence, the most binding first: () . [] not - (* / // %) (+ -) (< <= >= > == != in) and or.
`not` binds more than a comparison does: `not a == b` is `(not a) == b`.
https://cloud.google.com/workflows/docs/reference/syntax/datatypes#order-operations
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from providers.gcp.tests.gcwsim.lexer import END, Syntax, Word, words_of
from providers.gcp.tests.gcwsim.pages import DATATYPES, EXPRESSIONS, VARIABLES

COMPARISONS = {"<", "<=", ">", ">=", "==", "!=", "in"}
_LEVELS: dict[str, int] = {
    "or": 1,
    "and": 2,
    **dict.fromkeys(COMPARISONS, 3),
    **dict.fromkeys(("+", "-"), 4),
    **dict.fromkeys(("*", "/", "//", "%"), 5),
}


_NAME_START = re.compile(r"[A-Za-z_]")


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a string, true, false or null."""

    value: Any


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list: [a, b]."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Name:
    """A variable; where it is called, a function."""

    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """A key: of.name."""

    of: Node
    name: str


@dataclass(frozen=True, slots=True)
class Index:
    """A key or an index: of[index]."""

    of: Node
    index: Node


@dataclass(frozen=True, slots=True)
class Unary:
    """Minus, or not."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """Everything between two operands."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Call:
    """name(arguments); name: "text.split"."""

    name: str
    arguments: tuple[Node, ...]


Node = Literal | ListOf | Name | Member | Index | Unary | Binary | Call


def parse(text: str) -> Node:
    """An expression, without its ${}. Raises Syntax."""
    return _Parser(words_of(text)).whole()


def parse_target(text: str) -> Node:
    """What an assignment assigns to: a variable, a key or an index. Raises Syntax."""
    if not _NAME_START.match(text):
        raise Syntax(f"{text!r} begins with no name of a variable", VARIABLES)
    node = _Parser(words_of(text)).target()
    if isinstance(node, Name | Member | Index):
        return node
    raise Syntax(f"{text!r} cannot be assigned to", VARIABLES)


class _Parser:
    def __init__(self, words: list[Word]) -> None:
        self._words = words
        self._at = 0

    def whole(self) -> Node:
        node = self._binary(1)
        self._must_end()
        return node

    def target(self) -> Node:
        word = self._take()
        if word.kind != "name":
            raise Syntax(f"{word.text!r} is no name of a variable", VARIABLES)
        node = self._postfix(Name(word.text))
        self._must_end()
        return node

    def _must_end(self) -> None:
        word = self._words[self._at]
        if word is not END:
            raise Syntax(f"{word.text!r} is not expected here")

    def _take(self) -> Word:
        word = self._words[self._at]
        if word is not END:
            self._at += 1
        return word

    def _is(self, mark: str) -> bool:
        word = self._words[self._at]
        return word.kind == "mark" and word.text == mark

    def _expect(self, mark: str) -> None:
        word = self._take()
        if word.kind != "mark" or word.text != mark:
            raise Syntax(f"{mark!r} is expected, not {word.text!r}")

    def _binary(self, level: int) -> Node:
        left = self._unary()
        last = ""
        while True:
            word = self._words[self._at]
            found = _LEVELS.get(word.text, 0) if word.kind == "mark" else 0
            if found < level:
                return left
            if word.text in COMPARISONS and last in COMPARISONS:
                raise Syntax(f"{word.text!r} after {last!r} without parentheses", DATATYPES, is_open=True)
            self._at += 1
            left = Binary(word.text, left, self._binary(found + 1))
            last = word.text

    def _unary(self) -> Node:
        """- and not, of which not binds more: - not x is no number, not -x is (not -)x and has no meaning."""
        if self._is("not"):
            self._at += 1
            if self._is("-"):
                raise Syntax("not before -", DATATYPES, is_open=True)
            return Unary("not", self._unary())
        if self._is("-"):
            self._at += 1
            return Unary("-", self._unary())
        return self._postfix(self._atom())

    def _atom(self) -> Node:
        word = self._take()
        if word.kind in ("number", "string", "constant"):
            return Literal(word.value)
        if word.kind == "name":
            return Name(word.text)
        if word.text == "(" and word.kind == "mark":
            node = self._binary(1)
            self._expect(")")
            return node
        if word.text == "[" and word.kind == "mark":
            return ListOf(self._list("]"))
        raise Syntax(f"{word.text!r} is not expected here")

    def _list(self, end: str) -> tuple[Node, ...]:
        items: list[Node] = []
        while not self._is(end):
            if items:
                self._expect(",")
                if self._is(end):
                    raise Syntax(f"a comma before {end!r}", is_open=True)
            items.append(self._binary(1))
        self._expect(end)
        return tuple(items)

    def _postfix(self, node: Node) -> Node:
        while True:
            if self._is("."):
                self._at += 1
                node = Member(node, self._member())
            elif self._is("["):
                self._at += 1
                node = Index(node, self._binary(1))
                self._expect("]")
            elif self._is("("):
                self._at += 1
                node = Call(_function(node), self._list(")"))
            else:
                return node

    def _member(self) -> str:
        word = self._take()
        if word.kind == "name":
            return word.text
        if word.kind == "constant" or word.text.isalpha():
            raise Syntax(f"{word.text!r} as the name of a key: write it in brackets", is_open=True)
        raise Syntax(f"{word.text!r} is no name of a key")


def _function(node: Node) -> str:
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Member):
        return f"{_function(node.of)}.{node.name}"
    raise Syntax("only a function can be called", EXPRESSIONS)
