"""Options that several commands have.

Every command imports this, and each press of the tab key: nothing here imports the project, nor what reads it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cloudless.errors import InvalidArgument


def named_secret(text: str) -> tuple[str, str]:
    """The name and the value that `--secret NAME=VALUE` gives; InvalidArgument where there is no =."""
    name, equals, value = text.partition("=")
    if not equals:
        raise InvalidArgument("--secret: write NAME=VALUE")  # what was written may be the value
    return name, value


def stage_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """The stages that a shell completes `--stage` with: of --config, else of the nearest cloudless.toml.

    None where there is no such file, or it cannot be read: the next command will say so, a shell would garble it.
    """
    try:
        names = list(_stages(ctx.params.get("config")))
    except (OSError, ValueError, RecursionError):  # of the file; of its text and its TOML; of a hostile one
        return []
    return [name for name in names if name.startswith(incomplete)]


def _stages(config: Path | None) -> dict[str, Any]:
    stages: Any = document(config)[1].get("stages")
    return stages if isinstance(stages, dict) else {}  # pyright: ignore[reportUnknownVariableType]


def document(config: Path | None) -> tuple[Path, dict[str, Any]]:
    """The folder and the tables of --config, else of the nearest cloudless.toml; no tables where there is none."""
    import tomllib

    here = Path.cwd()
    files = [Path(config)] if config else [folder / "cloudless.toml" for folder in (here, *here.parents)]
    file = next((one for one in files if one.is_file()), None)
    return (file.parent, tomllib.loads(file.read_text(encoding="utf-8-sig"))) if file else (here, {})


ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", help="This cloudless.toml instead of the nearest one.", show_default=False
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
StageName = Annotated[
    str | None,
    typer.Option(
        "--stage",
        metavar="STAGE",
        help="This stage of cloudless.toml alone.",
        show_default=False,
        autocompletion=stage_names,
    ),
]
DeployedStage = Annotated[
    str, typer.Argument(metavar="STAGE", help="A stage of cloudless.toml.", autocompletion=stage_names)
]
ForTerraform = Annotated[
    list[str] | None,
    typer.Argument(metavar="-- OPTION", help="Options of terraform plan, e.g. -- -target=ADDRESS.", show_default=False),
]
Arguments = Annotated[
    list[str] | None, typer.Argument(metavar="NAME=VALUE", help="An argument, JSON or text.", show_default=False)
]
ArgumentsAsJson = Annotated[
    str | None, typer.Option("--args", metavar="JSON", help="Arguments by name, as one object.", show_default=False)
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask; for CI.")]
LosingData = Annotated[
    bool, typer.Option("--allow-data-loss", help="With --yes: also where queues, tables or executions are lost.")
]
SimulatedStage = Annotated[
    str | None,
    typer.Option(
        "--stage",
        metavar="STAGE",
        help="Configuration of this stage; else of the first in memory.",
        show_default=False,
        autocompletion=stage_names,
    ),
]
