"""Project: what cloudless.toml says, and the application that it names."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cloudless.config import codes
from cloudless.config.entry import Entry
from cloudless.config.mistakes import Mistakes
from cloudless.config.stray import strays
from cloudless.errors import ConfigError, InvalidArgument
from cloudless.ir import Diagnostic, Span
from cloudless.options import nearest
from cloudless.secret import Config

if TYPE_CHECKING:
    from cloudless.app import App
    from cloudless.config.file import File
    from cloudless.config.place import Path as Keys
    from cloudless.config.place import Places
    from cloudless.config.stage import Stage

NAME = "cloudless.toml"


def load(path: str | os.PathLike[str] | None = None, *, tolerant: bool = False) -> Project:
    """The project of a cloudless.toml: of that file, else of the nearest one from the working directory upwards.

    tolerant: where there are mistakes and the application is known, give the project without stages, and the mistakes.
    Raises ConfigError with every mistake, or where there is no such file.
    """
    file = Path(path) if path is not None else _nearest()
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise ConfigError([_unreadable(file, problem)]) from problem
    except UnicodeDecodeError as problem:
        span = Span(_shown(file), 1)
        raise ConfigError([Diagnostic(codes.NOT_TOML, f"this is no UTF-8: {problem.reason}", span)]) from problem
    mistakes = Mistakes(_shown(file), text)
    content, places = mistakes.read()
    if mistakes.found:
        content = mistakes.without_stages() if tolerant else None
    if content is None or places is None:
        raise ConfigError(mistakes.found)
    return Project(file.resolve(), content, places, mistakes.found)


class Project:
    """path: of the file. app: as in "shop.app:app". include: further modules to import. stages: by name.

    requirements: the file with what the application needs, where one is named. bundle: paths to deploy beside its code.
    mistakes: of the file, where it was read with tolerance.
    """

    def __init__(self, path: Path, content: File, places: Places, mistakes: Iterable[Diagnostic] = ()) -> None:
        self.path = path
        self.app = content.app
        self.include = tuple(content.include)
        self.requirements = content.requirements
        self.bundle = tuple(content.bundle)
        self.stages: Mapping[str, Stage] = content.stages
        self.mistakes = tuple(mistakes)
        self._places = places

    @property
    def root(self) -> Path:
        """The directory of the file: on `sys.path` when the application is imported."""
        return self.path.parent

    def stage(self, name: str) -> Stage:
        """The stage of that name; raises InvalidArgument with the nearest one."""
        if name in self.stages:
            return self.stages[name]
        guess = nearest(name, self.stages)
        known = f"there are {', '.join(self.stages)}" if self.stages else "the file has no stages"
        hint = f"did you mean {guess!r}?" if guess else f"{known}; add a table [stages.{name}]"
        raise InvalidArgument(f"{self._places.file} has no stage {name!r}: {hint}")

    def load_app(self) -> App:
        """Import the application and what it includes.

        Raises ConfigError where a module cannot be found, raises, or has no App of that name: with the place
        in the user's code where there is one, else with the line of cloudless.toml.
        """
        try:
            return Entry(self.root, self._places).load(self.app, self.include)
        except ConfigError as error:
            if not self.mistakes:
                raise
            raise ConfigError([*self.mistakes, *error.problems]) from error.__cause__

    def strays(self, app: App) -> list[Diagnostic]:
        """A warning for each module beside the application's that registers handlers, and that nobody imported."""
        return strays(self.root, self.app.partition(":")[0], app)

    def check_paths(self) -> list[Diagnostic]:
        """What the file names of the project's own, and is not there."""
        named: list[tuple[Keys, str]] = [(("bundle", index), path) for index, path in enumerate(self.bundle)]
        if self.requirements is not None:
            named.append((("requirements",), self.requirements))
        found = [self._no_path(keys, path) for keys, path in named if not self._is_there(keys, path)]
        return sorted(found, key=lambda problem: problem.span)

    def _is_there(self, keys: Keys, path: str) -> bool:
        file = self.root / path
        try:
            return file.is_file() or (keys[0] == "bundle" and file.is_dir())
        except OSError:  # a name that no file can have, e.g. of thousands of letters
            return False

    def _no_path(self, keys: Keys, path: str) -> Diagnostic:
        span = self._places.value(keys)
        message, remedy = f"there is no {path:.200} in {self.root}", "make it, or leave it out"
        return Diagnostic(codes.BAD_VALUE, message, span, remedy, source=self._places.line(span.line))

    def check_values(self, app: App, stages: Iterable[str]) -> list[Diagnostic]:
        """What is wrong with the values that these stages give to the application's configuration."""
        declared = {one.name: one for one in app.declared if isinstance(one, Config)}
        return [problem for name in stages for problem in self._values(name, declared)]

    def _values(self, stage: str, known: Mapping[str, Config[Any]]) -> list[Diagnostic]:
        given = self.stages[stage].config
        meant = {name: nearest(name, known) for name in given if name not in known}
        found = [self._unknown_value(stage, name, guess) for name, guess in meant.items()]
        for name in [one for one in given if one in known]:
            misfit = known[name].misfit(given[name])
            if misfit:
                found.append(self._misfit(stage, name, misfit))
        needed = [name for name, config in known.items() if config.default is ...]
        for name in needed if self.stages[stage].provider != "memory" else ():
            if name not in {*given, *meant.values()}:
                message = f"stage {stage!r} gives no value to {name!r}, which has no default"
                found.append(self._problem(codes.NO_VALUE, stage, "", message, f"add config = {{ {name} = … }}"))
        return found

    def _misfit(self, stage: str, name: str, misfit: str) -> Diagnostic:
        span = self._places.value(("stages", stage, "config", name))
        message = f"the value of {name!r} in stage {stage!r} is not of its type: {misfit}"
        remedy = f'give one that is, or declare it otherwise: app.config("{name}", …)'
        return Diagnostic(codes.BAD_VALUE, message, span, remedy, source=self._places.line(span.line))

    def _unknown_value(self, stage: str, name: str, guess: str | None) -> Diagnostic:
        remedy = f"did you mean `{guess}`?" if guess else f'leave it out, or declare it: app.config("{name}")'
        return self._problem(codes.UNKNOWN_KEY, stage, name, f"the application has no configuration {name!r}", remedy)

    def _problem(self, code: str, stage: str, name: str, message: str, remedy: str) -> Diagnostic:
        path = ("stages", stage, "config", name) if name else ("stages", stage)
        span = self._places.key(path)
        return Diagnostic(code, message, span, remedy, source=self._places.line(span.line))


def _nearest() -> Path:
    here = Path.cwd()
    for directory in (here, *here.parents):
        if (directory / NAME).is_file():
            return directory / NAME
    return here / NAME


def _unreadable(file: Path, problem: OSError) -> Diagnostic:
    if isinstance(problem, FileNotFoundError):
        message, remedy = f"there is no {file.name} in {file.parent}", 'write one, with a line: app = "app:app"'
        if file.name == NAME:
            message += " or above it"
    else:
        message, remedy = f"{file} cannot be read: {problem.strerror}", "make it readable"
    return Diagnostic(codes.NO_FILE, message, Span(_shown(file), 0), remedy)


def _shown(file: Path) -> str:
    """As people know it: relative to the working directory where it lies below."""
    return str(file.resolve()).removeprefix(f"{Path.cwd()}{os.sep}")
