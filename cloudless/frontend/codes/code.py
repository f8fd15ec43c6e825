"""One code: a kind of problem."""

from __future__ import annotations

from textwrap import dedent

OURS = "from cloudless import "


class Code:
    """code: stable for ever, e.g. "CL101". title: the problem in a few words. why: what is behind it.

    wrong, right: a program that has the problem, and the same one mended, each given without the import of
    `App` and `app = App("shop")`.
    """

    __slots__ = ("code", "right", "title", "why", "wrong")

    def __init__(self, code: str, title: str, why: str, *, wrong: str, right: str) -> None:
        self.code = code
        self.title = title
        self.why = " ".join(why.split())
        self.wrong = _program(wrong)
        self.right = _program(right)

    def __str__(self) -> str:
        return self.code


def _program(text: str) -> str:
    lines = dedent(text).strip("\n").splitlines()
    imports = [line for line in lines if line.startswith(("from ", "import "))]
    rest = "\n".join(lines[len(imports) :]).strip("\n") + "\n"
    ours = [line for line in imports if line.startswith(OURS)]
    names = ", ".join(["App", *(line.removeprefix(OURS) for line in ours)])
    others = "".join(f"{line}\n" for line in imports if line not in ours)
    others += "\n" if others else ""
    gap = "\n\n" if rest.startswith(("@", "class ", "def ")) else "\n"
    return f'{others}{OURS}{names}\n\napp = App("shop")\n{gap}{rest}'
