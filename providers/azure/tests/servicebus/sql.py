r"""SQL filters: the conditions of Service Bus rules, with SQL's three values of truth.

    kind = 'order' AND region IN ('eu', 'us') AND NOT EXISTS(test) AND sys.Label LIKE 'a\_%' ESCAPE '\'

https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-messaging-sql-filter
Not here: arithmetic, parameters, quoted identifiers, functions other than EXISTS.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from providers.azure.tests.servicebus.content import Content

LENGTH_MAX = 1_024
Truth = bool | None
Condition = Callable[[Content], Truth]
Operand = Callable[[Content], Any]

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|'(?P<text>(?:[^']|'')*)'|(?P<sign><>|!=|<=|>=|[=<>(),])"
    r"|(?P<word>(?:(?:sys|user)\.)?(?:\[(?:[^\]]|\]\])+\]|[^\W\d_]\w*)))"
)
_SYSTEM = {
    "messageid": "message-id", "to": "to", "label": "subject", "subject": "subject", "replyto": "reply-to",
    "correlationid": "correlation-id", "contenttype": "content-type", "sessionid": "session-id",
    "replytosessionid": "reply-to-session-id",
}  # fmt: skip
_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "<>": operator.ne, "!=": operator.ne, "<": operator.lt, ">": operator.gt,
    "<=": operator.le, ">=": operator.ge,
}  # fmt: skip
_KEYWORDS = {"AND", "OR", "NOT", "IN", "LIKE", "ESCAPE", "IS", "EXISTS"}
_LITERALS: dict[str, Any] = {"TRUE": True, "FALSE": False, "NULL": None}


class BadFilter(ValueError):
    """Text that is no condition."""


def condition_of(text: str) -> Condition:
    """The condition that a text says; raises BadFilter."""
    if len(text) > LENGTH_MAX:
        raise BadFilter(f"a condition of {len(text)} characters: at most {LENGTH_MAX}")
    parser = _Parser(text)
    found = parser.either()
    parser.expect("end", "")
    return found


class _Parser:
    """Recursive descent: either > both > negation > comparison > operand."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0

    def either(self) -> Condition:
        found = self.both()
        while self._word("OR"):
            found = _or(found, self.both())
        return found

    def both(self) -> Condition:
        found = self.negation()
        while self._word("AND"):
            found = _and(found, self.negation())
        return found

    def negation(self) -> Condition:
        return _not(self.negation()) if self._word("NOT") else self.comparison()

    def comparison(self) -> Condition:
        if self._sign("("):
            found = self.either()
            self.expect("sign", ")")
            return found
        if self._word("EXISTS"):
            return self._exists()
        left = self._operand()
        if self._word("IS"):
            return self._is_null(left)
        if self._word("NOT"):
            return _not(self._set_or_pattern(left))
        if self._kind() == "sign" and self._text() in _SIGNS:
            return _compared(left, _SIGNS[self._next()], self._operand())
        if self._text().upper() in ("IN", "LIKE"):
            return self._set_or_pattern(left)
        return lambda content: left(content) if isinstance(left(content), bool) else None

    def expect(self, kind: str, text: str) -> None:
        """Take that token; raises BadFilter for another."""
        if (self._kind(), self._text()) != (kind, text):
            raise BadFilter(f"{text or 'the end'!r} expected at {self._text()!r}")
        self._at += 1

    def _exists(self) -> Condition:
        self.expect("sign", "(")
        name = self._next()
        _check_name(name)
        self.expect("sign", ")")
        return lambda content: _property(content, name) is not None

    def _is_null(self, left: Operand) -> Condition:
        negated = self._word("NOT")
        if not self._word("NULL"):
            raise BadFilter(f"NULL expected at {self._text()!r}")
        return lambda content: (left(content) is None) != negated

    def _set_or_pattern(self, left: Operand) -> Condition:
        if self._word("LIKE"):
            return self._like(left)
        if not self._word("IN"):
            raise BadFilter(f"IN or LIKE expected at {self._text()!r}")
        self.expect("sign", "(")
        options = [self._operand()]
        while self._sign(","):
            options.append(self._operand())
        self.expect("sign", ")")
        return _known(left, lambda content, value: value in [option(content) for option in options])

    def _like(self, left: Operand) -> Condition:
        pattern = self._next()
        escape = self._next() if self._word("ESCAPE") else ""
        matches = re.compile(_expression(pattern, escape), re.DOTALL).fullmatch
        return _known(left, lambda content, value: matches(str(value)) is not None)

    def _operand(self) -> Operand:
        kind, text = self._kind(), self._next()
        if kind == "number":
            number = float(text) if "." in text else int(text)
            return lambda content: number
        if kind == "text":
            return lambda content: text
        if kind != "word":
            raise BadFilter(f"a value expected at {text!r}")
        if text.upper() in _LITERALS:
            return lambda content: _LITERALS[text.upper()]
        _check_name(text)
        return lambda content: _property(content, text)

    def _kind(self) -> str:
        return self._tokens[self._at][0]

    def _text(self) -> str:
        return self._tokens[self._at][1]

    def _next(self) -> str:
        text = self._text()
        if self._kind() == "end":
            raise BadFilter("the condition ends too early")
        self._at += 1
        return text

    def _word(self, word: str) -> bool:
        return self._kind() == "word" and self._skip(self._text().upper() == word)

    def _sign(self, sign: str) -> bool:
        return self._kind() == "sign" and self._skip(self._text() == sign)

    def _skip(self, fits: bool) -> bool:
        self._at += fits
        return fits


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, at, text = list[tuple[str, str]](), 0, text.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise BadFilter(f"cannot read {text[at:]!r}")
        raw = found.group(found.lastgroup)
        tokens.append((found.lastgroup, raw.replace("''", "'") if found.lastgroup == "text" else raw))
        at = found.end()
    return [*tokens, ("end", "")]


def _check_name(word: str) -> None:
    """A name that is none: a keyword without brackets, or a system property that there is not."""
    is_system, name = _named(word)
    if word.upper() in _KEYWORDS:
        raise BadFilter(f"{word!r} is a keyword: put a property of that name in brackets")
    if is_system and name not in _SYSTEM:
        raise BadFilter(f"no system property {word!r}")


def _named(word: str) -> tuple[bool, str]:
    """Whether a property is the system's, and its name; they are not case-sensitive."""
    scope, _, name = word.lower().rpartition(".") if not word.endswith("]") else word.lower().partition("[")
    plain = name.removesuffix("]").replace("]]", "]") if word.endswith("]") else name
    return scope.rstrip(".") == "sys", plain


def _property(content: Content, word: str) -> Any:
    """A system or user property; None where the message has none."""
    is_system, name = _named(word)
    if is_system:
        return content.part(_SYSTEM[name])
    return next((value for key, value in content.application.items() if key.lower() == name), None)


def _or(left: Condition, right: Condition) -> Condition:
    def both(content: Content) -> Truth:
        truths = (left(content), right(content))
        return True if True in truths else (None if None in truths else False)

    return both


def _and(left: Condition, right: Condition) -> Condition:
    def both(content: Content) -> Truth:
        truths = (left(content), right(content))
        return False if False in truths else (None if None in truths else True)

    return both


def _not(condition: Condition) -> Condition:
    def negated(content: Content) -> Truth:
        truth = condition(content)
        return None if truth is None else not truth

    return negated


def _known(left: Operand, test: Callable[[Content, Any], bool]) -> Condition:
    """Unknown where the left side is."""

    def tested(content: Content) -> Truth:
        value = left(content)
        return None if value is None else test(content, value)

    return tested


def _compared(left: Operand, compare: Callable[[Any, Any], bool], right: Operand) -> Condition:
    """Unknown where a side is, or where the two cannot be compared."""

    def compared(content: Content) -> Truth:
        one, other = left(content), right(content)
        if one is None or other is None:
            return None
        try:
            return compare(one, other)
        except TypeError:
            return None

    return compared


def _expression(pattern: str, escape: str) -> str:
    """The regular expression of a LIKE pattern."""
    parts, at = list[str](), 0
    while at < len(pattern):
        if escape and pattern.startswith(escape, at):
            at += len(escape)
            parts.append(re.escape(pattern[at : at + 1]))
        else:
            parts.append({"%": ".*", "_": "."}.get(pattern[at], re.escape(pattern[at])))
        at += 1
    return "".join(parts)
