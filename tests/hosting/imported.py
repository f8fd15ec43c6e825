"""What modules are loaded by what a platform loads: for tests of cold starts."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

_PROGRAM = """
import json, os, sys
{platform}
before = set(sys.modules)
for name in sys.argv[1:]:
    reader, writer = os.pipe()
    if os.fork() == 0:
        {load}
        with open(writer, "w") as told:
            json.dump(sorted(set(sys.modules) - before), told)
        os._exit(0)
    os.close(writer)
    with open(reader) as told:
        print(told.read())
    assert os.wait()[1] == 0, name
"""


def imported(
    python: Path, platform: str, load: str, names: Sequence[str], *, folder: Path, env: Mapping[str, str]
) -> dict[str, set[str]]:
    """What each load imports, by name. Each has a process of its own, which is forked once the platform is there.

    python: the interpreter. platform: a statement that imports what the platform has loaded before. load: a statement
    that loads `name`. folder: where it is run. env: all of its environment. CalledProcessError where a load fails.
    """
    command = [str(python), "-c", _PROGRAM.format(platform=platform, load=load), *names]
    done = subprocess.run(command, cwd=folder, env={**env}, capture_output=True, text=True, check=True)
    return {name: set(json.loads(line)) for name, line in zip(names, done.stdout.splitlines(), strict=True)}
