"""What running a workflow takes from the execution that it belongs to, and where its variables live."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from providers.gcp.tests.gcwsim.errors import Unspecified, raised
from providers.gcp.tests.gcwsim.history import History
from providers.gcp.tests.gcwsim.limits import CONCURRENT, MEMORY_BYTES, STEPS
from providers.gcp.tests.gcwsim.pages import VARIABLES
from providers.gcp.tests.gcwsim.slots import Slots
from providers.gcp.tests.gcwsim.value import is_list, is_map, size_of
from tests.virtual import Agenda

if TYPE_CHECKING:
    from providers.gcp.tests.gcwsim.callback import Callbacks
    from providers.gcp.tests.gcwsim.exchange import Request
    from providers.gcp.tests.gcwsim.strand import Effect

Connector = Callable[[dict[str, Any]], Any]
"""Carries out a call of a connector: arguments to its result, or to a Response where it fails."""


class Host(Protocol):
    """Whose clock and agenda an execution runs by."""

    agenda: Agenda
    connectors: Mapping[str, Connector]
    is_hostile: bool
    records: bool
    is_backoff: Callable[[list[str]], bool]

    @property
    def now_us(self) -> Callable[[], int]: ...

    def exchange(self, request: Request) -> Effect:
        """What a strand waits for that sent a request."""
        ...


class Run:
    """One execution, as its steps see it.

    name: of the execution. history: where its steps are noted, None for nowhere. seed: of everything that is left to
    chance. environment: of sys.get_env.
    """

    def __init__(
        self, host: Host, callbacks: Callbacks, *, name: str, seed: str, environment: Mapping[str, str]
    ) -> None:
        self.agenda = host.agenda
        self.now_us = host.now_us
        self.exchange = host.exchange
        self.connectors = host.connectors
        self.is_hostile = host.is_hostile
        self.callbacks = callbacks
        self.name = name
        self.random = Random(seed)
        self.environment = environment
        self.slots = Slots(CONCURRENT, self.random if self.is_hostile else None)
        self.steps = 0
        self.memory = 0
        self.unhandled = 0
        self.logs: list[tuple[str, Any]] = []
        self.history = History(host.now_us) if host.records else None
        self._is_backoff = host.is_backoff

    def is_backoff(self, entry: int) -> bool:
        """Whether what sleeps at an entry of the history does so after a failure, and not by the program's wish."""
        return self.history is not None and self._is_backoff(self.history.path(entry))

    def count_step(self) -> None:
        """Every step that is entered counts, those around others too: the page does not say less."""
        self.steps += 1
        if self.steps > STEPS:
            raise raised("ResourceLimitError", f"more than {STEPS:,} steps")

    def shuffled(self, items: Iterable[Any]) -> list[Any]:
        """In the order that they have, or in any."""
        listed = list(items)
        if self.is_hostile:
            self.random.shuffle(listed)
        return listed

    def reordered(self, value: Any) -> Any:
        """The same value, the keys of its maps in any order."""
        if is_map(value):
            return {key: self.reordered(value[key]) for key in self.shuffled(value)}
        return [self.reordered(one) for one in value] if is_list(value) else value

    def toss(self) -> bool:
        return self.is_hostile and self.random.random() < 0.5

    def new_uuid(self) -> str:
        return str(UUID(int=self.random.getrandbits(128), version=4))


class Frame:
    """The variables of a call of a workflow, or of a branch inside.

    outer: the frame around a branch. depth: calls around. nesting: parallel steps around, through calls too. entry: in
    the history, of the step that is running, 0 for none.
    """

    __slots__ = ("_sizes", "depth", "entry", "nesting", "outer", "run", "variables")

    def __init__(
        self, run: Run, depth: int = 0, nesting: int = 0, outer: Frame | None = None, *, entry: int = 0
    ) -> None:
        self.run = run
        self.depth = depth
        self.nesting = nesting
        self.outer = outer
        self.entry: int = outer.entry if outer is not None else entry
        self.variables: dict[str, Any] = {}
        self._sizes: dict[str, int] = {}

    def store(self, key: str, value: Any) -> None:
        """Assign a variable. Raises ResourceLimitError."""
        size = size_of(value)
        memory = self.run.memory + size - self._sizes.get(key, 0)
        if memory > MEMORY_BYTES:
            raise raised("ResourceLimitError", f"variables of more than {MEMORY_BYTES:,} bytes")
        self.run.memory = memory
        self._sizes[key] = size
        self.variables[key] = value

    def clear(self, keys: Iterable[str]) -> None:
        """Forget variables whose scope is left."""
        for key in keys:
            if key in self.variables:
                del self.variables[key]
                self.run.memory -= self._sizes.pop(key)

    def close(self) -> None:
        self.run.memory -= sum(self._sizes.values())
        self._sizes.clear()


def unassigned(name: str) -> Unspecified:
    return Unspecified(f"the value of {name!r} where no step assigned it on the way", VARIABLES)
