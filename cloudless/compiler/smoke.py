"""Smoke test: import what the functions will import, from the bundle alone, before anything is deployed.

A module that is missing, or that raises when imported, is a function that does not start: some clouds then say that
there are no functions, and nothing else. The bundle is unpacked, and the package's program run by a Python that sees
the standard library and the bundle, no package of this machine, and none of the builder's variables.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile

from cloudless.compiler.bundle import Bundle
from cloudless.compiler.package import CORE, Package
from cloudless.config import codes
from cloudless.errors import DefinitionError
from cloudless.ir import Diagnostic, Span
from cloudless.node import node

TIMEOUT_S = 120
"""Longer than any cloud waits for a function to start."""

_MARK = "cloudless-smoke:"
_KEPT = frozenset({"PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMP"})
"""Variables of the builder's that the program has: where programs and libraries of Python are, and what Windows wants.

https://docs.python.org/3/library/subprocess.html#subprocess.Popen (SystemRoot)
"""
_COMPILED = re.compile(r".*\.(so|pyd|dylib)(\.\d+)*")
_RUNNER = Path(__file__).with_name("smoke_runner.py")


@node(kw_only=True)
class Interpreter:
    """A Python. is_version: whether it is the package's; is_platform: whether it runs what is compiled for that."""

    path: str
    is_version: bool
    is_platform: bool


def smoke(bundle: Bundle, package: Package, origins: Mapping[str, Path]) -> str:
    """Run the package's program in the bundle; "" where that went well, else why it does not say for sure.

    origins: files of the project by path in the bundle, so that problems are told at the user's own lines.
    Raises DefinitionError with what the program raised.
    """
    interpreter = find_interpreter(package)
    with ZipFile(BytesIO(bundle.content)) as archive, TemporaryDirectory() as name:
        compiled = next((one for one in archive.namelist() if _COMPILED.fullmatch(one)), None)
        if compiled is not None and not (interpreter.is_version and interpreter.is_platform):
            return _skipped(package, compiled)
        root = Path(name).resolve() / "bundle"
        archive.extractall(root)
        problem = _Trial(interpreter, package, root, origins).problem()
    if problem is None:
        return "" if interpreter.is_version else _by_another(package)
    if not interpreter.is_version and problem.span.file not in map(_shown, origins.values()):
        return f"{_by_another(package)}, and {problem.message}"  # perhaps only there
    raise DefinitionError([problem])


def find_interpreter(package: Package) -> Interpreter:
    """A Python of the package's version where there is one, else the one that runs now."""
    is_platform = package.platform.startswith(_platform()) and sys.platform == "linux"
    found = next((path for path in _candidates(package.python) if _is_python(path, package.python)), None)
    return Interpreter(path=found or sys.executable, is_version=found is not None, is_platform=is_platform)


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
        return f"{sys.version_info.major}.{sys.version_info.minor}" == version
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


def _skipped(package: Package, compiled: str) -> str:
    return (
        f"what the functions import was not tried: {compiled} is compiled for Python {package.python} on "
        f"{package.platform}, which is not on this machine"
    )


def _by_another(package: Package) -> str:
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    return (
        f"what the functions import was tried by Python {here}, because Python {package.python} is not on this machine"
    )


class _Trial:
    """One run of the program in an unpacked bundle."""

    def __init__(self, interpreter: Interpreter, package: Package, root: Path, origins: Mapping[str, Path]) -> None:
        self._interpreter = interpreter
        self._package = package
        self._root = root
        self._origins = origins

    def problem(self) -> Diagnostic | None:
        """What is wrong with the bundle, if anything."""
        program = self._root.with_name("smoke.py")
        program.write_text(self._package.smoke, encoding="utf-8")
        words = [self._interpreter.path, "-I", "-S", "-B", str(_RUNNER), _MARK, str(program), str(self._root)]
        try:
            done = subprocess.run(
                [*words, self._package.site], capture_output=True, check=False, cwd=self._root,
                env=_environment(self._root.parent),
                text=True, errors="replace", timeout=TIMEOUT_S,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            text = f"importing the functions took more than {TIMEOUT_S} s"
            return _problem(text, Span("bundle", 0), "import less, or when it is needed")
        told = next((line for line in reversed(done.stderr.splitlines()) if line.startswith(_MARK)), None)
        if told is None:
            return _ended(done)
        raised = json.loads(told.removeprefix(_MARK))
        return None if raised is None else self._raised(raised)

    def _raised(self, told: Mapping[str, Any]) -> Diagnostic:
        """An exception, at the innermost line of the project's own."""
        text = f"importing the functions from the bundle raised {told['type']}: {told['text']}".removesuffix(": ")
        frames = [(self._inner(file), line) for file, line in told["frames"]]
        remedy = self._remedy(told["missing"])
        for path, line in reversed(frames):
            if path in self._origins:
                file = self._origins[path]
                return _problem(text, Span(_shown(file), line), remedy, _line(file, line))
        return _problem(text, Span(*frames[-1]), remedy)

    def _inner(self, file: str) -> str:
        return file.removeprefix(f"{self._root}{os.sep}").replace(os.sep, "/")

    def _remedy(self, missing: str) -> str:
        top = missing.partition(".")[0]
        if not missing:
            return "mend this line, or what it calls: it runs when the function starts"
        if top in {own.module for own in (CORE, *self._package.own)}:
            return f"{missing} belongs to the build and is in no bundle: import it in the function that needs it"
        return (
            f"name the package that has {top!r} in requirements.txt; a module of yours is bundled where it stands "
            "below the folder of cloudless.toml"
        )


def _environment(home: Path) -> dict[str, str]:
    """Nothing that only whoever builds has, such as a token: what a Python needs to start, and a home of its own."""
    kept = {key: value for key, value in os.environ.items() if key.upper() in _KEPT}
    return {**kept, "HOME": str(home), "TMPDIR": str(home), "LANG": "C.UTF-8"}


def _ended(done: subprocess.CompletedProcess[str]) -> Diagnostic:
    """Python was gone before the program was through."""
    tail = " ".join(done.stderr.split()[-60:])
    text = f"importing the functions ended Python with exit code {done.returncode}: {tail}".removesuffix(": ")
    return _problem(text, Span("bundle", 0), "a module must not leave the process when it is imported")


def _problem(message: str, span: Span, remedy: str, source: str = "") -> Diagnostic:
    return Diagnostic(codes.NO_IMPORT, message, span, remedy, source=source)


def _shown(file: Path) -> str:
    return str(file).removeprefix(f"{Path.cwd()}{os.sep}")


def _line(file: Path, number: int) -> str:
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    return lines[number - 1] if 0 < number <= len(lines) else ""
