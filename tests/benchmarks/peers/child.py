"""A peer's process: runs its contestants, one round at a time, for whoever writes to it. See parent.py.

    PYTHON -m tests.benchmarks.peers.child NAME

The first line that it writes is {"versions": {distribution: version}}. For each line {"run": index, "units": count} of
its input it answers {"seconds": of a unit, "reference": of a unit, or null} or {"failed": why}. It ends with its input.
Runs in the peer's own Python, with the standard library, us, and what the peer brings.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from typing import Any, TextIO

from tests.benchmarks.peers import Contestant
from tests.benchmarks.peers.references import REFERENCES
from tests.benchmarks.rounds import settled

os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x", AWS_DEFAULT_REGION="eu-central-1")


def main(name: str) -> None:
    """Serve until the input ends."""
    answers = _own_output()
    logging.disable(logging.CRITICAL)
    module = import_module(f"tests.benchmarks.peers.{name}")
    versions = {one.partition("==")[0]: _version(one) for one in module.PEER.requirements}
    _say(answers, {"versions": versions})
    for line in sys.stdin:
        asked = json.loads(line)
        _say(answers, answer(module.CONTESTANTS[asked["run"]], asked["units"]))
    close: Callable[[], None] = getattr(module, "close", lambda: None)
    close()


def answer(contestant: Contestant, units: int) -> dict[str, Any]:
    """One round."""
    try:
        with settled():  # what is there already must not weigh on the collections of this round
            reference = contestant.reference or REFERENCES.get(contestant.contest)
            before = reference() if reference else None
            return {"seconds": contestant.run(units) / units, "reference": before}
    except Exception as problem:  # noqa: BLE001  (the peers' own, of any kind: told, and shown in the report)
        traceback.print_exc()
        return {"failed": f"{type(problem).__name__}: {' '.join(str(problem).split())[:200]}"}


def _own_output() -> TextIO:
    """What was standard output, for answers only: what peers print goes to standard error."""
    kept = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return kept


def _version(requirement: str) -> str:
    return version(requirement.partition("==")[0].partition("[")[0])


def _say(answers: TextIO, what: dict[str, Any]) -> None:
    answers.write(json.dumps(what) + "\n")
    answers.flush()


if __name__ == "__main__":
    main(sys.argv[1])
    sys.stdout.flush()
    os._exit(0)  # threads that a peer left behind would wait
