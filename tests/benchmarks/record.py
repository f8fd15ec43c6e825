"""The record of a run: what was measured, when, and on what; `record.json` beside it is the last one.

Figures of a machine are not those of another: ratios are. Places and names of a machine are not in it.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from tests.benchmarks.rounds import MOST
from tests.benchmarks.row import Table

FILE = Path(__file__).with_name("record.json")


class Measured(NamedTuple):
    """An area: its tables, the day, and how long it took."""

    tables: tuple[Table, ...]
    day: str
    took_s: float

    def dumped(self) -> dict[str, Any]:
        return {"day": self.day, "took_s": round(self.took_s), "tables": [table.dumped() for table in self.tables]}

    @classmethod
    def loaded(cls, plain: Mapping[str, Any]) -> Measured:
        return cls(tuple(Table.loaded(table) for table in plain["tables"]), plain["day"], plain["took_s"])


class Record(NamedTuple):
    """machine: what ran it, in words. areas: by name."""

    machine: dict[str, str]
    areas: dict[str, Measured]

    def text(self) -> str:
        """As the file has it."""
        areas = {name: one.dumped() for name, one in self.areas.items()}
        return json.dumps({"machine": self.machine, "areas": areas}, indent=1, ensure_ascii=False) + "\n"


def read(file: Path = FILE) -> Record:
    """The last record; an empty one where there is none."""
    if not file.exists():
        return Record({}, {})
    plain = json.loads(file.read_text("utf-8"))
    return Record(plain["machine"], {name: Measured.loaded(one) for name, one in plain["areas"].items()})


def today() -> str:
    """The day, in UTC."""
    return datetime.now(UTC).date().isoformat()


def machine() -> dict[str, str]:
    """What this runs on."""
    most = os.environ.get(MOST)
    return {
        **({"only a look": f"at most {most} rounds"} if most else {}),
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.machine()}",
        "processors": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "load at the start": f"{os.getloadavg()[0]:.1f}",
    }
