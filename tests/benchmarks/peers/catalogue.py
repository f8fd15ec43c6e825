"""The peers, and their environments: `.tools/peers-NAME`, each with exactly the versions of NAME.txt.

python -m tests.benchmarks.peers.catalogue install [NAME …]   # by uv, from your package index
python -m tests.benchmarks.peers.catalogue lock [NAME …]      # resolve NAME.txt anew
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from tests.benchmarks.peers import Contestant, Peer
from tests.tools.catalogue import Kit
from tests.tools.install import InstallFailed, install

HERE = Path(__file__).parent
NAMES = (
    "pubsub", "kombu", "workers", "faststream", "moto", "durabletask", "awsdurable", "dbos", "temporal", "chalice",
    "powertools", "web", "templates", "google", "azure",
)  # fmt: skip
"""In the order of the tables."""
OURS = "ours"


def peer(name: str) -> Peer:
    """Who it is."""
    found: Peer = import_module(f"tests.benchmarks.peers.{name}").PEER
    return found


def contestants(name: str) -> tuple[Contestant, ...]:
    """What it takes part in."""
    found: tuple[Contestant, ...] = import_module(f"tests.benchmarks.peers.{name}").CONTESTANTS
    return found


def first(name: str) -> dict[str, str]:
    """The shortest tests that one writes with it, by what they show."""
    found: dict[str, str] = import_module(f"tests.benchmarks.peers.{name}").FIRST
    return found


def lambdas(name: str) -> dict[str, str]:
    """Modules with a `handler` of an event of SQS, by how they are written."""
    found: dict[str, str] = import_module(f"tests.benchmarks.peers.{name}").LAMBDA
    return found


def imports(name: str) -> dict[str, tuple[str, str]]:
    """Statements that a function of it begins with, by what they import, each with the version of that."""
    statements: dict[str, tuple[str, int]] = import_module(f"tests.benchmarks.peers.{name}").IMPORTS
    pinned = [one.partition("==")[2] for one in peer(name).requirements]
    return {what: (statement, pinned[at]) for what, (statement, at) in statements.items()}


def pinned(name: str, what: str) -> str:
    """The version of the requirement that begins with what is named, or else of the first one."""
    versions = dict(one.split("==") for one in peer(name).requirements)
    word = what.partition(" ")[0].lower()
    return next((found for wanted, found in versions.items() if wanted.startswith(word)), next(iter(versions.values())))


def environ() -> dict[str, str]:
    """Of a process of any Python: nothing that is set for ours."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}


def lock(name: str) -> Path:
    """Where its versions stand."""
    return HERE / f"{name}.txt"


def environment(name: str) -> Kit:
    """Where it lives, and how it is installed."""
    path = lock(name)
    purpose = f"what is compared with {', '.join(peer(name).requirements)}"
    return Kit(f"peers-{name}", purpose, "pip", [["--requirement", str(path)]], "bin/python", constraints=path)


def python(name: str) -> Path | None:
    """Its Python, ours for us, or None where it is not installed."""
    return Path(sys.executable) if name == OURS else environment(name).locate()


def installed(names: tuple[str, ...] = NAMES) -> dict[str, str]:
    """Install what is missing; why not, by name, where that failed. Nothing is raised: the others are measured."""
    problems: dict[str, str] = {}
    for name in names:
        try:
            install(environment(name))
        except (InstallFailed, OSError) as problem:
            problems[name] = str(problem).strip().splitlines()[-1]
    return problems


def resolve(name: str) -> None:
    """Write its versions anew."""
    words = ["--universal", "--python-version", "3.11", "--no-header", "--annotation-style", "line", "--quiet"]
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv), "pip", "compile", *words, "--no-emit-index-url", "-", "--output-file", str(lock(name))]
    subprocess.run(command, input="\n".join(peer(name).requirements), text=True, check=True)


def main(words: list[str]) -> int:
    """Of the command line."""
    names = tuple(words[1:]) or NAMES
    if words[:1] == ["lock"]:
        for name in names:
            resolve(name)
        return 0
    problems = installed(names)
    for name, problem in problems.items():
        print(f"{name}: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
