"""The deployment: a project and a stage ──► what a cloud runs, made by Terraform.

    cloudless.lock ──who still runs?──► build ──► build/<stage> ──► init ──► plan ──► Summary
    somebody agrees ──► cloudless.lock ──► apply ──► outputs

    with prepared(project, stage, watch) as deployment:      # built, and nobody else at it on this machine
        summary = deployment.plan(options)
        deployment.words                                     # Terraform's own
        deployment.remember()                                # what may run from now on, whether or not it succeeds
        deployment.apply(options)
        deployment.outputs()

What was deployed last stands in the state, wherever the stage keeps it (`compiler.record`), so that any machine can
say what changes. Which executions run, only the cloud knows.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Protocol

from cloudless import build as pipeline
from cloudless.compiler.lock import Lock
from cloudless.compiler.record import FILE, OUTPUT, Record, read, record_of
from cloudless.config import Project, Stage
from cloudless.config.codes import STILL_RUNS
from cloudless.driver.orchestration import pinning
from cloudless.driver.provider import Deploying, Provider
from cloudless.errors import CloudlessError, DefinitionError, InternalError, InvalidArgument, NotFound
from cloudless.frontend import compile as compile_app
from cloudless.ir import WARNING, Diagnostic
from cloudless.passes.fit import gaps
from cloudless.summary import Summary, summary
from cloudless.summary.running import affected
from cloudless.summary.summary import deployed
from cloudless.terraform import Folder, find
from cloudless.terraform.folder import Output
from cloudless.terraform.process import Runner

_OURS = frozenset({"chdir", "detailed-exitcode", "input", "json", "out"})
_SHARED = "identity.per_function"


class Watch(Protocol):
    """Whoever waits. aside: whether what Terraform shows goes to stderr."""

    aside: bool

    def say(self, text: str) -> None:
        """Take a line."""
        ...

    def progress(self, what: str) -> AbstractContextManager[None]:
        """Show that something goes on in the block, which shows nothing itself."""
        ...


@contextmanager
def prepared(project: Project, stage: Stage, watch: Watch) -> Generator[Deployment]:
    """Build a stage, and bring Terraform there. What it planned is removed at the end.

    Raises as `build.build`, TerraformError, and PermissionDenied where the provider sees that there are no credentials.
    """
    chosen = pipeline.provider_of(stage)
    folder = _folder(project, stage, chosen, watch)
    Deploying(chosen).credentials(stage)
    executions = Executions(project, stage, chosen)
    with folder.alone(), executions.explaining():
        with watch.progress("building"):
            lock = Lock.load(project.root, stage.name).without_drafts()
            over = _over(lock, stage, folder, executions)
            built = pipeline.build(project, stage, lock=lock.without(over))
            built.write(folder.path, lock=False)
            _forget(over.difference(built.definitions.texts), project, stage, executions)
        folder.init()
        try:
            yield Deployment(stage, chosen, folder, built, executions, watch)
        finally:
            folder.forget_plan()


class Deployment:
    """A stage that is built. record: of what is built. title: of all this, for people.

    Everything raises TerraformError, where Terraform does not do it.
    """

    def __init__(  # noqa: PLR0917  (all that `prepared` has)
        self,
        stage: Stage,
        chosen: Provider,
        folder: Folder,
        built: pipeline.Built,
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
        return _public(self._folder.outputs())

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


class Executions:
    """What runs in the cloud, which is asked once for each orchestration.

    notes: why it could not be asked, and what came of the answers.
    """

    _is_silent = False
    _why = ""
    """What the cloud said instead of what runs."""

    def __init__(self, project: Project, stage: Stage, chosen: Provider) -> None:
        self.root = project.root
        self.notes: list[str] = []
        self._project = project
        self._stage = stage
        self._provider = chosen
        self._asked_for: set[str] = set()
        self._known: dict[str, Mapping[str, int]] = {}

    def running(self, orchestrations: Collection[str]) -> Mapping[str, Mapping[str, int]]:
        """How many executions run, by orchestration and definition; of those that the cloud told."""
        missing = [name for name in orchestrations if name not in self._asked_for]
        if missing and not self._is_silent:
            self._asked_for.update(missing)
            try:
                self._known |= self._asked(missing)
            except InternalError:
                raise
            except CloudlessError as problem:
                self._is_silent, self._why = True, f"which executions run could not be asked: {problem}"
                self.notes.append(self._why)
        return {name: self._known[name] for name in orchestrations if name in self._known}

    @contextmanager
    def explaining(self) -> Generator[None]:
        """Say why the cloud did not tell what runs, where the block fails because something may."""
        try:
            yield
        except DefinitionError as error:
            if not self._why:
                raise
            raise DefinitionError(map(self._explained, error.problems)) from error

    def _explained(self, problem: Diagnostic) -> Diagnostic:
        from dataclasses import replace

        if problem.code != STILL_RUNS:
            return problem
        remedy = f"{problem.remedy} once it can ask"
        return replace(problem, message=f"{problem.message}: {self._why}", remedy=remedy)

    def _asked(self, orchestrations: Collection[str]) -> dict[str, Mapping[str, int]]:
        project = self._project
        application = compile_app(project.load_app(), entry=project.app, include=project.include)
        asked = pinning(self._provider.connect(self._stage, application).orchestrations)
        found: dict[str, Mapping[str, int]] = {}
        if asked is None:
            return found
        for name in orchestrations:
            try:
                found[name] = asked.running(name)
            except NotFound as problem:  # which says nothing of the others
                self.notes.append(f"whether executions of {name} run is not known: {problem}")
        return found


def _over(lock: Lock, stage: Stage, folder: Folder, executions: Executions) -> set[str]:
    """The definitions of a lock that nobody runs any more, and that nobody can start.

    These are among what the last deployment that is through retained, and no longer started: what is not on its record
    may have been published by one that failed since. Or all, where the stage's backend knows of nothing at all.
    """
    reached = _reached(stage, folder) if lock.retained else None
    if reached is None:
        return set()
    before = _recorded(reached.outputs())
    if before is None:
        return set(lock.retained) if stage.backend and reached.is_empty() else set()
    running = executions.running(sorted({*lock.retained.values()}))
    return {
        digest
        for digest, name in lock.retained.items()
        if digest in before.retained and name in running and not running[name].get(digest)
    }


def _forget(over: Collection[str], project: Project, stage: Stage, executions: Executions) -> None:
    """Take definitions out of the file of the lock: nobody can start them, whatever is deployed next."""
    if Lock.load(project.root, stage.name).without(over).write():
        executions.notes.append(f"cloudless.lock/{stage.name}.json no longer has what nobody runs any more: commit it")


def outputs_of(project: Project, stage: Stage, watch: Watch) -> tuple[dict[str, Output], Record | None]:
    """What a stage gives for others to use, and what was deployed there, without building it.

    Raises TerraformError, and InvalidArgument where nothing is deployed, or nothing was deployed from here and no
    backend knows more.
    """
    folder = _folder(project, stage, pipeline.provider_of(stage), watch)
    with folder.alone():
        found = _kept(stage, folder)
    if found is None:
        raise InvalidArgument(
            f"stage {stage.name!r} was not deployed from this machine, and cloudless.toml names no backend that "
            f"keeps its state: cloudless deploy {stage.name}, or add [stages.{stage.name}.backend]"
        )
    if not found:  # what is deployed has its record there
        raise InvalidArgument(f"nothing is deployed at stage {stage.name!r}: cloudless deploy {stage.name}")
    return _public(found), _recorded(found)


def _kept(stage: Stage, folder: Folder) -> dict[str, Output] | None:
    """The outputs that the state holds, None where there is no state to look into."""
    reached = _reached(stage, folder)
    return None if reached is None else reached.outputs()


def _reached(stage: Stage, folder: Folder) -> Folder | None:
    """Where the state can be looked into; None where it is neither here nor behind a backend."""
    if not (folder.path / FILE).exists():
        if not stage.backend:
            return None
        folder = folder.beside({"terraform": {"backend": stage.backend}})
    folder.init()
    return folder


def _folder(project: Project, stage: Stage, chosen: Provider, watch: Watch) -> Folder:
    """The folder of a stage, and Terraform in it; TerraformError where there is no Terraform."""
    path = pipeline.folder_of(project, stage)
    shown, known = str(path.relative_to(project.root)), Deploying(chosen)
    program = find(wanted={chosen.title: known.least_terraform})
    return Folder(program, path, Runner(watch.say, aside=watch.aside), shown=shown, hints=known.hints)


def _recorded(outputs: Mapping[str, Output]) -> Record | None:
    return read(outputs[OUTPUT].value) if OUTPUT in outputs else None


def _public(outputs: Mapping[str, Output]) -> dict[str, Output]:
    return {name: one for name, one in outputs.items() if name != OUTPUT}


def _check(options: Sequence[str]) -> None:
    for one in options:
        name = one.lstrip("-").partition("=")[0]
        if one.startswith("-") and name in _OURS:
            raise InvalidArgument(f"{one}: terraform plan gets -{name} from cloudless; leave it out")
