"""Run all benchmarks, or those named; see `--help`.

Each area runs in a process of its own, which has some minutes. One that fails is a row that says so, and the others
run; the exit code is 1 then. A run of all writes record.json, and the page of it.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from tests.benchmarks import record
from tests.benchmarks.areas import AREAS, ended, module
from tests.benchmarks.peers import catalogue
from tests.benchmarks.record import Measured, Record
from tests.benchmarks.report import markdown
from tests.benchmarks.row import OURS, Row, Table, failed
from tests.docs import benchmarks_page

ROOT = Path(__file__).parents[2]
END_S = 15


def run(name: str) -> Measured:
    """An area, in its process."""
    began = monotonic()
    with TemporaryDirectory(prefix="bench-") as folder:
        file = Path(folder) / "tables.json"
        words = [sys.executable, "-m", "tests.benchmarks.areas", module(name), str(file)]
        with (Path(folder) / "log").open("w+") as log:
            process = subprocess.Popen(words, cwd=ROOT, stdout=log, stderr=log, process_group=0)
            late = _waited(process, AREAS[name].limit_s)
            log.seek(0)
            said = log.read().strip().splitlines()
        tables = [Table.loaded(one) for one in json.loads(file.read_text())] if file.exists() else []
    if late or process.returncode or not tables:
        why = late or (said or [f"ended with {process.returncode}"])[-1]
        tables.append(Table(f"The rest of: {AREAS[name].title}", "", (Row(name, OURS, failed=why[:300]),)))
    return Measured(tuple(tables), record.today(), monotonic() - began)


def _waited(process: subprocess.Popen[bytes], limit_s: float) -> str:
    """Why it was ended, or nothing."""
    try:
        process.wait(limit_s)
    except subprocess.TimeoutExpired:
        return f"not done in {limit_s:.0f} s"
    else:
        return ""
    finally:
        process.terminate()  # it ends what it has started
        with suppress(subprocess.TimeoutExpired):
            process.wait(END_S)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def main(words: list[str]) -> int:
    """Of the command line."""
    signal.signal(signal.SIGTERM, ended)
    parser = argparse.ArgumentParser("python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *AREAS], metavar="AREA", help=", ".join(AREAS))
    parser.add_argument("--record", action="store_true", help="write what is measured into the record and its page")
    asked = parser.parse_args(words)
    names: list[str] = asked.names or list(AREAS)
    for peer, problem in catalogue.installed().items():
        print(f"{peer} is not installed: {problem}", flush=True)
    before = record.read()
    areas: dict[str, Measured] = {}
    machine = record.machine()
    for name in names:
        areas[name] = run(name)
        print(f"\n{AREAS[name].title} ({areas[name].took_s:.0f} s)\n", flush=True)
        print("\n\n".join(markdown(table) for table in areas[name].tables), flush=True)
        if asked.record or not asked.names:
            _write(Record(machine, {**before.areas, **areas}))
    return _ending(areas)


def _write(what: Record) -> None:
    """The record and its page, areas in their order."""
    kept = {name: what.areas[name] for name in AREAS if name in what.areas}
    record.FILE.write_text(Record(what.machine, kept).text(), "utf-8")
    benchmarks_page.main()


def _ending(areas: dict[str, Measured]) -> int:
    """Say what failed; the exit code."""
    rows = failed(table for one in areas.values() for table in one.tables)
    for row in rows:
        print(f"failed: {row.name}: {row.failed}", flush=True)
    return 1 if rows else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
