"""Write `docs/reference/cli.md` from the commands themselves: `python -m tests.docs.cli_page`.

What a terminal shows is drawn by Typer, and depends on its version and on the width. This asks the commands for what
they are made of, and draws it itself.
"""

import re
from collections.abc import Iterator
from enum import Enum
from inspect import cleandoc
from itertools import chain, zip_longest
from pathlib import Path
from textwrap import dedent, fill
from typing import Any

from cloudless.cli.commands import COMMANDS, HELP, command

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "cli.md"
EXIT_CODES = "Exit codes: "
CODE = re.compile(
    r"```\w*|`[^`]+`"  # a fence that is spoken of, and what is code already
    rf"|cloudless (?:{'|'.join(COMMANDS)})\b.*?(?=\.?$)"  # a line to type, which ends its paragraph
    r"|\{.*?\}|--[a-z][a-z-]*(?: \d+)?|\*\.\w+|CLOUDLESS_\w+|[\w./-]+\.(?:toml|json)\b"
)
JOINED = "\0"  # stands for a space where no line may end, until the page is done
INTRO = """# Command line

`cloudless`, or `python -m cloudless.cli`, comes with the extra `cli`: `pip install 'cloudless-sdk[cli]'`. So do what
`cloudless dev` serves with, and pytest and hypothesis, which the tests of a project run on. Every command has `--help`;
`cloudless --version` prints the version.

For a look without an environment of its own, `uvx --from 'cloudless-sdk[cli]' cloudless new shop`, or
`pipx run --spec 'cloudless-sdk[cli]' cloudless new shop`; either then says which commands come next. `uv tool install`
and `pipx install` do for what only looks at files. For what imports your program, and all that it needs, install
cloudless beside it, in the environment of the project.

<!-- Written by `python -m tests.docs.cli_page` from cloudless/cli. -->"""
AFTER_EXIT_CODES = """\
Ctrl-C ends a command with 130, and `cloudless dev`, which nothing else ends, with 0. A traceback is a bug of ours; its
code is 1, too."""
COMPLETION = """## Shell completion

In bash, zsh or fish, with `cloudless` on the path (so in its virtual environment, if it has one):

```sh
cloudless --install-completion
```

It finds out which shell it is called from, writes what that shell needs, and holds for terminals that are opened
afterwards:

| shell | what is written |
|---|---|
| bash | `~/.bash_completions/cloudless.sh`, and a line in `~/.bashrc` that reads it |
| zsh | `~/.zfunc/_cloudless`, and lines in `~/.zshrc` that find it |
| fish | `~/.config/fish/completions/cloudless.fish` |

In zsh, the first press of the tab key in a terminal loads the completion, and the second uses it.

`cloudless --show-completion` prints the script and writes nothing, for a place of your own. Commands and options are
completed, and stages: those of the nearest `cloudless.toml`, or of `--config`. So are queues, topics, schedules,
functions, events and orchestrations, by the source of the application, which is not imported, and installed
providers."""


def page() -> str:
    """The page as it should be."""
    parts = [INTRO, prose(HELP, slice(1, -1)), exit_codes(), COMPLETION]
    return "\n\n".join([*parts, *(section(*one) for one in commands())]).replace(JOINED, " ") + "\n"


def commands() -> Iterator[tuple[str, Any]]:
    """Every command in order, each followed by those below it, with the arguments that stand between."""
    for name in COMMANDS:
        found = command(name)
        yield name, found
        before = "".join(f"{metavar(one)} " for one in found.params if one.param_type_name == "argument")
        yield from ((f"{name} {before}{below}", one) for below, one in getattr(found, "commands", {}).items())


def section(name: str, found: Any) -> str:
    arguments = [one for one in found.params if one.param_type_name == "argument"]
    options = [one for one in found.params if one.param_type_name == "option" and not one.hidden]
    parts = [
        f"{'#' * (3 if ' ' in name else 2)} cloudless {name}",
        f"```text\n{usage(name, found, arguments)}\n```",
        prose(found.help),
        table("argument", [(metavar(one), meaning(one)) for one in arguments]),
        table("option", [(spelled(one), meaning(one)) for one in options]),
    ]
    return "\n\n".join(part for part in parts if part)


def usage(name: str, found: Any, arguments: list[Any]) -> str:
    words = [metavar(one) if one.required else f"[{metavar(one)}]" for one in arguments]
    if hasattr(found, "commands"):
        words.append("[COMMAND …]")
    return " ".join(["cloudless", name, "[OPTIONS]", *words])


def spelled(option: Any) -> str:
    name: str = option.opts[0]
    return name if option.is_flag else f"{name} {metavar(option)}"


def metavar(parameter: Any) -> str:
    name: str = parameter.metavar or parameter.name.upper()
    return name.strip("[]")  # older versions of Typer want the brackets of what may be left out


def meaning(parameter: Any) -> str:
    """What a parameter says of itself, its choices and its default."""
    default, text = parameter.default, marked(parameter.help)
    if isinstance(default, Enum):
        text += f" One of {', '.join(code(one.value) for one in type(default))}."
        default = default.value
    if default is None or default is False or not parameter.show_default:
        return text
    return f"{text} Default: {code(str(default))}."


def table(noun: str, rows: list[tuple[str, str]]) -> str:
    lines = [f"| {code(name)} | {text} |" for name, text in rows]
    return "\n".join([f"| {noun} | |", "|---|---|", *lines]) if rows else ""


def exit_codes() -> str:
    """What each code means, for every command and for each."""
    rows = [("every command", HELP), *((f"[{one}](#cloudless-{one})", command(one).help) for one in COMMANDS)]
    lines = [f"| {name} | {' | '.join(meanings(text))} |" for name, text in rows]
    return "\n".join(["## Exit codes", "", "| | 0 | 1 | 2 |", "|---|---|---|---|", *lines, "", AFTER_EXIT_CODES])


def meanings(text: str) -> list[str]:
    """What 0, 1 and 2 mean, of the paragraph that says so."""
    said = paragraphs(text)[-1].removeprefix(EXIT_CODES).removesuffix(".")
    return [marked(one[2:]) for one in re.split(r", (?=\d )", said)]


def prose(text: str, chosen: slice = slice(None)) -> str:
    """Text of a command as Markdown: its indented paragraphs are code."""
    return "\n\n".join(block(one) for one in paragraphs(text)[chosen])


def paragraphs(text: str) -> list[str]:
    """Those that are indented keep their lines, and the others become one."""
    parts = cleandoc(text).replace("\b\n", "").split("\n\n")
    return [part if part.startswith(" ") else " ".join(part.split()) for part in parts]


def block(paragraph: str) -> str:
    if paragraph.startswith(" "):
        return f"```{'toml' if ' = ' in paragraph else 'text'}\n{dedent(paragraph)}\n```"
    return fill(marked(paragraph), 120, break_long_words=False, break_on_hyphens=False)


def marked(text: str) -> str:
    """Plain text as Markdown: what is typed is code, on one line, and nothing else means anything."""
    found = [code(one).replace(" ", JOINED) for one in CODE.findall(text)]
    plain = [re.sub(r"([\\*_<\[|])", r"\\\1", one) for one in CODE.split(text)]
    return "".join(chain(*zip_longest(plain, found, fillvalue="")))


def code(text: str) -> str:
    inner = text.strip("`")
    if text == f"`{inner}`":
        return text
    return f"```` {text} ````" if "`" in text else f"`{text}`"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
