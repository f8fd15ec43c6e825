"""Lean: our source without what only people and type checkers read, every other line where it was.

Docstrings, comments, and what stands below `if TYPE_CHECKING:` go. So our part of a bundle is a third smaller, a cold
start compiles less (a cloud has no place to keep what it compiled), and a traceback still names lines of the sources.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from tokenize import COMMENT, generate_tokens

from cloudless.compiler.cache import cache_folder, kept
from cloudless.compiler.sources import Files

_Place = tuple[int, int]
"""Line from 1, and UTF-8 bytes into it, as of ast."""
_Cut = tuple[_Place, _Place, bytes]
"""From, to, and what stands there then."""


_VERSION = "1"
"""Of what is kept: another one is made anew."""


def lean_files(files: Files, cache: Path | None = None) -> dict[str, Path | bytes]:
    """Files of ours, by path in the bundle, lean where they are Python. cache: where such files are kept."""
    contents = {path: file.read_bytes() for path, file in files.items()}

    def make(folder: Path) -> None:
        for path, content in contents.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(_lean_file(path, content))

    parts = [part for path, content in contents.items() for part in (path, content)]
    try:
        folder = kept([_VERSION, *parts], make, cache or cache_folder("lean"))
    except OSError:  # no place to keep anything
        return {path: _lean_file(path, content) for path, content in contents.items()}
    return {path: folder / path for path in contents}


def _lean_file(path: str, content: bytes) -> bytes:
    return lean(content) if path.endswith(".py") else content


def lean(source: bytes) -> bytes:
    """A module of ours, UTF-8, that means the same but for its docstrings, and for annotations that nobody reads."""
    text = source.decode()
    lines = [line.encode() for line in text.splitlines()]
    for start, end, put in reversed(_outer([*_cuts(ast.parse(text)), *_comments(text)])):
        _cut(lines, start, end, put)
    return b"\n".join(line.rstrip() for line in lines) + b"\n"


def _cuts(tree: ast.Module) -> Iterator[_Cut]:
    for one in ast.walk(tree):
        if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant) and isinstance(one.value.value, str):
            yield _begin(one), _end(one), b'""'
        elif isinstance(one, ast.If) and isinstance(one.test, ast.Name) and one.test.id == "TYPE_CHECKING":
            yield _begin(one.body[0]), _end(one.body[-1]), b"pass"


def _comments(text: str) -> Iterator[_Cut]:
    for token in generate_tokens(StringIO(text).readline):
        if token.type == COMMENT:
            row, column = token.start
            place = len(token.line[:column].encode())
            yield (row, place), (row, place + len(token.string.encode())), b""


def _outer(cuts: list[_Cut]) -> list[_Cut]:
    """Those that are not within another, in order."""
    found: list[_Cut] = []
    for one in sorted(cuts):
        if not found or one[0] >= found[-1][1]:
            found.append(one)
    return found


def _begin(one: ast.stmt) -> _Place:
    decorators: list[ast.expr] = getattr(one, "decorator_list", [])
    line = min([one.lineno, *(decorator.lineno for decorator in decorators)])
    return line, one.col_offset


def _end(one: ast.stmt) -> _Place:
    assert one.end_lineno is not None
    assert one.end_col_offset is not None
    return one.end_lineno, one.end_col_offset


def _cut(lines: list[bytes], start: _Place, end: _Place, put: bytes) -> None:
    """Put something in the place of a part, whose other lines stay, empty. Later parts are cut already."""
    (first, left), (last, right) = start, end
    rest = lines[last - 1][right:]
    lines[first - 1] = lines[first - 1][:left] + put + (rest if first == last else b"")
    for number in range(first, last):
        lines[number] = b""
    if first != last and rest.strip():
        lines[last - 1] = rest
