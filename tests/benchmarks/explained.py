"""Why a peer is ahead of us where it is: for the page. Kept where it may come back with another machine."""

from __future__ import annotations

from typing import NamedTuple

from tests.benchmarks.row import Row, Table


class Explained(NamedTuple):
    """table, peer: how their names begin."""

    table: str
    peer: str
    why: str

    def matches(self, table: Table, peer: Row) -> bool:
        """Whether it is about that row."""
        return table.title.startswith(self.table) and peer.name.startswith(self.peer)


EXPLAINED: tuple[Explained, ...] = (
    Explained(
        "What a function's package ships",
        "chalice",
        "Its runtime is one module for one cloud: it hands the event to the handler. Ours validates typed bodies, "
        "counts attempts, backs off, writes dead letters with their error, handles a message once per id, carries "
        "traces, signs what it sends, and has portable clients. Nothing of a third party is in it.",
    ),
)
