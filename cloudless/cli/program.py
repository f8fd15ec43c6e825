"""Program: the project, its application imported, compiled and checked."""

from __future__ import annotations

from pathlib import Path

from cloudless.app import App
from cloudless.collector import uncollected
from cloudless.config import Project, Stage, load
from cloudless.driver.provider import Provider, provider
from cloudless.errors import InvalidArgument
from cloudless.frontend import check
from cloudless.ir import ERROR, Application, Diagnostic


class Program:
    """application: as far as it can be told. problems: all that hold for every cloud, in source order.

    tolerant: whether mistakes of cloudless.toml come first among the problems, instead of as a ConfigError.
    """

    def __init__(self, config: Path | None, *, tolerant: bool = False) -> None:
        self.project: Project = load(config, tolerant=tolerant)
        with uncollected():
            self.app: App = self.project.load_app()
            self.application: Application
            self.application, problems = check(
                self.app, entry=self.project.app, include=self.project.include, deployable=True
            )
        self.problems = [*self.project.mistakes, *problems]

    def errors(self) -> list[Diagnostic]:
        """The problems that must be mended."""
        return [problem for problem in self.problems if problem.severity == ERROR]

    def stages(self, name: str | None) -> list[Stage]:
        """One stage by name, or all; none where cloudless.toml has mistakes."""
        if self.project.mistakes:
            return []
        return [self.project.stage(name)] if name else list(self.project.stages.values())

    def simulated_stage(self, name: str | None) -> Stage | None:
        """The stage whose configuration a simulation has: one by name, else the first in memory; None for none."""
        if name:
            return self.project.stage(name)
        return next((stage for stage in self.stages(None) if stage.provider == "memory"), None)


def loaded(name: str) -> Provider:
    """The installed provider of that name; InvalidArgument where there is none, or it cannot be imported."""
    try:
        return provider(name)
    except (ImportError, AttributeError) as problem:
        raise InvalidArgument(f"provider {name!r} cannot be loaded: {problem}") from problem
