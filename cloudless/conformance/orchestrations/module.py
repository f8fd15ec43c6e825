"""Module: a program as engines get it: its text loaded beside the real cloudless, its IR, what answers its steps."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from itertools import count
from types import ModuleType
from typing import Any

from cloudless.app import App
from cloudless.codec import codec_of, dump, load
from cloudless.conformance.orchestrations.observed import Seen
from cloudless.conformance.orchestrations.world import Reply, World, canonical
from cloudless.frontend import compile as compile_app
from cloudless.ir import Application
from cloudless.number import numeric
from cloudless.passes.definition import definition
from cloudless.pure import Pure
from cloudless.runtime.failure import failure

PREFIX = "cloudless_corpus_"
_serial = count(1)


class Module:
    """A loaded program. app: its application."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        self.app: App = module.app

    def application(self) -> Application:
        """The IR; raises DefinitionError with every problem of the program."""
        return compile_app(self.app, entry=f"{self.module.__name__}:app")

    def definition(self, main: str = "main") -> dict[str, Any]:
        """What an engine runs."""
        return definition(self.application(), main)

    def pure(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
        """What a pure function answers, as its adapter would: {"v": …} or {"err": …}; None where there is none."""
        found = next((one for one in self.app.pures if one.name == name), None)
        return None if found is None else _answered(found, arguments)


def _answered(pure: Pure[..., Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    try:
        value = pure(**numeric(pure.codec)(dump(arguments)))
        return {"v": load(codec_of(pure.hints().get("return")).encode(value))}
    except Exception as problem:  # noqa: BLE001  (every exception is a reply)
        return {"err": failure(problem)}


@contextmanager
def loaded(source: str, title: str = "") -> Generator[Module]:
    """The program of a source text, as a module of its own while the block runs."""
    name = f"{PREFIX}{title or next(_serial)}"
    file = f"<{name}>"
    module = ModuleType(name)
    module.__file__ = file
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    sys.modules[name] = module
    try:
        exec(compile(source, file, "exec", dont_inherit=True), vars(module))  # nosec B102  # noqa: S102  (programs of the corpus)
        yield Module(module)
    finally:
        sys.modules.pop(name, None)
        linecache.cache.pop(file, None)


class Answers:
    """What answers the steps of one execution: pure functions by their code, all else by the world. calls: so far."""

    def __init__(self, module: Module, world: World) -> None:
        self.calls: list[Seen] = []
        self._module = module
        self._world = world
        self._attempts: dict[str, int] = {}

    def reply(self, function: str, arguments: Mapping[str, Any], key: str, at_s: float | None = None) -> Reply:
        """Note one attempt of a step, and answer it. key: the same for each attempt of the step."""
        self.calls.append(Seen(function, canonical(arguments), at_s, strand_of(key)))
        attempt = self._attempts[key] = self._attempts.get(key, 0) + 1
        body = self._module.pure(function, arguments)
        if body is not None:
            return Reply(body.get("v"), body.get("err"))
        return self._world.reply(function, arguments, attempt)


def strand_of(key: str) -> str:
    """The branch of a step: its key up to the last index of a branch."""
    return key[: key.rfind("]") + 1]
