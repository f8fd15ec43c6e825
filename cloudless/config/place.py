"""Where each key and value of a TOML text stands. tomllib reads the values; it does not say where they were.

The text has been read by tomllib before, so it is valid: this scanner only keeps count of keys, quotes and brackets.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

from cloudless.ir import Span

Path = tuple[str | int, ...]
"""Keys and indexes from the top, e.g. ("stages", "prod", "region")."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_PART = re.compile(r"""[ \t]*("(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)[ \t]*""")
_STRING = re.compile(r'''"""(?:[^\\]|\\.)*?"""+|\'\'\'.*?\'\'\'+|"(?:[^"\\]|\\.)*"|'[^']*\'''', re.DOTALL)
_PLAIN = re.compile(r"[^,\]}\n#]*")
Range = tuple[int, int]


class Places:
    """keys, values: offsets in the text (start, end) by path; a table's value is its header."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.keys: dict[Path, Range] = {}
        self.values: dict[Path, Range] = {}
        self._at = 0
        self._tables: dict[Path, int] = {}
        self._document()

    def key(self, path: Path) -> Span:
        """The span of a key; of the nearest table above it where it is not written."""
        while path and path not in self.keys:
            path = path[:-1]
        return self._span(*self.keys.get(path, (0, 0)))

    def value(self, path: Path) -> Span:
        """The span of a value, cut to its first line; of what is above it where it is not written."""
        return self._span(*self.values[path]) if path in self.values else self.key(path)

    def line(self, number: int) -> str:
        """The text of a line, numbered from 1; "" where there is none."""
        lines = self.text.split("\n")  # TOML knows no other ends of lines, as `splitlines` does
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def _span(self, start: int, end: int) -> Span:
        before = self.text.rfind("\n", 0, start) + 1
        line_end = self.text.find("\n", start)
        end = min(end, len(self.text) if line_end < 0 else line_end)
        number = self.text.count("\n", 0, start) + 1
        return Span(self.file, number, start - before + 1, max(start, end) - before + 1)

    def _document(self) -> None:
        table: Path = ()
        while self._skip(_BLANK) < len(self.text):
            if self.text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Path:
        """[a.b] or [[a.b]]: the path that the pairs below belong to."""
        start, brackets = self._at, 2 if self.text.startswith("[[", self._at) else 1
        self._at += brackets
        path: Path = ()
        for part, place in self._parts():
            path = (*path, part)
            self.keys.setdefault(path, place)
        self._at += brackets
        if brackets == 2:
            self._tables[path] = self._tables.get(path, -1) + 1
            path = (*path, self._tables[path])
        self.values.setdefault(path, (start, self._at))
        return path

    def _pair(self, table: Path) -> None:
        path = table
        for part, place in self._parts():
            path = (*path, part)
            self.keys.setdefault(path, place)
        self._at += 1  # the equals sign
        self._skip(_BLANK)
        self._value(path)

    def _parts(self) -> Iterator[tuple[str, Range]]:
        """The parts of a dotted key, unquoted, with their places."""
        while match := _PART.match(self.text, self._at):
            self._at = match.end()
            yield next(iter(tomllib.loads(f"{match[1]} = 0"))), match.span(1)
            if not self.text.startswith(".", self._at):
                return
            self._at += 1

    def _value(self, path: Path) -> None:
        start, sign = self._at, self.text[self._at]
        if sign == "{":
            self._inside(path, "}")
        elif sign == "[":
            self._inside(path, "]")
        elif sign in "\"'":
            self._skip(_STRING)
        else:
            self._at += len(_PLAIN.match(self.text, start)[0].rstrip())  # type: ignore[index]
        self.values.setdefault(path, (start, self._at))

    def _inside(self, path: Path, end: str) -> None:
        """The pairs of an inline table, or the items of an array."""
        self._at += 1
        index = 0
        while self.text[self._skip(_BLANK)] != end:
            if self.text[self._at] == ",":
                self._at += 1
            elif end == "}":
                self._pair(path)
            else:
                self._value((*path, index))
                index += 1
        self._at += 1

    def _skip(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self.text, self._at)
        self._at = match.end() if match else self._at + 1
        return self._at
