"""Deployment: a stage that is built, planned, applied and remembered."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from cloudless.build import Built
from cloudless.compiler.lock import Lock
from cloudless.compiler.record import Record, record_of
from cloudless.config import Stage
from cloudless.deploy.executions import Executions
from cloudless.deploy.state import public
from cloudless.deploy.watch import Watch
from cloudless.driver.provider import Deploying, Provider
from cloudless.errors import InvalidArgument
from cloudless.ir import WARNING
from cloudless.passes.fit import gaps
from cloudless.summary import Summary, summary
from cloudless.summary.running import affected
from cloudless.summary.summary import deployed
from cloudless.terraform import Folder
from cloudless.terraform.folder import Output

_OURS = frozenset({"chdir", "detailed-exitcode", "input", "json", "out"})
_SHARED = "identity.per_function"


class Deployment:
    """A stage that is built. record: of what is built. title: of all this, for people.

    Everything raises TerraformError, where Terraform does not do it.
    """

    def __init__(  # noqa: PLR0917  (all that `prepared` has)
        self,
        stage: Stage,
        chosen: Provider,
        folder: Folder,
        built: Built,
        executions: Executions,
        watch: Watch,
    ) -> None:
        self.record = record_of(built.application, built.definitions)
        self.title = f"{built.application.name} on {stage.name} ({chosen.title})"
        self._stage = stage
        self._provider = chosen
        self._folder = folder
        self._built = built
        self._executions = executions
        self._watch = watch

    def plan(self, options: Sequence[str] = (), *, destroy: bool = False) -> Summary:
        """What would change. options: for `terraform plan`. destroy: whether everything goes."""
        _check(options)
        with self._watch.progress("planning"):
            plain = self._folder.plan(options, destroy=destroy)
            after = Record(app=self.record.app) if destroy else self.record
            before = deployed(plain)
            running = self._executions.running(affected(before, after) if before else ())
        handlers = {*(before.grants if before else ()), *self.record.grants}
        naming = partial(Deploying(self._provider).resource, handlers=handlers)
        notes = [*self._built.warnings, *self._executions.notes, *self._notes()]
        return summary(plain, after, naming=naming, running=running, notes=notes)

    @property
    def words(self) -> str:
        """The last plan in Terraform's words."""
        return self._folder.words

    def apply(self, options: Sequence[str] = ()) -> None:
        """Do what was planned. options: as they were given to `plan`."""
        self._folder.apply(options)

    def remember(self) -> bool:
        """Write what is to be deployed into the lock; whether that changed it, so that it should be committed.

        To be done before `apply`: where that fails half-way, executions may have begun.
        """
        return self._built.lock.with_deployed(self._built.definitions.texts).write()

    def forget(self) -> bool:
        """Empty the lock where nothing is left that could run; whether that changed it. To be asked after a destroy."""
        return self._folder.is_empty() and Lock(self._built.lock.file, {}).write()

    def outputs(self) -> dict[str, Output]:
        """What is there now, for others to use."""
        return public(self._folder.outputs())

    def _notes(self) -> list[str]:
        """Gaps of the provider that the application touches, definitions nobody else knows, and where the state is."""
        application, table, stage = self._built.application, self._provider.gaps, self._stage.name
        found = gaps(application, {stage: (self._provider.name, table)})
        notes = [f"{one.message} ({one.span})" for one in found if one.severity == WARNING]
        if _SHARED in table and len(application.handlers) > 1:
            notes.append(
                f"{table[_SHARED].reason.rstrip('.')}: cloudless permissions --stage {stage} says what it adds"
            )
        if self._built.lock.retained.keys() - Lock.load(self._executions.root, stage).retained.keys():
            notes.append(
                f"cloudless.lock/{stage}.json lacks what is built here: cloudless build {stage}, and commit it"
            )
        if not self._folder.has_backend:
            notes.append(
                f"the state is on this machine alone, in {self._folder.shown}: keep that, or name a backend in "
                f"cloudless.toml, [stages.{stage}.backend]"
            )
        return notes


def _check(options: Sequence[str]) -> None:
    for one in options:
        name = one.lstrip("-").partition("=")[0]
        if one.startswith("-") and name in _OURS:
            raise InvalidArgument(f"{one}: terraform plan gets -{name} from cloudless; leave it out")
