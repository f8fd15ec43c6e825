"""Interpreter: the Python of this machine that stands for the cloud's when a bundle is tried."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from cloudless.compiler.package import Package
from cloudless.node import node

TIMEOUT_S = 120
"""For a Python to say its version."""
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


@node(kw_only=True)
class Interpreter:
    """A Python. version: "3.12". is_version: whether it is the package's.

    is_platform: whether it runs what is compiled for the cloud's machines, of its version.
    """

    path: str
    version: str
    is_version: bool
    is_platform: bool

    @property
    def fits(self) -> bool:
        """Whether it runs what is compiled for the cloud."""
        return self.is_version and self.is_platform


def find_interpreter(package: Package) -> Interpreter:
    """A Python of the package's version where there is one, else the one that runs now."""
    is_platform = package.platform.startswith(_platform()) and sys.platform == "linux"
    found = next((path for path in _candidates(package.python) if _is_python(path, package.python)), None)
    return Interpreter(
        path=found or sys.executable, version=package.python if found else HERE, is_version=found is not None,
        is_platform=is_platform,
    )  # fmt: skip


def _candidates(version: str) -> Iterator[str]:
    """Programs that may be a Python of that version: this one, that of the path, those of pyenv and uv."""
    yield sys.executable
    on_path = shutil.which(f"python{version}")
    if on_path is not None:
        yield on_path
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "uv" / "python"
    for folder in (*sorted(pyenv.glob(f"{version}.*")), *sorted(data.glob(f"cpython-{version}.*"))):
        yield str(folder / "bin" / "python3")


def _is_python(path: str, version: str) -> bool:
    """Whether it runs, and has the version: pyenv leaves programs on the path that do not."""
    if path == sys.executable:
        return version == HERE
    words = [path, "-I", "-S", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=TIMEOUT_S)
    except OSError:
        return False
    return done.returncode == 0 and done.stdout.strip() == version


def _platform() -> str:
    """The machine in the words of uv: x86_64, aarch64."""
    machine = sysconfig.get_platform().rpartition("-")[2]
    return {"amd64": "x86_64", "arm64": "aarch64"}.get(machine, machine)
