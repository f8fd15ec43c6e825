"""Programs of whoever deploys: each a process of its own, forked by one that has the command line and the SDKs.

To import them takes such a program longer than what it does.
"""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import NamedTuple

from tests.hosting.ending import live
from tests.hosting.launcher import Zygote
from tests.matrix.program import ROOT

MODULES = (
    *("tests.hosting.warm", "rich.console", "cloudless.cli.commands", "cloudless.build", "cloudless.connection"),
    *("cloudless_aws.provider", "cloudless_aws.clients.cloud", "boto3"),
    *("cloudless_azure.provider", "cloudless_azure.clients.cloud", "azure.identity", "azure.servicebus"),
    *("cloudless_gcp.provider", "cloudless_gcp.clients.cloud", "google.auth"),
)


class Ended(NamedTuple):
    """What became of a program. output: what it printed. complaints: on the other stream."""

    code: int
    output: str
    complaints: str


def run(script: str, arguments: Sequence[str], folder: Path, env: Mapping[str, str]) -> Ended:
    """Run Python's text in a folder, as `python -c` does. env: all of its environment."""
    with TemporaryFile() as output, TemporaryFile() as complaints:
        given = [str(folder), script, *arguments]
        code = _zygote().fork(env, given, output, [complaints.fileno()]).wait()
        output.seek(0)
        complaints.seek(0)
        return Ended(code, output.read().decode(), complaints.read().decode())


@cache
def _zygote() -> Zygote:
    """One, which ends with this process."""
    process = Zygote(Path(sys.executable), [str(ROOT)], __name__)
    process.__enter__()
    atexit.register(process.__exit__, None, None, None)
    return process


def forked(arguments: Sequence[str], descriptors: Sequence[int]) -> None:
    """The life of such a program."""
    folder, script, *words = arguments
    os.dup2(descriptors[0], 2)
    os.chdir(folder)
    sys.path.insert(0, "")
    sys.argv[1:] = words
    sys.dont_write_bytecode = True
    live(lambda: exec(compile(script, "<outside>", "exec"), {"__name__": "__main__"}))
