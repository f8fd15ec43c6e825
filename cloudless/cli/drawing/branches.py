"""A tree of lines for a terminal, which is never cut at its width: a tree of Rich's would be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.text import Text


@dataclass(frozen=True, slots=True)
class Branch:
    """A line, and what hangs below it. aside: drawn with a dashed line."""

    label: Text
    below: Sequence[Branch] = ()
    aside: bool = False


def lines(root: Branch) -> Iterator[Text]:
    """The tree from its root, line by line."""
    yield root.label
    yield from _below(root, "")


def _below(branch: Branch, indent: str) -> Iterator[Text]:
    for child in branch.below:
        is_last = child is branch.below[-1]
        fork = f"{'└' if is_last else '├'}{'╌╌' if child.aside else '──'} "
        yield Text().append(f"{indent}{fork}", "dim").append(child.label)
        yield from _below(child, f"{indent}{'    ' if is_last else '│   '}")
