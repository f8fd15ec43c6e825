"""Executions: what runs in the cloud while something is deployed."""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager

from cloudless.config import Project, Stage
from cloudless.config.codes import STILL_RUNS
from cloudless.driver.orchestration import pinning
from cloudless.driver.provider import Provider
from cloudless.errors import CloudlessError, DefinitionError, InternalError, NotFound
from cloudless.frontend import compile as compile_app
from cloudless.ir import Diagnostic
from cloudless.node import replace


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
