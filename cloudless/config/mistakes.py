"""Every mistake of a cloudless.toml, each with its line and what to write instead."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Annotated, Any, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cloudless.config import codes
from cloudless.config.place import Path, Places
from cloudless.config.stage import FORMS, NEEDED, OWN, Stage
from cloudless.driver.provider import ENTRY_POINTS
from cloudless.ir import Diagnostic, Span
from cloudless.options import nearest

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_ENTRY = r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$"
_MODULE = r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$"
_BELOW = r"^[^./\\][^/\\]*(/[^./\\][^/\\]*)*/?$"
"""A path below the folder of the file, with slashes; nothing hidden, and no way up."""
_PATTERNS = {
    "app": ("names no module and App", 'name both, e.g. app = "shop.app:app"'),
    "include": ("is no name of a module", 'name modules as in an import, e.g. include = ["shop.handlers"]'),
    "bundle": ("is no path below the folder of this file", 'give such paths, e.g. bundle = ["templates/"]'),
    "requirements": ("is no path below the folder of this file", 'name a file, e.g. requirements = "requirements.txt"'),
    "name": ("is no name for a stage", "use 1 to 16 lower-case letters, digits and hyphens, e.g. [stages.prod]"),
}
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
    "project": 'project = "my-project-123"',
    "provider": 'provider = "aws"',
    "region": 'region = "eu-central-1"',
    "resource_group": 'resource_group = "shop-prod"',
    "subscription": 'subscription = "00000000-0000-0000-0000-000000000000"',
}
_MORE = {"project": ": its id, neither its name nor its number"}
_REGIONS = {"azure": 'region = "westeurope"', "gcp": 'region = "europe-west1"'}


class File(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    app: str = Field(pattern=_ENTRY)
    include: list[Annotated[str, Field(pattern=_MODULE)]] = Field(default_factory=list[str])
    requirements: Annotated[str, Field(pattern=_BELOW)] | None = None
    bundle: list[Annotated[str, Field(pattern=_BELOW)]] = Field(default_factory=list[str])
    stages: dict[str, Stage] = Field(default_factory=dict[str, Stage])


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
            tables["stages"] = {**tables["stages"], name: {**table, "name": name}}
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
        for key in map(str, path):
            if key in _REMEDIES:
                return _REMEDIES[key]
            if key == "region":
                return f"write it as text, as the cloud calls it, e.g. {_example(self._provider_of(path), key)}"
            if key in _EXAMPLES:
                return f"write it as text, e.g. {_EXAMPLES[key]}"
        return ""

    def _provider_of(self, path: Path) -> str:
        """Of the stage in which a key stands, "" where it says none."""
        given = dict(self._stages()).get(str(path[1]), {}).get("provider")
        return given if isinstance(given, str) else ""

    def _unknown(self, path: Path) -> None:
        key = str(path[-1])
        known = Stage.model_fields.keys() - {"name"} if len(path) > 1 else File.model_fields.keys()
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
        if "name" in table:
            self._unknown(("stages", name, "name"))
        for key in ("provider", "like"):
            self._provider(("stages", name, key), table.get(key))
        provider = table.get("provider")
        if not isinstance(provider, str) or provider not in NEEDED:
            return
        for key in NEEDED[provider]:
            if key not in table:
                self._absent.append((("stages", name), key, _example(provider, key)))
        self._forms(name, table, provider)
        for key in OWN.keys() & table.keys():
            if OWN[key] != provider:
                remedy = f"leave it out, or make it a stage of {OWN[key]}"
                message = f"`{key}` means something on {OWN[key]} only, and stage {name!r} is on {provider}"
                self._add(codes.BAD_VALUE, ("stages", name, key), message, remedy, key=True)

    def _forms(self, name: str, table: dict[str, Any], provider: str) -> None:
        """Values that the cloud would refuse for what they look like, once something is deployed."""
        for key, form in FORMS.get(provider, {}).items():
            given = table.get(key)
            if isinstance(given, str) and given and not re.fullmatch(form, given):
                message = f"{given!r} is no {key} of {provider}"
                self._bad(
                    ("stages", name, key), message, f"write it as in {_example(provider, key)}{_MORE.get(key, '')}"
                )

    def _provider(self, path: Path, given: Any) -> None:
        """Names that no installed provider has; ours are known before they are installed."""
        ours = NEEDED.keys() - {"memory"} if path[-1] == "like" else NEEDED.keys()
        if not isinstance(given, str) or given in ours:
            return  # to ask which are installed takes as long as all the rest
        known = {*ours, *(entry.name for entry in entry_points(group=ENTRY_POINTS))}
        if given not in known:
            guess = nearest(given, sorted(known))
            remedy = f"did you mean {guess!r}?" if guess else f"there are {', '.join(sorted(known))}, or install yours"
            self._bad(path, f"there is no provider {given!r}", remedy)

    def _add(self, code: str, path: Path, message: str, remedy: str, *, key: bool = False) -> None:
        assert self._places is not None
        on_key = key or code in {codes.UNKNOWN_KEY, codes.MISSING_KEY}
        span = self._places.key(path) if on_key else self._places.value(path)
        self.found.append(Diagnostic(code, message, span, remedy, source=self._places.line(span.line)))


def _table(value: Any) -> dict[str, Any]:
    """A table of TOML; an empty one where there is something else, which pydantic reports."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _example(provider: str, key: str) -> str:
    return _REGIONS.get(provider, _EXAMPLES[key]) if key == "region" else _EXAMPLES[key]


def _said(text: str, key: str) -> str:
    """Pydantic's sentence, in the words of TOML."""
    words = {"Input": key, "String": key, "Dictionary": key, "dictionary": "table", " or instance of Stage": ""}
    for word, ours in words.items():
        text = text.replace(word, ours)
    return text


def _written(path: Path) -> str:
    """The key as people write it below its stage: `config`, `backend.s3`, `include`."""
    return ".".join(str(part) for part in (path[2:] or path if path[0] == "stages" else path[:1]))
