"""`cloudless build` without dependencies as a whole process, for 10 and 1,000 functions with a queue each; and peers.

The reference is a whole process too: it reads the document that was just written from JSON, and writes it with
`json.dump`. So the ratio is per document, whatever is in it: ours has permissions, dead letters and alarms, theirs not.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from time import monotonic, perf_counter
from typing import NamedTuple

from tests.benchmarks.compiling import program
from tests.benchmarks.peers import catalogue, chalice, templates
from tests.benchmarks.rounds import enough, figure, warming
from tests.benchmarks.row import OURS, PEER, REFERENCE, VALUE, Goal, Row, Table

SIZES = (10, 1_000)
ROUNDS = 5
BUDGET_S = 20.0
PROVIDERS = {
    "aws": 'region = "eu-central-1"',
    "azure": 'region = "westeurope"\nsubscription = "00000000-0000-0000-0000-000000000000"',
    "gcp": 'region = "europe-west1"\nproject = "shop-123456"',
}
"""With what a stage of each says besides."""
STAGE = """
app = "many:app"

[stages.prod]
provider = "{provider}"
{place}
python = "3.12"
"""
CONFIG = '{"version": "2.0", "app_name": "bench", "stages": {"dev": {"api_gateway_stage": "api"}}}'
DUMP = "import json, sys; json.dump(json.load(open(sys.argv[1])), open(sys.argv[2], 'w'), indent=1)"
NOTE = (
    "Whole processes; × a process that reads the same document from JSON and writes it with `json.dump`. Ours includes "
    "the analysis of the program, its permissions and checks, dead letters, alarms, and the package without "
    "dependencies; what others write is in the table of peers"
)
ENVIRONMENT = {
    **catalogue.environ(), "AWS_DEFAULT_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x",
}  # fmt: skip


class Build(NamedTuple):
    """What is run in a folder, what it removes first, and the document that it writes there."""

    name: str
    kind: str
    folder: Path
    command: Sequence[str]
    document: str
    out: str = "out"
    version: str = ""
    settings: Mapping[str, str] = {}

    def seconds(self) -> float:
        """Of a process that builds into an empty folder."""
        rmtree(self.folder / self.out, ignore_errors=True)
        return _run(self.command, self.folder, self.settings)

    def dump_seconds(self) -> float:
        """Of a process that writes the document once more."""
        return _run([sys.executable, "-c", DUMP, self.document, "copy.json"], self.folder, {})

    def size_mb(self) -> float:
        """Of the document."""
        return (self.folder / self.document).stat().st_size / 1e6


def _run(command: Sequence[str], folder: Path, settings: Mapping[str, str]) -> float:
    began = perf_counter()
    done = subprocess.run(
        command, cwd=folder, env={**ENVIRONMENT, **settings}, check=False, capture_output=True, text=True
    )
    took = perf_counter() - began
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["it failed"])[-1][:200])
    return took


def project(provider: str, count: int, folder: Path) -> Build:
    """Ours, for a provider."""
    folder.mkdir(parents=True)
    (folder / "cloudless.toml").write_text(STAGE.format(provider=provider, place=PROVIDERS[provider]))
    (folder / "many.py").write_text(program(count))
    command = [sys.executable, "-m", "cloudless.cli", "build", "prod", "--no-dependencies", "--out", "out"]
    return Build(f"cloudless build, {provider}", OURS, folder, command, "out/main.tf.json")


def chalice_project(python: Path, count: int, folder: Path) -> Build:
    """`chalice package` of an app of some functions with a queue each."""
    (folder / ".chalice").mkdir(parents=True)
    (folder / ".chalice" / "config.json").write_text(CONFIG)
    (folder / "requirements.txt").write_text("")
    (folder / "app.py").write_text(chalice.PACKAGED)
    command = [str(python.with_name("chalice")), "package", "--template-format", "json", "out"]
    version = chalice.PEER.requirements[0].partition("==")[2]
    settings = {"FUNCTIONS": str(count), "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
    return Build("chalice package", PEER, folder, command, "out/sam.json", "out", version, settings)


def script(name: str, text: str, python: Path, count: int, folder: Path) -> Build:
    """A program that writes out.json."""
    folder.mkdir(parents=True)
    (folder / "program.py").write_text(text)
    versions = dict(one.split("==") for one in templates.PEER.requirements)
    version = next(found for wanted, found in versions.items() if name.lower().partition(" ")[0] in wanted)
    return Build(name, PEER, folder, [str(python), "program.py", str(count)], "out.json", "none", version)


def builds(count: int, folder: Path) -> tuple[list[Build], list[Row]]:
    """All that are compared, and rows of those that are not installed."""
    found = [project(provider, count, folder / provider) for provider in PROVIDERS]
    missing: list[Row] = []
    if python := catalogue.python("chalice"):
        found.append(chalice_project(python, count, folder / "chalice"))
    else:
        missing.append(Row("chalice package", PEER, failed="not installed"))
    for name, text in (("troposphere", templates.TROPOSPHERE), ("SAM transform", templates.SAM)):
        if python := catalogue.python("templates"):
            found.append(script(name, text, python, count, folder / name.split(" ")[0]))
        else:
            missing.append(Row(name, PEER, failed="not installed"))
    return found, missing


def tables() -> list[Table]:
    return [built(count) for count in SIZES]


def built(count: int, rounds: int = ROUNDS) -> Table:
    """Of so many functions."""
    with TemporaryDirectory() as name:
        wanted, rows = builds(count, Path(name))
        times: dict[str, list[float]] = {one.name: [] for one in wanted}
        dumps: dict[str, list[float]] = {one.name: [] for one in wanted}
        began, turn = monotonic(), warming(1)
        while not enough(turn, rounds, began, BUDGET_S):
            for one in wanted:
                took, dumped = one.seconds(), one.dump_seconds()
                if turn >= 0:
                    times[one.name].append(took)
                    dumps[one.name].append(dumped)
            turn += 1
        first = wanted[0]
        found = [figure(dumps[first.name]).row(f"`json.dump` of {first.size_mb():,.2f} MB", REFERENCE, "s")]
        for one in wanted:
            goal = Goal(6) if one.kind == OURS and count == SIZES[-1] else None
            title = f"{one.name}: {one.size_mb():,.2f} MB"
            found.append(figure(times[one.name], dumps[one.name]).row(title, one.kind, "s", goal, one.version))
    absolute = [
        Row(f"{row.name.partition(':')[0]}, seconds", OURS, row.value, row.low, row.high, goal=Goal(0.9, VALUE))
        for row in found
        if row.goal
    ]
    return Table(f"A build of {count:,} functions with a queue each", "s", (*found, *absolute, *rows), NOTE)
