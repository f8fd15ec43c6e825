"""What a function's package ships beside the program, zipped: ours, and what installing a peer brings."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from importlib.metadata import Distribution, distributions
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.benchmarks import cloudfunctions, lambdas
from tests.benchmarks.building import chalice_project
from tests.benchmarks.peers import catalogue
from tests.benchmarks.row import OURS, PEER, VALUE, Goal, Row, Table

CLOSURES = {
    "powertools": ("aws-lambda-powertools", "aws-lambda-powertools[parser]"),
    "azure": ("azure-functions",),
    "google": ("functions-framework", "google-cloud-pubsub"),
    "web": ("fastapi",),
    "durabletask": ("durabletask",),
    "dbos": ("dbos",),
    "temporal": ("temporalio",),
    "moto": ("boto3",),
}
"""Environment → what a function would install."""
NOTE = (
    "KiB, zipped. Of peers: the distribution and all that it requires, without byte code, each file deflated by "
    "itself; of chalice what `chalice package` puts into a zip. boto3 is in Lambda's image already"
)


def closure(found: dict[str, Distribution], wanted: str) -> set[str]:
    """The distributions that a requirement comes to."""
    first = Requirement(wanted)
    todo, done = [(canonicalize_name(first.name), frozenset(first.extras))], set[tuple[str, frozenset[str]]]()
    while todo:
        name, extras = todo.pop()
        if (name, extras) in done or name not in found:
            continue
        done.add((name, extras))
        for text in found[name].requires or ():
            one = Requirement(text)
            if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                todo.append((canonicalize_name(one.name), frozenset(one.extras)))
    return {name for name, _ in done}


def zipped_kib(parts: Iterable[Distribution]) -> float:
    """Of all files of distributions, as a zip has them: each deflated, with its name twice."""
    total = 0
    for part in parts:
        for file in part.files or ():
            path = Path(str(part.locate_file(file)))
            if path.suffix != ".pyc" and not str(file).startswith("..") and path.is_file():
                total += len(zlib.compress(path.read_bytes(), 6)) + 110 + 2 * len(str(file))
    return total / 1024


def installed(python: Path) -> dict[str, Distribution]:
    """The distributions beside a Python."""
    site = next(python.parents[1].glob("lib/python*/site-packages"))
    return {canonicalize_name(one.metadata["Name"]): one for one in distributions(path=[str(site)])}


def row(name: str, kind: str, kib: float, goal: Goal | None = None, version: str = "") -> Row:
    return Row(name, kind, kib, kib, kib, goal=goal, version=version)


def packaged_kib(python: Path) -> float:
    """Of the zip of `chalice package`."""
    with TemporaryDirectory() as folder:
        build = chalice_project(python, 1, Path(folder) / "app")
        build.seconds()
        with ZipFile(build.folder / "out" / "deployment.zip") as opened:
            return sum(info.compress_size + 110 + 2 * len(info.filename) for info in opened.infolist()) / 1024


def tables() -> list[Table]:
    limit = Goal(150, VALUE)
    rows = [
        row("cloudless, a function on Lambda", OURS, lambdas.size_kib(), limit),
        row("cloudless, a Cloud Run function", OURS, cloudfunctions.size_kib(), limit),
    ]
    if python := catalogue.python("chalice"):
        rows.append(row("chalice", PEER, packaged_kib(python), version=catalogue.pinned("chalice", "chalice")))
    for peer, wanted in CLOSURES.items():
        python = catalogue.python(peer)
        found = installed(python) if python else {}
        for name in wanted:
            if python is None:
                rows.append(Row(name, PEER, failed="not installed"))
                continue
            parts = [found[one] for one in closure(found, name)]
            version = found[canonicalize_name(Requirement(name).name)].version
            rows.append(row(name, PEER, zipped_kib(parts), version=version))
    return [Table("What a function's package ships", "KiB", tuple(rows), NOTE)]
