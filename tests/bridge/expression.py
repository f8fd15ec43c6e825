"""Terraform's expressions, as far as builds of ours write them: references, templates, conditions, a few functions.

    evaluate("${azurerm_servicebus_namespace.stage.name}.servicebus.windows.net", resolve)

https://developer.hashicorp.com/terraform/language/expressions. Anything else raises Unreadable: what these tests
cannot evaluate they must not pretend to have deployed. May import: the standard library, cloudless.codec.
"""

from __future__ import annotations

import json
import operator
import re
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path as File
from typing import Any

from cloudless.codec import is_list, is_object

Path = tuple[str | int, ...]
"""A reference: ("azurerm_key_vault", "stage", "id"), ("var", "region"), ("each", "value")."""
Resolve = Callable[[Path], Any]
"""What a reference stands for; raises Unreadable for nothing."""
SPLAT = "[*]"
"""Stands in a path for each element of a list: `acme_app.on[*].id`."""

_TOKEN = re.compile(
    r"\s*(?:(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w-]*)|(?P<text>\"(?:[^\"\\]|\\.)*\")"
    r"|(?P<sign>==|!=|<=|>=|&&|\|\||[.\[\]{}(),?:!<>*=]))"
)
_LITERALS: Mapping[str, Any] = {"true": True, "false": False, "null": None}
_ESCAPES = {"\\n": "\n", "\\t": "\t", '\\"': '"', "\\\\": "\\"}


class Unreadable(Exception):
    """Something in a build that these tests cannot read."""


def evaluate(value: Any, resolve: Resolve) -> Any:
    """The value of a part of a document: texts are templates, in lists and objects too."""
    if isinstance(value, str):
        return template(value, resolve)
    if is_object(value):
        return {template(name, resolve): evaluate(part, resolve) for name, part in value.items()}
    if is_list(value):
        return [evaluate(part, resolve) for part in value]
    return value


def template(text: str, resolve: Resolve) -> Any:
    """A text with `${…}` in it; one that is nothing else keeps the type of what stands in it."""
    parts = list(_parts(text))
    if len(parts) == 1 and parts[0][0]:
        return expression(parts[0][1], resolve)
    return "".join(_text(expression(part, resolve)) if is_code else part for is_code, part in parts)


def expression(code: str, resolve: Resolve) -> Any:
    """The value of what stands in `${…}`."""
    parser = _Parser(code, resolve)
    value = parser.choice()
    parser.end()
    return value


def _parts(text: str) -> Sequence[tuple[bool, str]]:
    """Plain text and code, one after the other."""
    parts, plain, at = list[tuple[bool, str]](), "", 0
    while at < len(text):
        if text.startswith(("$${", "%%{"), at):
            plain, at = plain + text[at + 1 : at + 3], at + 3
        elif text.startswith("%{", at):
            raise Unreadable(f"a directive of a template: {text!r}")
        elif text.startswith("${", at):
            end = _end(text, at + 2)
            parts += [(False, plain)] if plain else []
            parts, plain, at = [*parts, (True, text[at + 2 : end])], "", end + 1
        else:
            plain, at = plain + text[at], at + 1
    return [*parts, (False, plain)] if plain or not parts else parts


def _end(text: str, at: int) -> int:
    """Where the brace that is open ends; texts in the code may hold braces."""
    depth, quoted = 1, False
    while at < len(text):
        if text[at] == "\\" and quoted:
            at += 1
        elif text[at] == '"':
            quoted = not quoted
        elif not quoted:
            depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at
        at += 1
    raise Unreadable(f"a template without end: {text!r}")


def _text(value: Any) -> str:
    """A value within a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise Unreadable(f"{value!r} is no part of a text")


def _time_add(time: str, span: str) -> str:
    """A time, and a duration as in "-15m"."""
    found = re.fullmatch(r"(-?\d+)([hms])", span)
    if found is None:
        raise Unreadable(f"duration {span!r}")
    by = timedelta(seconds=int(found[1]) * {"h": 3_600, "m": 60, "s": 1}[found[2]])
    return (datetime.fromisoformat(time) + by).strftime(_TIME)


def _concat(*lists: list[Any]) -> list[Any]:
    return list(chain(*lists))


def _distinct(values: list[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


def _file(path: str) -> str:
    """https://developer.hashicorp.com/terraform/language/functions/file."""
    if not File(path).is_file():
        raise Unreadable(f"no file {path!r}")
    return File(path).read_text("utf-8")


def _file_base64(path: str) -> str:
    """https://developer.hashicorp.com/terraform/language/functions/filebase64."""
    return b64encode(_file(path).encode()).decode()


def _values(items: Mapping[str, Any]) -> list[Any]:
    """https://developer.hashicorp.com/terraform/language/functions/values: by the names' order."""
    return [items[name] for name in sorted(items)]


def _json_encode(value: Any) -> str:
    """Go's JSON: names in order, no spaces, and what HTML would read is escaped.

    https://developer.hashicorp.com/terraform/language/functions/jsonencode
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return re.sub("[<>&\u2028\u2029]", lambda found: f"\\u{ord(found[0]):04x}", text)


def _join(separator: str, texts: list[str]) -> str:
    return separator.join(texts)


def _to_set(values: list[Any]) -> list[Any]:
    return sorted(set(values))


def _trim_suffix(text: str, end: str) -> str:
    return text.removesuffix(end)


_TIME = "%Y-%m-%dT%H:%M:%SZ"
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "concat": _concat,
    "distinct": _distinct,
    "file": _file,
    "filebase64": _file_base64,
    "join": _join,
    "jsonencode": _json_encode,
    "length": len,
    "plantimestamp": lambda: datetime.now(UTC).strftime(_TIME),
    "timeadd": _time_add,
    "toset": _to_set,
    "trimsuffix": _trim_suffix,
    "values": _values,
}
"""Those that builds of ours call. https://developer.hashicorp.com/terraform/language/functions."""
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
}  # fmt: skip


class _Parser:
    """Recursive descent: choice > either > both > comparison > negation > operand."""

    def __init__(self, code: str, resolve: Resolve) -> None:
        self._code = code
        self._resolve = resolve
        self._tokens = list(_tokens(code))
        self._at = 0

    def choice(self) -> Any:
        """A condition may hide what does not exist in the branch that is not taken, so only one is evaluated."""
        chosen = self._either()
        if not self._take("?"):
            return chosen
        yes = self._skipped() if not chosen else self.choice()
        self._expect(":")
        no = self.choice() if not chosen else self._skipped()
        return yes if chosen else no

    def end(self) -> None:
        if self._at < len(self._tokens):
            raise self._unreadable()

    def _skipped(self) -> Any:
        """Read a branch without asking what it refers to."""
        resolve, self._resolve = self._resolve, _nothing
        try:
            return self.choice()
        finally:
            self._resolve = resolve

    def _either(self) -> Any:
        value = self._both()
        while self._take("||"):
            value = self._both() or value
        return value

    def _both(self) -> Any:
        value = self._comparison()
        while self._take("&&"):
            value = self._comparison() and value
        return value

    def _comparison(self) -> Any:
        value = self._negation()
        for sign, compare in _COMPARISONS.items():
            if self._take(sign):
                other = self._negation()
                return None if self._resolve is _nothing else compare(value, other)
        return value

    def _negation(self) -> Any:
        return not self._negation() if self._take("!") else self._operand()

    def _operand(self) -> Any:
        kind, text = self._next()
        if kind == "number":
            return float(text) if "." in text else int(text)
        if kind == "text":
            return "" if self._resolve is _nothing else template(_unescaped(text), self._resolve)
        if text == "(":
            value = self.choice()
            self._expect(")")
            return value
        if text == "[":
            return self._list("]")
        if text == "{":
            return self._object()
        if kind != "name":
            raise self._unreadable()
        if text in _LITERALS:
            return _LITERALS[text]
        return self._called(text) if self._take("(") else self._resolve(self._path((text,)))

    def _called(self, name: str) -> Any:
        """What a function gives, or a part of it: `values(acme_app.on)[*].id`."""
        value = self._call(name)
        path = self._path(())
        return value if self._resolve is _nothing else walk(value, path, (f"{name}()", *path))

    def _call(self, name: str) -> Any:
        if name not in _FUNCTIONS:
            raise Unreadable(f"function {name} in {self._code!r}")
        arguments = self._list(")")
        return None if self._resolve is _nothing else _FUNCTIONS[name](*arguments)

    def _list(self, closing: str) -> list[Any]:
        values = list[Any]()
        while not self._take(closing):
            values.append(self.choice())
            if not self._take(","):
                self._expect(closing)
                break
        return values

    def _object(self) -> dict[str, Any]:
        """https://developer.hashicorp.com/terraform/language/expressions/types#maps-objects."""
        values = dict[str, Any]()
        while not self._take("}"):
            name = self._key()
            if not self._take("="):
                self._expect(":")
            values[name] = self.choice()
            if not self._take(","):
                self._expect("}")
                break
        return values

    def _key(self) -> str:
        """A name stands for itself, a text for its value."""
        kind, text = self._next()
        if kind not in {"name", "text"}:
            raise self._unreadable()
        return text if kind == "name" else template(_unescaped(text), self._resolve)

    def _path(self, path: Path) -> Path:
        while self._peek() in {".", "["}:
            if self._take("."):
                path = (*path, self._next()[1])
            else:
                self._expect("[")
                path = (*path, SPLAT if self._take("*") else self.choice())
                self._expect("]")
        return path

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise self._unreadable()
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, sign: str) -> bool:
        found = self._at < len(self._tokens) and self._tokens[self._at] == ("sign", sign)
        self._at += found
        return found

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise self._unreadable()

    def _unreadable(self) -> Unreadable:
        return Unreadable(f"the expression {self._code!r} at {self._peek() or 'its end'!r}")


def walk(value: Any, rest: Path, path: Path) -> Any:
    """A part of a value; raises Unreadable for nothing. path: what is told then."""
    for at, part in enumerate(rest):
        if part == SPLAT:
            return [walk(one, rest[at + 1 :], path) for one in _each(value)]
        try:
            value = value[int(part)] if is_list(value) else value[part]
        except (KeyError, IndexError, TypeError, ValueError):
            raise Unreadable(f"nothing is exported as {'.'.join(map(str, path))}") from None
    return value


def _each(value: Any) -> list[Any]:
    """https://developer.hashicorp.com/terraform/language/expressions/splat#single-values-as-lists."""
    if is_list(value):
        return value
    return [] if value is None else [value]


def _unescaped(text: str) -> str:
    """What a text in quotes says."""
    return re.sub(r"\\[nt\"\\]", lambda found: _ESCAPES[found[0]], text[1:-1])


def _nothing(path: Path) -> Any:
    return None


def _tokens(code: str) -> Sequence[tuple[str, str]]:
    tokens, at, text = list[tuple[str, str]](), 0, code.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise Unreadable(f"the expression {code!r} at {text[at:]!r}")
        tokens.append((found.lastgroup, found.group(found.lastgroup)))
        at = found.end()
    return tokens
