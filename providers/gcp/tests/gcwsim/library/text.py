"""Module text.

https://cloud.google.com/workflows/docs/reference/stdlib/overview#module:_text
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus, unquote_plus

from providers.gcp.tests.gcwsim.library.function import Function, function, must_be, unspecified
from providers.gcp.tests.gcwsim.operators import checked_string

_REGEX = re.compile(
    r"(?:[^\\(){}\[\]*+?|^$]|\\[dwsDWS.\\+*?()\[\]{}|^$/-]|\[\^?[\w .,:;/@#_-]+\]|[*+?|^$]|\{\d+(,\d*)?\})*\Z"
)
"""What RE2 and Python read alike: plain characters, classes, repetition, alternatives and anchors."""


def _strings(name: str, *values: Any) -> None:
    for value in values:
        must_be(value, "string", name)


def _ascii(name: str, *values: str) -> None:
    if not all(value.isascii() for value in values):
        raise unspecified(name, "positions in text outside of ASCII: bytes or characters")


def _regex(name: str, pattern: str) -> re.Pattern[str]:
    if not _REGEX.match(pattern):
        raise unspecified(name, f"the expression {pattern!r}: this model knows less than RE2")
    return re.compile(pattern, re.ASCII)


def _decode(data: Any, charset: Any = "UTF-8") -> str:
    must_be(data, "bytes", "text.decode")
    _utf8("text.decode", charset)
    try:
        return checked_string(bytes(data).decode())
    except UnicodeDecodeError as error:
        raise unspecified("text.decode", "bytes that are no UTF-8") from error


def _encode(text: Any, charset: Any = "UTF-8") -> bytes:
    _strings("text.encode", text)
    _utf8("text.encode", charset)
    return str(text).encode()


def _utf8(name: str, charset: Any) -> None:
    if charset not in ("UTF-8", "utf-8"):
        raise unspecified(name, f"the character set {charset!r}")


def _find_all(source: Any, substr: Any) -> list[int]:
    _strings("text.find_all", source, substr)
    _ascii("text.find_all", source)
    if not substr:
        raise unspecified("text.find_all", "an empty substring")
    pattern = re.escape(str(substr))
    found: list[int] = [one.start() for one in re.finditer(pattern, str(source))]
    if len(found) != len(re.findall(f"(?={pattern})", str(source))):
        raise unspecified("text.find_all", "substrings that overlap")
    return found


def _find_all_regex(source: Any, regexp: Any) -> list[dict[str, Any]]:
    _strings("text.find_all_regex", source, regexp)
    _ascii("text.find_all_regex", source)
    pattern = _regex("text.find_all_regex", regexp)
    return [{"index": found.start(), "match": found[0]} for found in pattern.finditer(source)]


def _match_regex(source: Any, regexp: Any) -> bool:
    _strings("text.match_regex", source, regexp)
    return _regex("text.match_regex", regexp).search(source) is not None


def _replace_all(source: Any, substr: Any, repl: Any) -> str:
    _strings("text.replace_all", source, substr, repl)
    if not substr:
        raise unspecified("text.replace_all", "an empty substring")
    return checked_string(source.replace(substr, repl))


def _replace_all_regex(source: Any, substr: Any, repl: Any) -> str:
    _strings("text.replace_all_regex", source, substr, repl)
    if "\\" in repl or "$" in repl:
        raise unspecified("text.replace_all_regex", f"the replacement {repl!r}")
    return checked_string(_regex("text.replace_all_regex", substr).sub(repl, source))


def _split(source: Any, separator: Any) -> list[str]:
    _strings("text.split", source, separator)
    if not separator:
        raise unspecified("text.split", "an empty separator")
    return list(source.split(separator))


def _substring(source: Any, start: Any, end: Any) -> str:
    _strings("text.substring", source)
    must_be(start, "integer", "text.substring")
    must_be(end, "integer", "text.substring")
    _ascii("text.substring", source)
    if not 0 <= start <= end <= len(source):
        raise unspecified("text.substring", f"{start} to {end} of {len(source)} characters")
    return str(source[start:end])


def _cased(name: str, change: Callable[[str], str]) -> Callable[[Any], str]:
    def changed(source: Any) -> str:
        _strings(name, source)
        if any(len(change(one)) != 1 for one in source if not one.isascii()):
            raise unspecified(name, "letters whose other case is several letters")
        return "".join(map(change, source))

    return changed


def _url_decode(source: Any) -> str:
    _strings("text.url_decode", source)
    if re.search(r"%(?![0-9A-Fa-f]{2})", source):
        raise unspecified("text.url_decode", "a % without two digits")
    try:
        return unquote_plus(source, errors="strict")
    except UnicodeDecodeError as error:
        raise unspecified("text.url_decode", "bytes that are no UTF-8") from error


def _url_encode(source: Any) -> str:
    _strings("text.url_encode", source)
    return checked_string(quote(source, safe=""))


def _url_encode_plus(source: Any) -> str:
    _strings("text.url_encode_plus", source)
    return checked_string(quote_plus(source))


FUNCTIONS: list[Function] = [
    function("text.decode", "data [charset]", _decode),
    function("text.encode", "text [charset]", _encode),
    function("text.find_all", "source substr", _find_all),
    function("text.find_all_regex", "source regexp", _find_all_regex),
    function("text.match_regex", "source regexp", _match_regex),
    function("text.replace_all", "source substr repl", _replace_all),
    function("text.replace_all_regex", "source substr repl", _replace_all_regex),
    function("text.split", "source separator", _split),
    function("text.substring", "source start end", _substring),
    function("text.to_lower", "source", _cased("text.to_lower", str.lower)),
    function("text.to_upper", "source", _cased("text.to_upper", str.upper)),
    function("text.url_decode", "source", _url_decode),
    function("text.url_encode", "source", _url_encode),
    function("text.url_encode_plus", "source", _url_encode_plus),
]
