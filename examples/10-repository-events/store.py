"""Where effects go: SQLite, which stands for a database. Handlers keep nothing in Python's memory.

Each method is one statement: it happens whole or not at all, and is written so that a second time changes nothing.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

SCHEMA = """
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS accounts (login TEXT PRIMARY KEY, team TEXT);
CREATE TABLE IF NOT EXISTS timeline (
    grouped TEXT, position INTEGER, delivery TEXT UNIQUE, event TEXT, PRIMARY KEY (grouped, position));
CREATE TABLE IF NOT EXISTS notes (
    delivery TEXT PRIMARY KEY, team TEXT, at_s REAL, source TEXT, kind TEXT, text TEXT);
CREATE TABLE IF NOT EXISTS digested (delivery TEXT, span TEXT, digest TEXT, PRIMARY KEY (delivery, span));
CREATE TABLE IF NOT EXISTS mails (id TEXT PRIMARY KEY, team TEXT, subject TEXT, text TEXT);
CREATE TABLE IF NOT EXISTS marks (what TEXT PRIMARY KEY, how TEXT);
"""
LOCKED_S = 5.0
"""A database that is locked for longer is an error, and the delivery is tried again."""


class Note(NamedTuple):
    """A line for digests. at_s: when the delivery came in."""

    delivery: str
    team: str
    at_s: float
    source: str
    kind: str
    text: str


class Store:
    """file: of the database; its folder is made where there is none."""

    def __init__(self, file: str) -> None:
        self._file = Path(file)
        self._file.parent.mkdir(exist_ok=True)

    def assign(self, login: str, team: str) -> None:
        """Let an account be a team's from now on."""
        self._do("INSERT INTO accounts VALUES (?, ?) ON CONFLICT DO UPDATE SET team = excluded.team", login, team)

    def team_of(self, login: str) -> str | None:
        return self._one("SELECT team FROM accounts WHERE login = ?", login)

    def append(self, group: str, delivery: str, event: str) -> None:
        """Write a delivery behind those of its group."""
        self._do(
            "INSERT OR IGNORE INTO timeline SELECT ?1, COALESCE(MAX(position), 0) + 1, ?2, ?3 FROM timeline"
            " WHERE grouped = ?1",
            group, delivery, event,
        )  # fmt: skip

    def timeline(self, group: str) -> list[str]:
        """The deliveries of a group, in order."""
        rows = self._all("SELECT event FROM timeline WHERE grouped = ? ORDER BY position", group)
        return [event for (event,) in rows]

    def groups(self) -> list[str]:
        """Who has a timeline."""
        return [group for (group,) in self._all("SELECT DISTINCT grouped FROM timeline ORDER BY 1")]

    def note(self, note: Note) -> None:
        """Keep a line for a team's digests."""
        self._do("INSERT OR IGNORE INTO notes VALUES (?, ?, ?, ?, ?, ?)", *note)

    def fill(self, digest: str, span: str, team: str, before_s: float) -> None:
        """Let a digest have every line of a team that came in before, and that no digest of such a span has.

        A digest that has lines gets no more, so whoever asks again sees what was seen before.
        """
        self._do(
            "INSERT INTO digested SELECT delivery, ?2, ?1 FROM notes WHERE team = ?3 AND at_s < ?4"
            " AND delivery NOT IN (SELECT delivery FROM digested WHERE span = ?2)"
            " AND NOT EXISTS (SELECT * FROM digested WHERE digest = ?1)",
            digest, span, team, before_s,
        )  # fmt: skip

    def lines(self, digest: str) -> list[tuple[str, str, str]]:
        """Source, kind and text of each line of a digest."""
        return self._all(
            "SELECT source, kind, text FROM notes JOIN digested USING (delivery) WHERE digest = ? ORDER BY 1, 2, 3",
            digest,
        )

    def deliver(self, id: str, team: str, subject: str, text: str) -> None:
        """Put a mail into a team's box."""
        self._do("INSERT OR IGNORE INTO mails VALUES (?, ?, ?, ?)", id, team, subject, text)

    def box(self, team: str) -> list[tuple[str, str]]:
        """Subject and text of a team's mails."""
        return self._all("SELECT subject, text FROM mails WHERE team = ? ORDER BY id", team)

    def claim(self, what: str, how: str) -> str:
        """Mark something that has no mark, and say which it has: the first one wins, and everybody hears of it."""
        self._do("INSERT OR IGNORE INTO marks VALUES (?, ?)", what, how)
        return self.mark_of(what) or how

    def mark(self, what: str, how: str, instead_of: str | None = None) -> None:
        """Mark something that has no mark, or this one; by default, whichever it has."""
        self._do(
            "INSERT INTO marks VALUES (?1, ?2) ON CONFLICT DO UPDATE SET how = ?2 WHERE ?3 IS NULL OR how = ?3",
            what, how, instead_of,
        )  # fmt: skip

    def mark_of(self, what: str) -> str | None:
        return self._one("SELECT how FROM marks WHERE what = ?", what)

    def _do(self, statement: str, *values: Any) -> None:
        with self._database() as database:
            database.execute(statement, values)

    def _all(self, query: str, *values: Any) -> list[Any]:
        with self._database() as database:
            return database.execute(query, values).fetchall()

    def _one(self, query: str, *values: Any) -> Any:
        """The only value, or None."""
        return next((value for (value,) in self._all(query, *values)), None)

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._file, timeout=LOCKED_S, isolation_level=None)) as database:
            database.executescript(SCHEMA)
            yield database
