"""Program: Terraform, or OpenTofu, as it is installed here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from types import MappingProxyType

from cloudless.errors import TerraformError
from cloudless.node import node

NAMES = ("terraform", "tofu")
VARIABLE = "CLOUDLESS_TERRAFORM"
LEAST = (1, 9)
NOBODY: Mapping[str, tuple[int, int]] = MappingProxyType({})
INSTALL = "https://developer.hashicorp.com/terraform/install or https://opentofu.org/docs/intro/install"
QUIET = {"CHECKPOINT_DISABLE": "1"}
"""Without it Terraform asks its maker for a newer version: https://developer.hashicorp.com/terraform/cli/commands"""

_PATIENCE_S = 20
_VERSION = re.compile(r"^(Terraform|OpenTofu) v(\d+)\.(\d+)\.(\S+)", re.MULTILINE)


@node()
class Program:
    """path: of the file. title: "Terraform" or "OpenTofu". version: "1.11.4"."""

    path: str
    title: str
    version: str

    def is_older_than(self, least: tuple[int, int]) -> bool:
        """Whether its version is before that one."""
        return tuple(map(int, self.version.split(".")[:2])) < least

    def __str__(self) -> str:
        return f"{self.title} {self.version}"


def find(environ: Mapping[str, str] = os.environ, *, wanted: Mapping[str, tuple[int, int]] = NOBODY) -> Program:
    """The program to use: of CLOUDLESS_TERRAFORM, else the first of terraform and tofu on the path that works.

    wanted: the least version that a provider needs, by its title. Raises TerraformError where there is none, or it is
    too old.
    """
    named = environ.get(VARIABLE, "")
    candidates = [named] if named else list(NAMES)
    paths = [path for one in candidates if (path := shutil.which(one, path=environ.get("PATH")))]
    if not paths:
        raise TerraformError(_missing(named))
    working = [one for path in paths if (one := looked_at(path, environ)) is not None]
    if not working:
        raise TerraformError(f"`{paths[0]} version` does not say which version it is; run it by hand, or see {INSTALL}")
    whose, least = max([("", LEAST), *wanted.items()], key=lambda one: one[1])
    if working[0].is_older_than(least):
        needed = f"{'.'.join(map(str, least))} or later is needed{f' for {whose}' if whose else ''}"
        raise TerraformError(f"{working[0]} ({working[0].path}) is too old: {needed}, see {INSTALL}")
    return working[0]


def looked_at(path: str, environ: Mapping[str, str] = os.environ) -> Program | None:
    """What a program says of itself; None where it says nothing, fails or hangs."""
    try:
        done = subprocess.run(
            [path, "version"],
            env={**environ, **QUIET},
            check=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    found = _VERSION.search(done.stdout)
    return Program(path, found[1], f"{found[2]}.{found[3]}.{found[4]}") if found else None


def _missing(named: str) -> str:
    if named:
        return f"{VARIABLE} is {named!r}, which is no program that can be run: name the file of terraform or tofu"
    return f"neither terraform nor tofu is on the path: install one ({INSTALL}), or let {VARIABLE} say where it is"
