"""Every mistake of a cloudless.toml, each with its line and what to write instead."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from pydantic import ValidationError

from cloudless.config import codes
from cloudless.config.file import File
from cloudless.config.place import Path, Places
from cloudless.config.settings import MEMORY, Providers
from cloudless.config.stage import Stage
from cloudless.ir import Diagnostic, Span
from cloudless.options import nearest

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from cloudless.config.settings import Settings
    from cloudless.driver.setting import Setting

_PATTERNS = {
    "app": ("names no module and App", 'name both, e.g. app = "shop.app:app"'),
    "include": ("is no name of a module", 'name modules as in an import, e.g. include = ["shop.handlers"]'),
    "bundle": ("is no path below the folder of this file", 'give such paths, e.g. bundle = ["templates/"]'),
    "requirements": ("is no path below the folder of this file", 'name a file, e.g. requirements = "requirements.txt"'),
    "name": ("is no name for a stage", "use 1 to 16 lower-case letters, digits and hyphens, e.g. [stages.prod]"),
}
_MISTYPED = 0.8
"""How alike a key and one of ours are, at least, where it might be a provider's that is not installed."""
_CHOICE = "write one of those"
_STAGES = 'give each stage a table, e.g. [stages.prod] and, below it, provider = "aws"'
_REMEDIES = {
    "bundle": 'give a list, e.g. bundle = ["templates/"]',
    "requirements": 'name a file, e.g. requirements = "requirements.txt"',
    "backend": 'give one table, named after the kind, e.g. backend = { s3 = { bucket = "…", key = "…" } }',
    "config": "give a table, e.g. config = { review-above = 500.0 }",
    "include": 'give a list, e.g. include = ["shop.handlers"]',
    "python": 'write it as text, e.g. python = "3.12"',
}
_EXAMPLES = {
    "app": 'app = "shop.app:app"',
    "like": 'like = "aws"',
    "provider": 'provider = "aws"',
    "region": 'region = "eu-central-1"',
}


class Mistakes:
    """Reads a text, and collects what is wrong with it in `found`."""

    def __init__(self, file: str, text: str) -> None:
        self.found: list[Diagnostic] = []
        self._file = file
        self._text = text
        self._places: Places | None = None
        self._tables: dict[str, Any] = {}
        self._absent: list[tuple[Path, str, str]] = []
        self._meant: set[Path] = set()
        self._providers = Providers()

    def read(self) -> tuple[File | None, Places | None]:
        """The file and where its keys stand; None where something is wrong."""
        try:
            self._tables = tomllib.loads(self._text)
            self._places = Places(self._file, self._text)
        except ValueError as problem:  # also a number of more digits than Python reads
            self._not_toml(str(problem).partition("; use sys.")[0])
            return None, None
        except RecursionError:
            self._not_toml("its values stand in each other too deeply")
            return None, None
        file = self._validated()
        for name, table in self._stages():
            self._stage(name, table)
        for path, key, example in self._absent:
            self._missing(path, key, example)
        self.found.sort(key=lambda problem: (problem.span, problem.code, problem.message))
        return file, self._places

    def without_stages(self) -> File | None:
        """The file as far as it says which application this is; None where it does not."""
        tables = {key: self._tables[key] for key in ("app", "include") if key in self._tables}
        try:
            return File.model_validate(tables)
        except ValidationError:
            return None

    def _not_toml(self, text: str) -> None:
        """Tomllib tells line and column in its text only: https://docs.python.org/3/library/tomllib.html."""
        place = re.search(r" \(at line (\d+), column (\d+)\)$", text)
        lines = self._text.split("\n")
        line, column = (int(place[1]), int(place[2])) if place else (len(lines), len(lines[-1]) + 1)
        source = lines[line - 1] if line <= len(lines) else ""
        message = text.removesuffix(place[0] if place else "").removesuffix(" (at end of document)")
        span = Span(self._file, line, column, column + 1)
        remedy = "write each key as name = value, text in double quotes: https://toml.io"
        self.found.append(Diagnostic(codes.NOT_TOML, f"this is no TOML: {message}", span, remedy, source=source))

    def _validated(self) -> File | None:
        tables: dict[str, Any] = dict(self._tables)
        for name, table in self._stages():
            known = {key: table[key] for key in table.keys() - self._strange(table)}
            tables["stages"] = {**tables["stages"], name: {**known, "name": name}}
        try:
            return File.model_validate(tables)
        except ValidationError as problem:
            for error in problem.errors(include_url=False):
                self._wrong(error)
            return None

    def _stages(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, table in _table(self._tables.get("stages")).items():
            if isinstance(table, dict):
                yield name, _table(table)

    # --- what pydantic found

    def _wrong(self, error: ErrorDetails) -> None:
        path, key = error["loc"], next(str(part) for part in reversed(error["loc"]) if isinstance(part, str))
        if error["type"] == "extra_forbidden":
            self._unknown(path)
        elif error["type"] == "missing":
            self._absent.append((path[:-1], key, _EXAMPLES[key]))
        elif error["type"] == "string_pattern_mismatch":
            what, remedy = _PATTERNS[key]
            self._bad(path, f"{error['input']!r} {what}", remedy)
        else:
            remedy = (
                _CHOICE if error["type"] == "literal_error" and isinstance(error["input"], str) else self._remedy(path)
            )
            self._bad(path, _said(error["msg"], f"`{_written(path)}`"), remedy)

    def _remedy(self, path: Path) -> str:
        if path[0] == "stages" and len(path) < 3:
            return _STAGES
        keys = [str(part) for part in (path[2:] if path[0] == "stages" else path)]
        remedy = next((_REMEDIES[key] for key in keys if key in _REMEDIES), None)
        if remedy is not None:
            return remedy
        setting = self._settings(path).get(keys[0]) if path[0] == "stages" else None
        if setting is not None:
            return f"write it as text, as the cloud calls it, e.g. {setting}"
        example = next((f", e.g. {_EXAMPLES[key]}" for key in keys if key in _EXAMPLES), "")
        return f"write it as text{example}"

    def _table_of(self, path: Path) -> dict[str, Any]:
        """The stage in which a key stands."""
        return dict(self._stages()).get(str(path[1]), {})

    def _settings(self, path: Path) -> Settings:
        """What the provider of that stage reads, as far as it is known."""
        return self._providers.settings(self._table_of(path).get("provider")) or {}

    def _unknown(self, path: Path) -> None:
        key, known = str(path[-1]), set(File.model_fields)
        if len(path) > 1:
            known = set(Stage.model_fields) - {"name"} | self._settings(path).keys()
        guess = nearest(key, sorted(known))
        self._meant.add((*path[:-1], guess or key))
        remedy = f"did you mean `{guess}`?" if guess else f"leave it out; there are {', '.join(sorted(known))}"
        self._add(codes.UNKNOWN_KEY, path, f"nobody reads the key `{key}`", remedy)

    def _missing(self, table: Path, key: str, example: str) -> None:
        """A key that is not there, and that no mistyped key was meant to be."""
        where = f"stage {table[1]!r}" if len(table) > 1 else "the file"
        if (*table, key) not in self._meant:
            self._add(codes.MISSING_KEY, table, f"{where} has no `{key}`", f"add {example}")

    def _bad(self, path: Path, message: str, remedy: str) -> None:
        """A wrong value; a stage's name is a key itself."""
        is_name = len(path) == 3 and path[-1] == "name"
        self._add(codes.BAD_VALUE, path[:-1] if is_name else path, message, remedy, key=is_name)

    # --- what depends on the provider

    def _stage(self, name: str, table: dict[str, Any]) -> None:
        path, provider = ("stages", name), table.get("provider")
        if "name" in table:
            self._unknown((*path, "name"))
        for key in ("provider", "like"):
            self._provider((*path, key), table.get(key))
        for key in sorted(self._strange(table)):
            self._misplaced((*path, key), self._providers.reading(key))
        if isinstance(provider, str) and provider != MEMORY and "like" in table:
            self._misplaced((*path, "like"), [MEMORY])
        for setting in self._settings(path).values():
            self._setting(path, setting, table.get(setting.key))

    def _strange(self, table: dict[str, Any]) -> set[str]:
        """Keys of a stage that neither we read nor its provider; of one that is not known, keys that are mistyped."""
        settings = self._providers.settings(table.get("provider"))
        others = table.keys() - Stage.model_fields.keys()
        if settings is None:
            return {key for key in others if nearest(key, Stage.model_fields, _MISTYPED)}
        return others - settings.keys()

    def _misplaced(self, path: Path, readers: list[str]) -> None:
        """A key that other providers read than the stage's, or nobody does."""
        if not readers:
            self._unknown(path)
            return
        provider, whose = self._table_of(path)["provider"], " and ".join(readers)
        message = f"`{path[-1]}` means something on {whose} only, and stage {path[1]!r} is on {provider}"
        self._add(
            codes.BAD_VALUE, path, message, f"leave it out, or make it a stage of {' or '.join(readers)}", key=True
        )

    def _setting(self, stage: Path, setting: Setting, given: Any) -> None:
        """A value that the cloud would refuse for what it looks like, once something is deployed."""
        if given is None and setting.needed:
            self._absent.append((stage, setting.key, str(setting)))
        elif isinstance(given, str) and given and not re.fullmatch(setting.form, given):
            message = f"{given!r} is no {setting.key} of {self._table_of(stage)['provider']}"
            remedy = f"write it as in {setting}" + (f": {setting.note}" if setting.note else "")
            self._bad((*stage, setting.key), message, remedy)

    def _provider(self, path: Path, given: Any) -> None:
        """Names that no provider has; a stage cannot be like memory."""
        none = MEMORY if path[-1] == "like" else ""
        if not isinstance(given, str) or (given != none and self._providers.is_known(given)):
            return
        known = [name for name in self._providers.names() if name != none]
        guess = self._providers.meant(given)
        remedy = f"did you mean {guess!r}?" if guess else f"there are {', '.join(known)}, or install yours"
        self._bad(path, f"there is no provider {given!r}", remedy)

    def _add(self, code: str, path: Path, message: str, remedy: str, *, key: bool = False) -> None:
        assert self._places is not None
        on_key = key or code in {codes.UNKNOWN_KEY, codes.MISSING_KEY}
        span = self._places.key(path) if on_key else self._places.value(path)
        self.found.append(Diagnostic(code, message, span, remedy, source=self._places.line(span.line)))


def _table(value: Any) -> dict[str, Any]:
    """A table of TOML; an empty one where there is something else, which pydantic reports."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _said(text: str, key: str) -> str:
    """Pydantic's sentence, in the words of TOML."""
    words = {"Input": key, "String": key, "Dictionary": key, "dictionary": "table", " or instance of Stage": ""}
    for word, ours in words.items():
        text = text.replace(word, ours)
    return text


def _written(path: Path) -> str:
    """The key as people write it below its stage: `config`, `backend.s3`, `include`."""
    return ".".join(str(part) for part in (path[2:] or path if path[0] == "stages" else path[:1]))
