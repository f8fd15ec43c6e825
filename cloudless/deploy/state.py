"""State: what was deployed at a stage, on this machine or behind the backend that the stage names."""

from __future__ import annotations

from collections.abc import Mapping

from cloudless import build as pipeline
from cloudless.compiler.record import FILE, OUTPUT, Record, read
from cloudless.config import Project, Stage
from cloudless.deploy.watch import Watch
from cloudless.driver.provider import Deploying, Provider
from cloudless.errors import InvalidArgument
from cloudless.terraform import Folder, find
from cloudless.terraform.folder import Output
from cloudless.terraform.process import Runner


def outputs_of(project: Project, stage: Stage, watch: Watch) -> tuple[dict[str, Output], Record | None]:
    """What a stage gives for others to use, and what was deployed there, without building it.

    Raises TerraformError, and InvalidArgument where nothing is deployed, or nothing was deployed from here and no
    backend knows more.
    """
    folder = terraform_of(project, stage, pipeline.provider_of(stage), watch)
    with folder.alone():
        found = _kept(stage, folder)
    if found is None:
        raise InvalidArgument(
            f"stage {stage.name!r} was not deployed from this machine, and cloudless.toml names no backend that "
            f"keeps its state: cloudless deploy {stage.name}, or add [stages.{stage.name}.backend]"
        )
    if not found:  # what is deployed has its record there
        raise InvalidArgument(f"nothing is deployed at stage {stage.name!r}: cloudless deploy {stage.name}")
    return public(found), recorded(found)


def terraform_of(project: Project, stage: Stage, chosen: Provider, watch: Watch) -> Folder:
    """The folder of a stage, and Terraform in it; TerraformError where there is no Terraform."""
    path = pipeline.folder_of(project, stage)
    shown, known = str(path.relative_to(project.root)), Deploying(chosen)
    program = find(wanted={chosen.title: known.least_terraform})
    return Folder(program, path, Runner(watch.say, aside=watch.aside), shown=shown, hints=known.hints)


def reached(stage: Stage, folder: Folder) -> Folder | None:
    """Where the state can be looked into; None where it is neither here nor behind a backend."""
    if not (folder.path / FILE).exists():
        if not stage.backend:
            return None
        folder = folder.beside({"terraform": {"backend": stage.backend}})
    folder.init()
    return folder


def _kept(stage: Stage, folder: Folder) -> dict[str, Output] | None:
    """The outputs that the state holds, None where there is no state to look into."""
    found = reached(stage, folder)
    return None if found is None else found.outputs()


def recorded(outputs: Mapping[str, Output]) -> Record | None:
    """What the last deployment that is through put on record, None where there was none."""
    return read(outputs[OUTPUT].value) if OUTPUT in outputs else None


def public(outputs: Mapping[str, Output]) -> dict[str, Output]:
    """The outputs that are for others."""
    return {name: one for name, one in outputs.items() if name != OUTPUT}
