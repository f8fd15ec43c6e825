"""`cloudless build` without dependencies as a whole process, for 10, 100 and 1,000 functions with a queue each.

The reference is a whole process too: it has the same document as dicts (which it reads from JSON), and writes it with
`json.dump`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from tests.benchmarks.compiling import program

SIZES = (10, 100, 1_000)
ROUNDS = 5
PROVIDERS = {
    "aws": 'region = "eu-central-1"',
    "azure": 'region = "westeurope"\nsubscription = "00000000-0000-0000-0000-000000000000"',
    "gcp": 'region = "europe-west1"\nproject = "shop-123456"',
}
"""With what a stage of each says besides."""
_STAGE = """
app = "many:app"

[stages.prod]
provider = "{provider}"
{place}
python = "3.12"
"""
_REFERENCE = "import json, sys; json.dump(json.load(open(sys.argv[1])), open(sys.argv[2], 'w'), indent=1)"
_ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def _project(provider: str, count: int, folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "cloudless.toml").write_text(_STAGE.format(provider=provider, place=PROVIDERS[provider]))
    (folder / "many.py").write_text(program(count))
    return folder


def _build(project: Path) -> float:
    """Seconds of one process that builds into an empty folder."""
    command = [sys.executable, "-m", "cloudless.cli", "build", "prod", "--no-dependencies", "--out", "out"]
    subprocess.run(["rm", "-rf", "out"], check=True, cwd=project)
    began = perf_counter()
    subprocess.run(command, check=True, cwd=project, env=_ENVIRONMENT, stdout=subprocess.DEVNULL)
    return perf_counter() - began


def _dump(project: Path) -> float:
    """Seconds of one process that writes the document once more with the standard library."""
    document, copy = project / "out" / "main.tf.json", project / "copy.json"
    began = perf_counter()
    subprocess.run([sys.executable, "-c", _REFERENCE, str(document), str(copy)], check=True, env=_ENVIRONMENT)
    return perf_counter() - began


def main() -> None:
    for provider in PROVIDERS:
        print(f"\ncloudless build for {provider}, whole processes, without dependencies")
        with TemporaryDirectory() as name:
            for count in SIZES:
                _measured(_project(provider, count, Path(name) / str(count)), count)


def _measured(project: Path, count: int) -> None:
    """Print the figures of one size."""
    _build(project)
    pairs = [(_build(project), _dump(project)) for _ in range(ROUNDS)]
    took, ratio = median(build for build, _ in pairs), median(build / dump for build, dump in pairs)
    size = (project / "out" / "main.tf.json").stat().st_size
    goal = "   goals ≤ 0.9 s, ≤ 6 ×" if count == SIZES[-1] else ""
    print(
        f"  {count:>5} functions {took:>35.3f} s {ratio:>6.1f} × json.dump of {size / 1e6:,.2f} MB"
        f" {took / count * 1e3:>7.2f} ms each{goal}"
    )
