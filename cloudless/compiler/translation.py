"""Translations: the orchestrations of a stage in the language of a cloud's own engine, current ones and earlier ones.

    made = translations(application, stage.config, definitions, translate)
    compile: checked(problems(ground), lambda: made)

An execution runs as the definition that it was started with: what is gone from the program stays while it may have
executions, since to delete it would end them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from cloudless.compiler.definitions import gone
from cloudless.errors import DefinitionError
from cloudless.node import node

if TYPE_CHECKING:
    from cloudless.compiler.definitions import Definitions
    from cloudless.ir import Application, Diagnostic

    Translate = Callable[[Application, str, Mapping[str, Any], str], tuple["Translation", Iterable[Diagnostic]]]
    """Of an application, the name of one of its orchestrations, values of configuration, the definition's sha256."""


@node(kw_only=True)
class Translation:
    """text: as the engine reads it, in UTF-8. warnings: what may stop its executions.

    functions: that it calls, by their logical names. worker: whether it calls that. events: that it waits for.
    """

    text: bytes
    functions: tuple[str, ...] = ()
    worker: bool = False
    events: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def translations(
    application: Application, settings: Mapping[str, Any], definitions: Definitions, translate: Translate
) -> dict[str, Translation]:
    """By orchestration. settings: the stage's values. Raises DefinitionError with all that is wrong with any."""
    made: dict[str, Translation] = {}
    problems: list[Diagnostic] = []
    for one in application.orchestrations:
        made[one.name], found = translate(application, one.name, settings, definitions.current.get(one.name, ""))
        problems += found
    if problems:
        raise DefinitionError(problems)
    for sha, main, program in gone(definitions):
        if main not in made:
            made[main], _ = translate(program, main, {}, sha)
    return made


def settings_of(application: Application, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The stage's values of configuration, with defaults."""
    return {**{one.name: one.default for one in application.configs if one.has_default}, **settings}


def checked(problems: list[Diagnostic], make: Callable[[], Mapping[str, Translation]]) -> Mapping[str, Translation]:
    """What `make` gives; raises DefinitionError with the problems that are known and all that it finds."""
    made: Mapping[str, Translation] = {}
    found = list(problems)
    try:
        made = make()
    except DefinitionError as problem:
        found += problem.problems
    if found:
        raise DefinitionError(found)
    return made
