"""Programs of the tests: sections of a Markdown file, each with code and what it comes to, after a common prelude.

`python -m tests.unit.frontend.orchestration.programs` writes what they come to now; read the difference it makes.
"""

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from cloudless.conformance.orchestrations.module import loaded
from cloudless.frontend.orchestration import compile_orchestrations
from cloudless.frontend.report import Report
from cloudless.frontend.source import Sources
from cloudless.ir import Diagnostic, Orchestration
from cloudless.ir.text import text

HERE = Path(__file__).parent
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINE = re.compile(r"line (\d+)")


class Program:
    """One section: its title, its code, what it should come to."""

    def __init__(self, title: str, prelude: str, code: str, expected: str) -> None:
        self.title = title
        self.code = code
        self.expected = expected
        self.source = f"{prelude}\n\n{code}"
        self.first_line = prelude.count("\n") + 2
        """Lines before the code: numbers below count from there."""

    def compiled(self) -> tuple[list[Orchestration], list[Diagnostic]]:
        """Its orchestrations and problems."""
        with loaded(self.source) as found:
            return compiled(found.module)


def compiled(module: ModuleType) -> tuple[list[Orchestration], list[Diagnostic]]:
    """The orchestrations and problems of a module."""
    report = Report(Sources())
    made = compile_orchestrations(module.app, report)
    return list(made), report.problems()


def programs(file: str) -> list[Program]:
    """The sections of a file."""
    intro, *sections = re.split(r"^### ", (HERE / file).read_text(), flags=re.MULTILINE)
    prelude = dict(BLOCK.findall(intro))["python"]
    return [_program(section, prelude) for section in sections]


def _program(section: str, prelude: str) -> Program:
    blocks = dict(BLOCK.findall(section))
    return Program(section.splitlines()[0], prelude, blocks["python"], blocks.get("text", ""))


def as_ir(program: Program) -> str:
    """The text of the IR, or of its problems."""
    made, problems = program.compiled()
    known = re.findall(r"^def (\w+)\(", program.code, re.MULTILINE)
    return "\n".join(text(one) for one in made if one.name in known) if not problems else told(program, problems)


def as_problems(program: Program) -> str:
    """Its problems."""
    return told(program, program.compiled()[1])


def told(program: Program, problems: list[Diagnostic]) -> str:
    """Problems with their lines in the section, one a line."""

    def own(found: re.Match[str]) -> str:
        return f"line {int(found[1]) - program.first_line}"

    return "".join(
        f"{one.span.line - program.first_line}:{one.span.column} {one.code} "
        f"{LINE.sub(own, f'{one.message}; {one.remedy}')}\n"
        for one in problems
    )


def rewrite(file: str, outcome: Callable[[Program], str]) -> None:
    """Write what every section of a file comes to."""
    intro, *sections = re.split(r"^### ", (HERE / file).read_text(), flags=re.MULTILINE)
    prelude = dict(BLOCK.findall(intro))["python"]
    written = [_rewritten(section, outcome(_program(section, prelude))) for section in sections]
    (HERE / file).write_text(intro + "".join(f"### {section}" for section in written))


def _rewritten(section: str, outcome: str) -> str:
    bare = re.sub(r"\n```text\n.*?^```\n", "", section, flags=re.MULTILINE | re.DOTALL).rstrip("\n")
    return f"{bare}\n\n```text\n{outcome}```\n\n"


if __name__ == "__main__":
    rewrite("goldens.md", as_ir)
    rewrite("refusals.md", as_problems)
