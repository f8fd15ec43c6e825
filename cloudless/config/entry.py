"""Import what cloudless.toml names. What the user's code raises meanwhile is told with its place there."""

from __future__ import annotations

import linecache
import os
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
from cloudless.errors import ConfigError
from cloudless.ir import Diagnostic, Span
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
        place = _syntax_place(problem) if isinstance(problem, SyntaxError) else self._place(problem)
        text = f"importing {module!r} raised {type(problem).__name__}: {problem}".removesuffix(": ")
        if place is None:
            return self._at(keys, text, f"mend the module, or whatever it imports: python -c 'import {module}'")
        file, line, column = place
        span = Span(self._shown(file), line, column, column)
        source = linecache.getline(file, line).rstrip("\n")
        return Diagnostic(codes.NO_APP, text, span, "mend this line, or what it calls", source=source)

    def _place(self, problem: BaseException) -> tuple[str, int, int] | None:
        """The innermost line of the project's own that was being executed."""
        own = f"{self._root}{os.sep}"
        for frame in reversed(traceback.extract_tb(problem.__traceback__)):
            if frame.filename.startswith(own) and "site-packages" not in frame.filename:
                text = linecache.getline(frame.filename, frame.lineno or 0)
                return frame.filename, frame.lineno or 0, len(text) - len(text.lstrip()) + 1
        return None

    def _no_app(self, module: ModuleType, name: str) -> Diagnostic:
        apps = [key for key, value in vars(module).items() if isinstance(value, App)]
        guess = nearest(name, apps) or (apps[0] if apps else "")
        remedy = f"did you mean `{module.__name__}:{guess}`?" if guess else f'write there: {name} = App("shop")'
        if not hasattr(module, name):
            return self._at(("app",), f"module {module.__name__!r} has no {name!r}", remedy)
        value: Any = getattr(module, name)
        return self._at(("app",), f"{module.__name__}:{name} is a {type(value).__name__}, and no App", remedy)

    def _elsewhere(self, module: str) -> str:
        """What to do about a module that is not there: the likeliest file of that name, if any."""
        files = sorted(self._root.rglob(f"{module.rpartition('.')[2]}.py"))
        for file in files:
            parts = file.relative_to(self._root).with_suffix("").parts
            if not any(part.startswith(".") for part in parts) and parts[0] != "src":
                return f"did you mean `{'.'.join(parts)}`?"
        return f"modules are looked for in {self._root}, and where Python finds what is installed"

    def _at(self, keys: Keys, message: str, remedy: str) -> Diagnostic:
        span = self._places.value(keys)
        return Diagnostic(codes.NO_APP, message, span, remedy, source=self._places.line(span.line))

    @staticmethod
    def _shown(file: str) -> str:
        return file.removeprefix(f"{Path.cwd()}{os.sep}")


def _syntax_place(problem: SyntaxError) -> tuple[str, int, int] | None:
    if problem.filename is None:
        return None
    return problem.filename, problem.lineno or 1, max(1, problem.offset or 1)
