"""Folder: Terraform in the folder of one build."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from cloudless.errors import TerraformError
from cloudless.node import node
from cloudless.terraform.claim import claimed
from cloudless.terraform.failure import ERRORED, Hint, failed, needs_init
from cloudless.terraform.process import Done, Runner
from cloudless.terraform.program import QUIET, Program

PLAN = ".cloudless.plan"
_INITIALISED = "cloudless.init"
_PROGRESS = re.compile(r": (?:Refreshing state\.\.\.|Reading\.\.\.|Still reading\.\.\.|Read complete after )")
_TO_APPLY = frozenset({"parallelism", "lock", "lock-timeout"})
"""Options of plan that apply has as well: https://developer.hashicorp.com/terraform/cli/commands/apply"""


@node()
class Output:
    """value: any JSON. is_sensitive: whether it is to be shown only where asked for."""

    value: Any
    is_sensitive: bool = False


class Folder:
    """path: of the build. shown: as people know it. hints: of the provider, see failure.py.

    words: what Terraform said of the last plan, for people.

    Whatever fails raises TerraformError. An interrupt is raised when Terraform has ended: see process.py.
    """

    def __init__(self, program: Program, path: Path, runner: Runner, *, shown: str, hints: Sequence[Hint] = ()) -> None:
        self.path = path
        self._program = program
        self._runner = runner
        self.shown = shown
        self._hints = hints
        self.words = ""

    @property
    def has_backend(self) -> bool:
        """Whether the state is somewhere else than in the folder; to be asked after `init`."""
        return (self._data / "terraform.tfstate").exists()

    def beside(self, content: Mapping[str, Any]) -> Folder:
        """A hidden folder beside this one, with nothing but one file of Terraform JSON."""
        path = self.path.with_name(f".{self.path.name}")
        path.mkdir(parents=True, exist_ok=True)
        (path / "main.tf.json").write_text(json.dumps(content))
        return Folder(self._program, path, self._runner, shown=self.shown, hints=self._hints)

    @contextmanager
    def alone(self) -> Generator[None]:
        """Keep other commands on this machine out of the folder; TerraformError where one is in it.

        Elsewhere the backend's lock does that.
        """
        with claimed(self.path.with_name(f".{self.path.name}.lock"), self.shown):
            yield

    def init(self) -> None:
        """Fetch plugins and reach the backend; nothing is done where nothing of that changed since the last time."""
        if self._is_initialised():
            return
        self._check(self._run("init", "-input=false", shown=True), "init")
        self._note()

    def plan(self, options: Iterable[str] = (), *, destroy: bool = False) -> dict[str, Any]:
        """What would be done, as data; the plan itself is kept for `apply`.

        options: as on the command line. https://developer.hashicorp.com/terraform/internals/json-format
        """
        self._refuse_loss()
        words = ["plan", "-input=false", f"-out={PLAN}", *(["-destroy"] if destroy else []), *options]
        self.words = "\n".join(
            line
            for line in self._check(self._run_initialised(*words), "plan").output.splitlines()
            if not _PROGRESS.search(line)
        ).strip()
        return self._data_of(self._run("show", "-json", PLAN, shown=False), "show")

    def apply(self, options: Iterable[str] = ()) -> None:
        """Carry out the plan. options: as those of `plan`; the ones that apply has are handed on."""
        done = self._run("apply", "-input=false", *_to_apply(options), PLAN, shown=True)
        if done.code and (self.path / ERRORED).exists():
            done = Done(done.code, done.output, f"{done.errors}\n{ERRORED}")
        self._check(done, "apply")

    def outputs(self) -> dict[str, Output]:
        """What the state holds for others, by name; none where nothing was deployed."""
        plain = self._data_of(self._run_initialised("output", "-json"), "output")
        return {name: Output(one["value"], one["sensitive"]) for name, one in plain.items()}

    def is_empty(self) -> bool:
        """Whether the state knows of nothing that Terraform made, or there is none; to be asked after `init`."""
        done = self._check(self._run_initialised("state pull"), "state pull")
        found: list[dict[str, Any]] = json.loads(done.output)["resources"] if done.output.strip() else []
        return all(one["mode"] != "managed" for one in found)

    def forget_plan(self) -> None:
        """Remove the plan, which holds what the state holds."""
        with suppress(FileNotFoundError):
            (self.path / PLAN).unlink()

    def _run_initialised(self, *words: str) -> Done:
        """Run a command, and once more after `init` where it says that this is needed."""
        done = self._run(*words, shown=False)
        if done.code and needs_init(done.errors):
            (self._data / _INITIALISED).unlink(missing_ok=True)
            self.init()
            done = self._run(*words, shown=False)
        return done

    def _run(self, command: str, *words: str, shown: bool) -> Done:
        environ = {**os.environ, **QUIET, "TF_IN_AUTOMATION": "1"}
        line = [self._program.path, *command.split(), "-no-color", *words]
        return self._runner.run(line, self.path, environ, shown=shown)

    def _data_of(self, done: Done, command: str) -> dict[str, Any]:
        """What it wrote as JSON."""
        try:
            found: dict[str, Any] = json.loads(self._check(done, command).output)
        except ValueError as problem:
            text = f"{self._program.path} {command} -json writes something else: is it wrapped by another program? On "
            raise TerraformError(
                f"{text}GitHub: hashicorp/setup-terraform with terraform_wrapper: false", done.output
            ) from problem
        return found

    def _check(self, done: Done, command: str) -> Done:
        if done.code:
            raise failed(f"{Path(self._program.path).name} {command}", done.errors, self.shown, self._hints)
        return done

    def _refuse_loss(self) -> None:
        """A state that was never saved must not be followed by one that knows nothing of it."""
        if (self.path / ERRORED).exists():
            raise failed("the last apply", ERRORED, self.shown)

    @property
    def _data(self) -> Path:
        return self.path / os.environ.get("TF_DATA_DIR", ".terraform")

    def _is_initialised(self) -> bool:
        try:
            return (self._data / _INITIALISED).read_text() == self._needed()
        except OSError:
            return False

    def _note(self) -> None:
        self._data.mkdir(parents=True, exist_ok=True)
        (self._data / _INITIALISED).write_text(self._needed())

    def _needed(self) -> str:
        """A digest of what `init` looks at. Where it is not enough, `plan` says so and is run again."""
        digest = sha256(repr((self._program, os.environ.get("TF_WORKSPACE"))).encode())
        for file in [*sorted(self.path.glob("*.tf*")), self.path / ".terraform.lock.hcl"]:
            if file.is_file() and not file.name.startswith("terraform.tfstate"):
                digest.update(f"{file.name}\n{_asked(file)}\n".encode())
        return digest.hexdigest()


def _asked(file: Path) -> str:
    """What a file wants of `init`: backend, plugins and modules, or all of it where it is not JSON."""
    text = file.read_text("utf-8", "replace")
    if not file.name.endswith(".tf.json"):
        return text
    try:
        plain: Mapping[str, Any] = json.loads(text)
        return json.dumps([plain.get("terraform"), sorted(plain.get("provider", {})), plain.get("module")])
    except (ValueError, AttributeError, TypeError):
        return text


def _to_apply(options: Iterable[str]) -> Iterator[str]:
    """Those that apply has, each with its value, which may be the next word."""
    words = iter(options)
    for word in words:
        name, equals, _ = word.lstrip("-").partition("=")
        if name in _TO_APPLY:
            yield word
            if not equals:
                yield next(words, "")
