"""Filters of subscriptions: what Pub/Sub takes, and which messages match.

    Filter.read('attributes:region AND attributes.region != "eu"').matches({"region": "us"})

https://cloud.google.com/pubsub/docs/subscription-message-filter#filtering_syntax
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from providers.gcp.tests.pubsubmodel.message import Refused

BYTES_MAX = 256
"""https://cloud.google.com/pubsub/docs/subscription-message-filter#filtering_syntax"""
Attributes = Mapping[str, str]
Test = Callable[[Attributes], bool | None]
"""Whether a message with these attributes matches; None where no page says."""

_TOKEN = re.compile(
    r"\s*(?:(?P<text>\"(?:[^\"\\]|\\.)*\")|(?P<sign>!=|[=:.,()-])|(?P<name>[A-Za-z0-9_]+(?:-[A-Za-z0-9_]+)*))",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{2})|([0-3][0-7]{2})|(.))", re.DOTALL)
_CHARACTERS = {"\\": "\\", '"': '"', "n": "\n", "t": "\t", "r": "\r"}
_WORDS = {"AND", "OR", "NOT"}


class Unspecified(Exception):
    """No page of Google's says whether the message matches."""


class Filter:
    """text: as it was written."""

    def __init__(self, text: str, test: Test) -> None:
        self.text = text
        self._test = test

    @classmethod
    def read(cls, text: str) -> Filter:
        """Raises Refused for what Pub/Sub would refuse, and for forms that its page does not show."""
        if len(text.encode()) > BYTES_MAX:
            raise Refused(f"a filter of {len(text.encode())} bytes: {BYTES_MAX} at most")
        parser = _Parser(text)
        test = parser.expression()
        parser.end()
        return cls(text, test)

    def matches(self, attributes: Attributes) -> bool:
        """Raises Unspecified."""
        found = self._test(attributes)
        if found is None:
            raise Unspecified(f"whether {dict(attributes)} match {self.text}: != of an attribute that is not there")
        return found


class _Parser:
    """expression: terms joined by AND, or by OR; a term: NOT or - before a comparison, a function or parentheses."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(self._read())
        self._at = 0

    def _read(self) -> list[tuple[str, str]]:
        tokens, at, text = list[tuple[str, str]](), 0, self._text.rstrip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None or found.lastgroup is None:
                raise Refused(f"the filter {self._text!r} at {text[at:]!r}")
            tokens.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()
        return tokens

    def expression(self) -> Test:
        tests = [self._term()]
        joined = ""
        while self._peek() in {("name", "AND"), ("name", "OR")}:
            word = self._next("name")
            if joined and word != joined:
                raise Refused(f"the filter {self._text!r}: AND and OR together need parentheses")
            joined = word
            tests.append(self._term())
        return _any(tests) if joined == "OR" else _all(tests)

    def end(self) -> None:
        if self._at < len(self._tokens):
            raise self._refused()

    def _term(self) -> Test:
        if self._peek() in {("name", "NOT"), ("sign", "-")}:
            self._at += 1
            return _not(self._comparison())
        if self._take("("):
            test = self.expression()
            self._expect(")")
            return test
        return self._comparison()

    def _comparison(self) -> Test:
        if self._peek() == ("name", "hasPrefix"):
            self._at += 1
            return self._has_prefix()
        self._attributes()
        if self._take(":"):
            return _has(self._key())
        self._expect(".")
        key = self._key()
        if self._take("="):
            return _equals(key, self._literal())
        self._expect("!=")
        return _differs(key, self._literal())

    def _has_prefix(self) -> Test:
        self._expect("(")
        self._attributes()
        self._expect(".")
        key = self._key()
        self._expect(",")
        prefix = self._literal()
        self._expect(")")
        return lambda attributes: key in attributes and attributes[key].startswith(prefix)

    def _attributes(self) -> None:
        if self._next("name") != "attributes":
            raise self._refused()

    def _key(self) -> str:
        """A name of letters, digits, hyphens and underscores, or a literal."""
        if self._peek()[0] == "text":
            return self._literal()
        name = self._next("name")
        if name in _WORDS:
            raise self._refused()
        return name

    def _literal(self) -> str:
        text = self._next("text")[1:-1]
        if any(ord(one) < 32 or ord(one) == 127 for one in text):
            raise Refused(f"the filter {self._text!r}: what is not printed has to be escaped")
        return _ESCAPE.sub(self._escaped, text)

    def _escaped(self, found: re.Match[str]) -> str:
        four, eight, two, octal, character = found.groups()
        if character is None:
            return chr(int(four or eight or two, 16) if octal is None else int(octal, 8))
        if character not in _CHARACTERS:
            raise Refused(f"the filter {self._text!r}: \\{character} is no escape")
        return _CHARACTERS[character]

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("", "")

    def _next(self, kind: str) -> str:
        if self._peek()[0] != kind:
            raise self._refused()
        self._at += 1
        return self._tokens[self._at - 1][1]

    def _take(self, sign: str) -> bool:
        found = self._peek() == ("sign", sign)
        self._at += found
        return found

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise self._refused()

    def _refused(self) -> Refused:
        return Refused(f"the filter {self._text!r} at {self._peek()[1] or 'its end'!r}")


def _has(key: str) -> Test:
    return lambda attributes: key in attributes


def _equals(key: str, value: str) -> Test:
    return lambda attributes: attributes.get(key) == value


def _differs(key: str, value: str) -> Test:
    return lambda attributes: attributes[key] != value if key in attributes else None


def _not(test: Test) -> Test:
    def negated(attributes: Attributes) -> bool | None:
        found = test(attributes)
        return None if found is None else not found

    return negated


def _all(tests: list[Test]) -> Test:
    def together(attributes: Attributes) -> bool | None:
        found = [test(attributes) for test in tests]
        return False if False in found else None if None in found else True

    return together


def _any(tests: list[Test]) -> Test:
    def either(attributes: Attributes) -> bool | None:
        found = [test(attributes) for test in tests]
        return True if True in found else None if None in found else False

    return either
