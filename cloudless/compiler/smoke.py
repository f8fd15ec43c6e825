"""Smoke test: import what the functions will import, from the bundle alone, before anything is deployed.

A module that is missing, or that raises when imported, is a function that does not start: some clouds then say that
there are no functions, and nothing else. The bundle is unpacked, and the package's program run by a Python that sees
the standard library, the bundle and what is required (libraries.py), no package of this machine, and none of the
builder's variables. What is required is taken from where it is kept, and its bytecode stays there: to unpack and to
compile it takes longer than everything else.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile

from cloudless.compiler.bundle import Bundle
from cloudless.compiler.interpreter import HERE, Interpreter, find_interpreter
from cloudless.compiler.libraries import is_compiled, libraries
from cloudless.compiler.package import Package
from cloudless.compiler.wheels import Installed, wheel_files
from cloudless.config import codes
from cloudless.errors import DefinitionError
from cloudless.ir import Diagnostic, Span

TIMEOUT_S = 120
"""Longer than any cloud waits for a function to start."""

_MARK = "cloudless-smoke:"
_KEPT = frozenset({"PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMP"})
"""Variables of the builder's that the program has: where programs and libraries of Python are, and what Windows wants.

https://docs.python.org/3/library/subprocess.html#subprocess.Popen (SystemRoot)
"""
_RUNNER = Path(__file__).with_name("smoke_runner.py")


def smoke(
    bundle: Bundle,
    package: Package,
    origins: Mapping[str, Path],
    installed: Installed | None = None,
) -> str:
    """Run the package's program in the bundle; "" where that went well, else why it does not say for sure.

    origins: files of the project by path in the bundle, so that problems are told at the user's own lines.
    installed: what is required, whether it is in the bundle or in a layer.
    Raises DefinitionError with what the program raised.
    """
    interpreter = find_interpreter(package)
    found = libraries(package, interpreter, installed)
    required = wheel_files(installed.folder, package.site) if installed and not package.layer else {}
    own = [path for path in bundle.sizes if path not in required]
    lacking = found.lacking or ("" if interpreter.fits else next(filter(is_compiled, own), ""))
    if lacking:
        return _skipped(package, lacking)
    with ZipFile(BytesIO(bundle.content)) as archive, TemporaryDirectory() as name:
        root = Path(name).resolve() / "bundle"
        root.mkdir()
        archive.extractall(root, own)
        problem = _Trial(interpreter, package, root, origins, found.folders).problem()
    if problem is None:
        return "" if interpreter.is_version else _by_another(package)
    if not interpreter.is_version and problem.span.file not in map(_shown, origins.values()):
        return f"{_by_another(package)}, and {problem.message}"  # perhaps only there
    raise DefinitionError([problem])


def _skipped(package: Package, compiled: str) -> str:
    return (
        f"what the functions import was not tried: {compiled} is compiled for Python {package.python} on "
        f"{package.platform}, which is not on this machine"
    )


def _by_another(package: Package) -> str:
    return (
        f"what the functions import was tried by Python {HERE}, because Python {package.python} is not on this machine"
    )


class _Trial:
    """One run of the program in an unpacked bundle."""

    def __init__(
        self,
        interpreter: Interpreter,
        package: Package,
        root: Path,
        origins: Mapping[str, Path],
        libraries: Sequence[Path],
    ) -> None:
        self._interpreter = interpreter
        self._libraries = libraries
        self._package = package
        self._root = root
        self._origins = origins

    def problem(self) -> Diagnostic | None:
        """What is wrong with the bundle, if anything."""
        program = self._root.with_name("smoke.py")
        program.write_text(self._package.smoke, encoding="utf-8")
        words = [self._interpreter.path, "-I", "-S", str(_RUNNER), _MARK, str(program)]
        try:
            done = subprocess.run(
                [*words, *map(str, self._folders())], capture_output=True, check=False, cwd=self._root,
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

    def _folders(self) -> list[Path]:
        """Where modules are looked for."""
        site = self._root.joinpath(*self._package.site.split("/")) if self._package.site else self._root
        return list(dict.fromkeys([self._root, *self._libraries, site]))

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
        """The path of a file in the bundle, or in the layer."""
        site = self._package.layer or self._package.site
        for folder in self._libraries:
            if file.startswith(f"{folder}{os.sep}"):
                return f"{site}/{file.removeprefix(f'{folder}{os.sep}')}".replace(os.sep, "/").removeprefix("/")
        return file.removeprefix(f"{self._root}{os.sep}").replace(os.sep, "/")

    def _remedy(self, missing: str) -> str:
        top = missing.partition(".")[0]
        if not missing:
            return "mend this line, or what it calls: it runs when the function starts"
        if top in {own.module for own in (self._package.core, *self._package.own)}:
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
