"""The page of benchmarks, from the record of the last run.

python -m tests.benchmarks             # measures, and writes the record and the page
python -m tests.docs.benchmarks_page   # writes the page; tests/docs/test_generated.py checks it
"""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.areas import AREAS
from tests.benchmarks.explained import EXPLAINED, Explained
from tests.benchmarks.peers import Peer, catalogue
from tests.benchmarks.record import Record, read
from tests.benchmarks.report import markdown, number
from tests.benchmarks.row import OURS, RATIO, Goal, Row, Table, failed

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "benchmarks.md"
INTRODUCTION = """# Benchmarks

What cloudless costs, beside what can be installed from PyPI for the same purpose. `make bench` installs each peer into
an environment of its own, measures all of them and us in one run of some ten minutes, and writes this page.

{machine}

## Method

- Contestants take turns, A B C, A B C. A figure is the median over the rounds, with the fastest and the slowest round
  beside it. A ratio (×) is the median of the ratios of each round to a reference that was measured in that round, in
  the same process: a machine that is slow, or busy, slows both. **Read the ratios**; microseconds are this machine's.
- Each peer runs in a process and in an environment of its own, with the versions that `tests/benchmarks/peers/NAME.txt`
  pins, and stands still (SIGSTOP) while others have their turn. Whatever a process has imported is taken out of garbage
  collections (`gc.freeze`) before each round.
- The payload is an order of about 200 bytes of JSON. Each handler uses it, and what was handled is counted: a round in
  which one was lost is an error, and not a figure.
- Whole processes (first tests, imports, cold starts, builds) include the start of Python, and have byte code.
- Goals are those that this project set itself before it was built, on a machine where the reference of the first table
  below takes 5.4 µs. Nothing in the tests fails on a time.
- On 2 processors, servers (emulators, Temporal's test server) share them with who asks.
"""
PEERS = """
## The peers

Used as their documentation says, in the fastest way for tests that it has. What they promise is not what we promise,
and a ratio says nothing of that; this table does.

"""
NOT_RUN = """
Not measured: what needs Docker, an account or another language (LocalStack, the emulator of Service Bus, Dapr, Wing,
the CDK, Serverless, Pulumi's engine); azure-functions-durable, which has no backend in memory.
"""
AHEAD = """
## Where we are not ahead

"""
EVERYWHERE = "Nowhere in this run.\n"
SET_AT_US = 5.4
"""What the reference of the table YARDSTICK takes where the goals were set."""
YARDSTICK = "A queue to a handler, a message"
TIMES = ("µs", "ms", "s")
REPEAT = """
## Repeat it

`make bench` runs everything; `python -m tests.benchmarks messaging` one area, and prints it (with `--record`, writes
it here). The peers are in `tests/benchmarks/peers`, a file each. Emulators come with `make tools`.
"""


def current() -> str:
    """The page of the last record."""
    return page(read())


def page(of: Record) -> str:
    """The whole text."""
    tables = [table for one in of.areas.values() for table in one.tables]
    return "".join([
        INTRODUCTION.format(machine=machine(of)), PEERS, peers(), NOT_RUN, AHEAD, behind(tables), missed(tables),
        "\n## Figures\n", *(section(name, of) for name in AREAS if name in of.areas), REPEAT,
    ])  # fmt: skip


def machine(of: Record) -> str:
    """When, and on what."""
    if not of.areas:
        return "No run is recorded: `make bench`."
    days = sorted({one.day for one in of.areas.values()})
    told = ", ".join(f"{what}: {value}" for what, value in of.machine.items())
    minutes = sum(one.took_s for one in of.areas.values()) / 60
    return f"Measured on {' and '.join(days)} in {minutes:.0f} minutes. {told}."


def peers() -> str:
    """A row a peer."""
    rows = ["| | used | promises more | promises less |", "|---|---|---|---|"]
    rows += [_peer(catalogue.peer(name)) for name in catalogue.NAMES]
    return "\n".join(rows) + "\n"


def _peer(one: Peer) -> str:
    names = ", ".join(requirement.replace("==", " ") for requirement in one.requirements)
    return f"| [{names}]({one.link}) | {one.used} | {one.more} | {one.less} |"


def behind(tables: list[Table]) -> str:
    """Every peer that is ahead of the best of ours, with the reason."""
    lines = [f"- {_behind(table, peer, best)}" for table in tables for peer, best in table.behind()]
    return "\n".join(lines) + "\n" if lines else EVERYWHERE


def _behind(table: Table, peer: Row, best: Row) -> str:
    why = reason(table, peer)
    return f"*{table.title}*: **{peer.name}** is ahead of {best.name}. {why.why if why else 'Not explained yet.'}"


def reason(table: Table, peer: Row) -> Explained | None:
    """Why that peer is ahead there, if it is known."""
    return next((one for one in EXPLAINED if one.matches(table, peer)), None)


def missed(tables: list[Table]) -> str:
    """Goals that were missed, and what did not run."""
    rows = [(table, row) for table in tables for row in table.rows if row.kind == OURS and row.goal]
    slower = slowness(tables)
    over = [_missed(table, row, slower) for table, row in rows if row.goal and not row.goal.is_met(row)]
    out = [f"- {row.name}: {row.failed}" for row in failed(tables)]
    parts = [("\nGoals that this run missed:\n\n", over), ("\nNot run, although it should have been:\n\n", out)]
    return "".join(head + "\n".join(lines) + "\n" for head, lines in parts if lines)


def slowness(tables: list[Table]) -> float:
    """How many times as long this machine takes, at its fastest, as that of the goals; 1 where nothing tells."""
    queue = next((table for table in tables if table.title == YARDSTICK), None)
    references = [row.low / row.ratio for row in queue.rows if row.ratio] if queue else []
    return min(references) / SET_AT_US if references else 1.0


def _missed(table: Table, row: Row, slower: float) -> str:
    """A goal with the figure; a time or a rate also as it would be where the goals were set."""
    goal = row.goal or Goal(0)
    found = number(row.ratio or 0) if goal.of == RATIO else number(row.value)
    told = f"- *{table.title}*: {row.name}: {found} [{goal.text(table.unit)}]"
    if goal.of == RATIO or not (goal.least or table.unit in TIMES):
        return told
    there = row.value * slower if goal.least else row.value / slower
    return f"{told}; where goals were set, {slower:.1f} times as fast, {number(there)}"


def section(name: str, of: Record) -> str:
    """An area."""
    tables = "\n\n".join(markdown(table) for table in of.areas[name].tables)
    return f"\n### {AREAS[name].title}\n\n{tables}\n"


def main() -> None:
    """Write the page."""
    PAGE.write_text(current(), "utf-8")


if __name__ == "__main__":
    main()
