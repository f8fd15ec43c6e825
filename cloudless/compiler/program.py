"""Programs: what the definitions of a stage's orchestrations need: current ones, and those that may still run.

For clouds whose own engine runs them, a state machine or workflow each. A running execution keeps the definition that
it was started with, and runs as whom that one does: who may then what every definition needs that may still run. And it
stays as long as one of its executions may.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cloudless.compiler.needs import needs, offers
from cloudless.ir import Application, Grant
from cloudless.node import field, node

if TYPE_CHECKING:
    from cloudless.compiler.definitions import Definitions

_SENDS = {"queue": "send", "topic": "publish"}


@node(kw_only=True)
class Program:
    """An orchestration. functions: that any of its definitions calls. work: whether any needs the worker.

    events: that any waits for. is_current: whether the program still has it.
    """

    name: str
    functions: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    work: bool = False
    is_current: bool = True


@node(kw_only=True)
class Programs:
    """Of a stage. all: by name, in order. sends: grants of what earlier definitions send, for which no line stands."""

    all: tuple[Program, ...] = ()
    sends: tuple[Grant, ...] = ()
    waiters: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, Any])

    @property
    def work(self) -> bool:
        """Whether any needs the worker."""
        return any(one.work for one in self.all)


def programs(application: Application, definitions: Definitions) -> Programs:
    """The programs of an application. Programs.waiters: by event of the application, who waits for it; all events."""
    if not definitions.texts:
        return Programs(waiters={one.name: () for one in application.events})
    offered = offers(application)
    titles: dict[str, set[str]] = {}
    earlier: set[str] = set()
    current = set(definitions.current.values())
    for digest, text in definitions.texts.items():
        found = set(needs(text, offered))
        titles.setdefault(json.loads(text)["main"], set()).update(found)
        earlier |= set() if digest in current else found
    every = tuple(_program(name, titles[name], name in definitions.current) for name in sorted(titles))
    waiters = {one.name: tuple(_waiting(every, one.name)) for one in application.events}
    return Programs(all=every, sends=tuple(_sends(earlier)), waiters=waiters)


def _program(name: str, titles: Iterable[str], is_current: bool) -> Program:
    nouns: dict[str, list[str]] = {}
    for title in sorted(titles):
        noun, _, called = title.partition(" ")
        nouns.setdefault(noun, []).append(called)
    return Program(
        name=name,
        functions=tuple(nouns.get("function", ())),
        events=tuple(nouns.get("event", ())),
        work=bool(nouns.keys() & {"pure", *_SENDS}),
        is_current=is_current,
    )


def _waiting(programs: Iterable[Program], event: str) -> Iterator[str]:
    return (one.name for one in programs if event in one.events)


def _sends(titles: Iterable[str]) -> Iterator[Grant]:
    for title in sorted(titles):
        noun, _, name = title.partition(" ")
        if noun in _SENDS:
            yield Grant(noun=noun, name=name, verb=_SENDS[noun])
