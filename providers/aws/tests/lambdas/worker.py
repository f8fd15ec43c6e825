"""A process around one handler: Amazon's runtime client, as /var/runtime/bootstrap starts it.

Arguments: the folder of the code, the handler, and what comes after the folder on the path. Forked by the zygote;
standard library and the function's packages only.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.hosting.patches import patch

MODULES = (
    "simplejson",
    "snapshot_restore_py",
    "http.client",
    "boto3.session",
    "cronsim",
    "tests.hosting.warm",
    "zoneinfo",
    "jwt",
    "cryptography.hazmat.primitives.asymmetric.ec",
    "cloudless.codec",
    "cloudless.runtime.boot",
    "cloudless_aws.clients.cloud",
    "cloudless_aws.runtime.queue",
    "providers.aws.tests.lambdas.warm",
)
"""What is imported before a fork: packages, and of ours what a function imports that brings no copy.

Not the runtime client, which reads its environment where it is imported.
"""

ROOT = Path(__file__).parents[4]
OURS = ("", str(ROOT), str(ROOT / "providers" / "aws"))
"""What launchers put on the path for this module's sake; not for functions."""


def forked(arguments: list[str], _descriptors: tuple[int, ...]) -> None:
    """Be the function until the process is ended."""
    folder, handler, *more = arguments
    _find_modules(folder, more)
    os.chdir(folder)
    patch()
    client: Any = import_module("awslambdaric.__main__")
    client.main(["bootstrap", handler])


def _find_modules(folder: str, more: list[str]) -> None:
    """The function's own packages before all others; what is loaded of ours goes where it brings a copy."""
    hidden = {"tests", "providers"}
    if (Path(folder) / "cloudless").is_dir():
        hidden |= {"cloudless", "cloudless_aws"}
        sys.dont_write_bytecode = False  # beside what was unpacked: the next process of the function reads it
    for name in [name for name in sys.modules if name.partition(".")[0] in hidden]:
        del sys.modules[name]
    sys.path[:] = [folder, *more, *(path for path in sys.path if path not in OURS)]
