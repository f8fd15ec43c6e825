"""A page of the documentation as a workspace: the files and commands that its code blocks stand for.

The rules, for whoever writes a page:

- A block with `title="shop/app.py"` is that file, of whatever language; the same title again appends to it.
- `python` blocks without a title are one module, `page.py`, in the page's order.
- Every Python file of the page is imported, and its `test_...` functions are run, by pytest, with warnings
  as errors.
- A `console` block is a session: its `$ cloudless ...`, `$ python ...` and `$ pytest ...` lines are run in
  the workspace, one after the other, and must succeed. What stands under a line must be its output; `...`
  stands for any text. Other commands (`$ pip install ...`, `$ make ...`) are for the reader and not run.
- `<!-- not run: REASON -->` before a block leaves it out: for code that is wrong on purpose.
"""

import re
from pathlib import Path

from markdown_it import MarkdownIt

TITLE = re.compile(r'title="([^"]+)"')
NOT_RUN = re.compile(r"<!-- not run: \S.* -->")
MODULE = "page.py"
RUN = ("cloudless ", "pytest", "python ")


class Command:
    """One line of a console block, and the output that the page shows for it ("" if none)."""

    __slots__ = ("line", "output")

    def __init__(self, line: str, output: str) -> None:
        self.line = line
        self.output = output

    def matches(self, actual: str) -> bool:
        """Whether what the page shows is what was printed, trailing blanks aside."""
        shown, real = ("\n".join(map(str.rstrip, text.strip().splitlines())) for text in (self.output, actual))
        pattern = ".*".join(re.escape(part) for part in shown.split("..."))
        return not shown or re.fullmatch(pattern, real, re.DOTALL) is not None


class Page:
    """What a Markdown file asks to be run: files by relative path, then commands."""

    __slots__ = ("commands", "files")

    def __init__(self, text: str) -> None:
        self.files: dict[str, str] = {}
        self.commands: list[Command] = []
        skip = False
        for token in MarkdownIt("commonmark").disable("inline").parse(text):
            if token.type == "fence" and not skip:
                self._add(token.info, token.content)
            if token.type in {"fence", "html_block"}:
                skip = NOT_RUN.search(token.content) is not None and token.type == "html_block"

    def write(self, folder: Path) -> None:
        """Create the page's files below an empty folder."""
        for name, text in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def _add(self, info: str, content: str) -> None:
        language, title = info.partition(" ")[0], TITLE.search(info)
        if language == "console":
            self.commands += _session(content)
        elif title or language == "python":
            name = title[1] if title else MODULE
            before = self.files.get(name)
            self.files[name] = content if before is None else f"{before}\n\n{content}"


def _session(content: str) -> list[Command]:
    """Return the commands of a console block that are to be run; one that ends in a backslash goes on."""
    parts = re.split(r"^\$ ", content.replace("\\\n", ""), flags=re.MULTILINE)[1:]
    commands = [Command(*(part.partition("\n")[::2])) for part in parts]
    return [command for command in commands if command.line.startswith(RUN)]
