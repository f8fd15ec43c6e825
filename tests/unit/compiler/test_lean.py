"""What a bundle has of our code: the same program, on the same lines."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from cloudless.compiler.lean import lean, lean_files
from cloudless.compiler.package import CORE
from cloudless.compiler.sources import own_files

SOURCE = '''"""A module.

Of two parts.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Told(Protocol):
        """Says something."""

        def told(self) -> str: ...  # more
else:
    Protocol = object

LIMIT = 3  # ten would be too many
"""What a comment cannot say: ä."""
TEXT = "# no comment"; OTHER = """two
lines"""


@property
def told(self) -> str:
    """One line."""
    return "é"  # é


class Empty:
    """Nothing but this.

    And that.
    """
'''
LEAN = '''""




from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    pass





else:
    Protocol = object

LIMIT = 3
""
TEXT = "# no comment"; OTHER = """two
lines"""


@property
def told(self) -> str:
    ""
    return "é"


class Empty:
    ""
'''


def test_only_what_people_and_type_checkers_read_goes() -> None:
    assert lean(SOURCE.encode()).decode().rstrip() == LEAN.rstrip()


def outline(source: bytes) -> list[tuple[str, int]]:
    """Every node of a program with its line, but for docstrings and what is for type checkers."""
    tree = ast.parse(source)
    left_out: set[ast.AST] = set()
    for one in ast.walk(tree):
        if isinstance(one, ast.If) and isinstance(one.test, ast.Name) and one.test.id == "TYPE_CHECKING":
            left_out.update(inner for part in one.body for inner in ast.walk(part))
        if is_text(one):
            left_out.update(ast.walk(one))
    kept = (one for one in ast.walk(tree) if one not in left_out)
    return [(type(one).__name__, one.lineno) for one in kept if isinstance(one, (ast.stmt, ast.expr))]


def is_text(one: ast.AST) -> bool:
    return isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant) and isinstance(one.value.value, str)


def test_all_of_ours_is_the_same_program_on_the_same_lines(tmp_path: Path) -> None:
    files = own_files(CORE, "")
    made = lean_files(files, tmp_path)
    assert made.keys() == files.keys()
    for path, file in files.items():
        found = made[path]
        assert isinstance(found, Path)
        if path.endswith(".py"):
            assert outline(found.read_bytes()) == outline(file.read_bytes()), path


def test_it_is_made_once(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('"""Text."""\nx = 1\n')
    (tmp_path / "py.typed").touch()
    files = {"shop/a.py": tmp_path / "a.py", "shop/py.typed": tmp_path / "py.typed"}
    first = lean_files(files, tmp_path / "cache")["shop/a.py"]
    assert isinstance(first, Path)
    assert first.read_text() == '""\nx = 1\n'
    first.write_text("kept")
    assert lean_files(files, tmp_path / "cache")["shop/a.py"] == first
    assert first.read_text() == "kept"
    (tmp_path / "a.py").write_text("x = 2\n")
    again = lean_files(files, tmp_path / "cache")["shop/a.py"]
    assert isinstance(again, Path)
    assert again.read_text() == "x = 2\n"


def test_where_nothing_can_be_kept_it_is_made_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.py").write_text("x = 1  # one\n")
    (tmp_path / "cache").touch()
    assert lean_files({"a.py": tmp_path / "a.py"}, tmp_path / "cache") == {"a.py": b"x = 1\n"}
