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
        raise InvalidArgument(f"--secret {text}: write NAME=VALUE")
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
    import tomllib

    here = Path.cwd()
    files = [Path(config)] if config else [folder / "cloudless.toml" for folder in (here, *here.parents)]
    file = next((one for one in files if one.is_file()), None)
    stages: Any = tomllib.loads(file.read_text(encoding="utf-8-sig")).get("stages") if file else None
    return stages if isinstance(stages, dict) else {}  # pyright: ignore[reportUnknownVariableType]


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
