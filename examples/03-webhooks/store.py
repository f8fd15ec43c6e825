"""Where effects go: SQLite, which stands for a database. Handlers keep nothing in Python's memory."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

SCHEMA = """
CREATE TABLE IF NOT EXISTS handled (handler TEXT, delivery TEXT, PRIMARY KEY (handler, delivery));
CREATE TABLE IF NOT EXISTS counts (handler TEXT, event TEXT, number INTEGER, PRIMARY KEY (handler, event));
"""


LOCKED_S = 5.0
"""A database that is locked for longer is an error, and the delivery is tried again."""


class Store:
    """file: of the database."""

    def __init__(self, file: str) -> None:
        self._file = file

    def add(self, handler: str, delivery: str, event: str) -> None:
        """Count an event of a handler, unless this delivery was counted: both in one transaction, or neither."""
        with self._transaction() as database:
            new = database.execute("INSERT OR IGNORE INTO handled VALUES (?, ?)", (handler, delivery)).rowcount
            database.execute("INSERT OR IGNORE INTO counts VALUES (?, ?, 0)", (handler, event))
            database.execute(
                "UPDATE counts SET number = number + ? WHERE handler = ? AND event = ?", (new, handler, event)
            )

    def counts(self, handler: str) -> dict[str, int]:
        """How many deliveries of each event a handler has counted."""
        with self._transaction() as database:
            return dict(database.execute("SELECT event, number FROM counts WHERE handler = ?", (handler,)).fetchall())

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._file, timeout=LOCKED_S)) as database:
            database.executescript(SCHEMA)
            with database:
                yield database
