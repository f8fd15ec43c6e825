"""Prepared: a stage that is built, with Terraform ready in its folder, and what nobody runs any more left out."""

from __future__ import annotations

from collections.abc import Collection, Generator
from contextlib import contextmanager

from cloudless import build as pipeline
from cloudless.compiler.lock import Lock
from cloudless.config import Project, Stage
from cloudless.deploy.deployment import Deployment
from cloudless.deploy.executions import Executions
from cloudless.deploy.state import reached, recorded, terraform_of
from cloudless.deploy.watch import Watch
from cloudless.driver.provider import Deploying
from cloudless.terraform import Folder


@contextmanager
def prepared(project: Project, stage: Stage, watch: Watch) -> Generator[Deployment]:
    """Build a stage, and bring Terraform there. What it planned is removed at the end.

    Raises as `build.build`, TerraformError, and PermissionDenied where the provider sees that there are no credentials.
    """
    chosen = pipeline.provider_of(stage)
    folder = terraform_of(project, stage, chosen, watch)
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


def _over(lock: Lock, stage: Stage, folder: Folder, executions: Executions) -> set[str]:
    """The definitions of a lock that nobody runs any more, and that nobody can start.

    These are among what the last deployment that is through retained, and no longer started: what is not on its record
    may have been published by one that failed since. Or all, where the stage's backend knows of nothing at all.
    """
    found = reached(stage, folder) if lock.retained else None
    if found is None:
        return set()
    before = recorded(found.outputs())
    if before is None:
        return set(lock.retained) if stage.backend and found.is_empty() else set()
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
