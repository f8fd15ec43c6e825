"""A `cloudless dev --no-reload` as a fork, which has imported all but the program. See tests/hosting/zygote.py."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import cloudless.cli
from cloudless.cli.dev import PREPARED
from tests.hosting.ending import live

MODULES = ("cloudless.cli.commands", *PREPARED)


def forked(arguments: Sequence[str], descriptors: Sequence[int]) -> None:
    """Serve the project in a folder. arguments: the folder, and words of the command."""
    folder, *words = arguments
    os.chdir(folder)
    sys.dont_write_bytecode = True
    sys.path.insert(0, folder)
    sys.argv[1:] = words
    live(cloudless.cli.main)
