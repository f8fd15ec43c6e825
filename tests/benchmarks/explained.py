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


WRITTEN = (
    "It writes down resources that a program of yours spells out one by one; it reads no handlers. A build of ours "
    "imports the program, follows what each handler mentions, derives its permissions, checks limits of the cloud, and "
    "packs the code; for each function it writes dead letters, alarms and a role of its own besides. All that is a "
    "fixed part of some tenths of a second, which weighs most where there are ten functions."
)
EXPLAINED: tuple[Explained, ...] = (
    Explained(
        "What a function's package ships",
        "chalice",
        "Its runtime is one module for one cloud: it hands the event to the handler. Ours validates typed bodies, "
        "counts attempts, backs off, writes dead letters with their error, handles a message once per id, carries "
        "traces, signs what it sends, and has portable clients. Nothing of a third party is in it.",
    ),
    Explained(
        "An event of SQS with 10 messages",
        "chalice",
        "It hands over the event as it is: the handler loops, reads the JSON itself, and where it raises, all ten "
        "messages come again. A third of our time is reading JSON too, by a scanner that is kept; the rest, by the "
        "profile, is spread over what it does not do: a time-out a message, its attempt, its trace, and an outcome for "
        "each, so that only what failed comes again. Powertools, which reports single failures as well, is behind us.",
    ),
    Explained(
        "A cold start on Lambda",
        "chalice",
        "It is a module that imports little, and so is ours. Ours also reads the facts that the build has generated, "
        "and binds the handler to its time-outs and retries.",
    ),
    Explained("A build of", "troposphere", WRITTEN),
    Explained("A build of", "SAM transform", WRITTEN),
    Explained(
        "A build of",
        "chalice package",
        "It writes two resources a function: a function and a trigger, with one role for all; queues have to be there. "
        "The ratio is to the writing of what each wrote, and ours is many times as much.",
    ),
    Explained(
        "A queue to a handler",
        "pytest-pubsub",
        "The two are close, and a noisy run moves them more than that. It keeps messages in dicts, and no lease of its "
        "ends, nothing comes again, nothing is dead-lettered and nobody is refused; all of that is on in ours.",
    ),
    Explained(
        "A message where many wait",
        "moto",
        "It is asked with 200 messages, since its work grows with their square; 100,000 would not end.",
    ),
    Explained(
        "A message where many wait",
        "",
        "Ours does not grow with what waits: the difference is that of the machine from round to round.",
    ),
)
