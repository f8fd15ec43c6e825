"""Pinned: executions that run while something is deployed, and the definitions that they go on with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cloudless.compiler.record import Record
from cloudless.node import node

Running = Mapping[str, Mapping[str, int]]
"""Orchestration → sha256 of a definition → how many executions of it run. Others were not, or could not be, asked."""

STAYS = "stays"
KEPT = "kept"
LOST = "lost"


@node(kw_only=True)
class Pinned:
    """Executions of one definition. executions: how many run, None where that could not be asked.

    fate: of their definition; STAYS where new executions get it as well, KEPT where it is deployed for them alone,
    LOST where it is not deployed, so that they cannot go on.
    """

    orchestration: str
    definition: str
    executions: int | None
    fate: str

    def __str__(self) -> str:
        known = self.executions is not None
        many = f"{self.executions} execution{'' if self.executions == 1 else 's'}" if known else "executions, if any,"
        run = "runs" if self.executions == 1 else "run"
        if self.fate == STAYS:
            return f"{many} {run} on; nothing changes for {'it' if self.executions == 1 else 'them'}"
        if self.fate == KEPT:
            return f"{many} {run} on with definition {self.definition[:8]}; new ones do not"
        return f"{many} cannot go on: definition {self.definition[:8]} would be gone"


def affected(before: Record, after: Record) -> list[str]:
    """Orchestrations whose executions may run on definitions that new ones do not get, in order of name."""
    current = set(after.definitions.items())
    return sorted({name for digest, name in before.every.items() if (name, digest) not in current})


def pinned(before: Record, after: Record, running: Running) -> tuple[Pinned, ...]:
    """What runs of the affected orchestrations, and what may run where that is not known."""
    return tuple(one for name in affected(before, after) for one in _pinned(name, before, after, running.get(name)))


def _pinned(name: str, before: Record, after: Record, running: Mapping[str, int] | None) -> Iterator[Pinned]:
    deployed = [digest for digest, owner in before.every.items() if owner == name]
    for digest in sorted({*deployed, *(() if running is None else running)}):
        fate = _fate(name, digest, after)
        executions = None if running is None else running.get(digest, 0)
        if executions or (executions is None and fate == LOST):
            yield Pinned(orchestration=name, definition=digest, executions=executions, fate=fate)


def _fate(name: str, digest: str, after: Record) -> str:
    if after.definitions.get(name) == digest:
        return STAYS
    return KEPT if digest in after.every else LOST
