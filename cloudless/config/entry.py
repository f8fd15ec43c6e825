"""Import what cloudless.toml names. What the user's code raises meanwhile is told with its place there."""

from __future__ import annotations

import linecache
import os
import re
import sys
import traceback
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from cloudless.app import App
from cloudless.config import codes
from cloudless.config.place import Path as Keys
from cloudless.config.place import Places
from cloudless.config.remedy import remedy
from cloudless.errors import ConfigError, InvalidArgument
from cloudless.ir import Diagnostic, Span
from cloudless.node import replace
from cloudless.options import nearest


class Entry:
    """root: goes to the front of `sys.path`, so that the project's own modules are found from anywhere."""

    def __init__(self, root: Path, places: Places) -> None:
        self._root = root
        self._places = places

    def load(self, app: str, include: tuple[str, ...]) -> App:
        """The App of "module:name", after importing `include`; every problem of these at once."""
        if str(self._root) not in sys.path:
            sys.path.insert(0, str(self._root))
        module, _, name = app.partition(":")
        wanted: list[tuple[str, Keys]] = [(module, ("app",))]
        wanted += [(extra, ("include", index)) for index, extra in enumerate(include)]
        found, problems = self._import_all(wanted)
        if module in found and not isinstance(getattr(found[module], name, None), App):
            problems.insert(0, self._no_app(found[module], name))
        if problems:
            raise ConfigError(problems) from self._cause
        application: App = getattr(found[module], name)
        return application

    _cause: BaseException | None = None

    def _import_all(self, wanted: list[tuple[str, Keys]]) -> tuple[dict[str, ModuleType], list[Diagnostic]]:
        found: dict[str, ModuleType] = {}
        problems: dict[Diagnostic, None] = {}
        for module, keys in wanted:
            try:
                found[module] = import_module(module)
            except (Exception, SystemExit) as problem:  # noqa: BLE001  (the user's module may raise anything)
                self._cause = self._cause or problem
                problems[self._failed(module, keys, problem)] = None
        return found, list(problems)

    def _failed(self, module: str, keys: Keys, problem: BaseException) -> Diagnostic:
        if isinstance(problem, ModuleNotFoundError) and f"{module}.".startswith(f"{problem.name}."):
            return self._at(keys, f"there is no module {problem.name!r}", self._elsewhere(module))
        text = f"importing {module!r} raised {type(problem).__name__}: {problem}".removesuffix(": ")
        span = _syntax_span(problem) if isinstance(problem, SyntaxError) else self._span(problem)
        if span is None:
            return self._at(keys, text, f"mend the module, or whatever it imports: python -c 'import {module}'")
        source = linecache.getline(span.file, span.line).rstrip("\n")
        shown = replace(span, file=self._shown(span.file))
        if isinstance(problem, InvalidArgument):  # of a declaration: the text has its remedy
            return Diagnostic(codes.NO_APP, str(problem), shown, source=source)
        return Diagnostic(codes.NO_APP, text, shown, remedy(problem, source), source=source)

    def _span(self, problem: BaseException) -> Span | None:
        """The innermost line of the project's own that was being executed: the option that is wrong, or the call."""
        own = f"{self._root}{os.sep}"
        for frame in reversed(traceback.extract_tb(problem.__traceback__)):
            if frame.filename.startswith(own) and "site-packages" not in frame.filename:
                option = problem.option if isinstance(problem, InvalidArgument) else ""
                return _option(frame, option) or _expression(frame)
        return None

    def _no_app(self, module: ModuleType, name: str) -> Diagnostic:
        apps = [key for key, value in vars(module).items() if isinstance(value, App)]
        guess = nearest(name, apps) or (apps[0] if apps else "")
        remedy = f"did you mean `{module.__name__}:{guess}`?" if guess else f'write there: {name} = App("shop")'
        if not hasattr(module, name):
            return self._at(("app",), f"module {module.__name__!r} has no {name!r}", remedy)
        value: Any = getattr(module, name)
        return self._at(("app",), f"{module.__name__}:{name} is no App, but {value!r:.60}", remedy)

    def _elsewhere(self, module: str) -> str:
        """What to do about a module that is not there: the likeliest file of that name, if any."""
        known = [name for file in self._root.rglob("*.py") if (name := self._module(file))]
        last = module.rpartition(".")[2]
        guess = next((name for name in sorted(known) if name.rpartition(".")[2] == last), None) or nearest(
            module, known
        )
        if guess:
            return f"did you mean `{guess}`?"
        return f"modules are looked for in {self._root}, and where Python finds what is installed"

    def _module(self, file: Path) -> str:
        """The name by which a file of the project is imported; "" for others."""
        parts = file.relative_to(self._root).with_suffix("").parts
        others = parts[0] == "src" or "site-packages" in parts or any(part.startswith(".") for part in parts)
        return "" if others else ".".join(parts).removesuffix(".__init__")

    def _at(self, keys: Keys, message: str, remedy: str) -> Diagnostic:
        span = self._places.value(keys)
        return Diagnostic(codes.NO_APP, message, span, remedy, source=self._places.line(span.line))

    @staticmethod
    def _shown(file: str) -> str:
        return file.removeprefix(f"{Path.cwd()}{os.sep}")


def _option(frame: traceback.FrameSummary, name: str) -> Span | None:
    """Where an option of that name is written in a call."""
    first = frame.lineno or 0
    for line in range(first, (frame.end_lineno or first) + 1) if name else ():
        found = re.search(rf"\b{name}(?=\s*=[^=])", linecache.getline(frame.filename, line))
        if found:
            return Span(frame.filename, line, found.start() + 1, found.end() + 1)
    return None


def _expression(frame: traceback.FrameSummary) -> Span:
    """What was being executed, cut to its first line."""
    line = frame.lineno or 0
    text = linecache.getline(frame.filename, line).rstrip("\n")
    end = frame.end_colno if frame.end_lineno == line else None
    start, stop = _characters(text, frame.colno or 0), len(text) if end is None else _characters(text, end)
    return Span(frame.filename, line, start + 1, stop + 1)


def _characters(text: str, size: int) -> int:
    """How many characters the first `size` bytes of a line are."""
    return len(text.encode()[:size].decode(errors="replace"))


def _syntax_span(problem: SyntaxError) -> Span | None:
    if problem.filename is None:
        return None
    column = max(1, problem.offset or 1)
    return Span(problem.filename, problem.lineno or 1, column, column)
