"""Install the tools of the catalogue: under `.tools/`, each once and in a folder of its own, or by Debian's apt-get."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from tests.tools.catalogue import HOME, STAMP, Kit, Package
from tests.tools.require import find


class InstallFailed(Exception):
    """A package manager failed; the message holds its command and what it said."""


def install(tool: Kit | Package) -> bool:
    """Install a tool unless it is there; return whether anything was done. Raises InstallFailed, or Missing for npm."""
    return _install_package(tool) if isinstance(tool, Package) else _install_kit(tool)


def _install_package(package: Package) -> bool:
    """By apt-get, as root or with sudo that asks for no password; one at a time."""
    HOME.mkdir(exist_ok=True)
    with _locked(HOME / "apt.lock"):
        if package.locate() is not None:
            return False
        if not (shutil.which("apt-get") and (os.geteuid() == 0 or shutil.which("sudo"))):
            raise InstallFailed(f"{package.install}: this needs Debian's apt-get, and root")
        apt = [*([] if os.geteuid() == 0 else ["sudo", "-n"]), "apt-get", "-q", "-y"]
        _run([*apt, "update"])
        _run([*apt, "install", "--no-install-recommends", package.name])
        return True


def _install_kit(kit: Kit) -> bool:
    """Install a tool unless this very recipe is there; return whether anything was done.

    A stamp file, written last, marks a finished installation: an interrupted one starts again from nothing.
    Safe from several processes at once (one lock a tool).
    """
    HOME.mkdir(exist_ok=True)
    with _locked(HOME / f"{kit.name}.lock"):
        if kit.is_installed():
            return False
        shutil.rmtree(kit.folder, ignore_errors=True)
        METHODS[kit.kind](kit)
        (kit.folder / STAMP).write_text(kit.digest)
        return True


@contextmanager
def _locked(path: Path) -> Generator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install_pip(kit: Kit) -> None:
    """By uv, which takes seconds where pip takes a minute.

    An interpreter that tests start again and again has all of its packages compiled. What a program imports, its first
    run compiles: of the thousands of files of checkov and cfn-lint it is a part.
    """
    uv = str(Path(sys.executable).with_name("uv"))
    _run([uv, "venv", "--quiet", "--python", sys.executable, str(kit.folder)])
    pip = [uv, "pip", "install", "--quiet", "--python", str(kit.folder / "bin" / "python")]
    pip += ["--compile-bytecode"] if kit.entry == "bin/python" else []
    for step in kit.steps:
        _run([*pip, "--constraint", str(kit.constraints), *step])


def _install_npm(kit: Kit) -> None:
    kit.folder.mkdir()
    (kit.folder / "package.json").write_text('{"private": true}\n')
    quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
    npm = [str(find("npm")), "install", "--prefix", str(kit.folder), *quiet]
    for step in kit.steps:
        _run([*npm, *step])


METHODS: dict[str, Callable[[Kit], None]] = {"npm": _install_npm, "pip": _install_pip}


def _run(command: list[str]) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise InstallFailed(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
