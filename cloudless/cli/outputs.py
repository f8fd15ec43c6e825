"""`cloudless outputs`: what a deployed stage gives for others to use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from cloudless.cli import show
from cloudless.cli.failure import told
from cloudless.cli.options import AsJson, ConfigFile, DeployedStage

if TYPE_CHECKING:
    from cloudless.compiler.record import Record
    from cloudless.terraform.folder import Output

HTTP = "http_url"
"""The output that has the base URL of the endpoints, on every provider."""
Sensitive = Annotated[bool, typer.Option("--sensitive", help="Show those that are marked as sensitive, too.")]


def outputs(
    stage: DeployedStage, *, sensitive: Sensitive = False, config: ConfigFile = None, as_json: AsJson = False
) -> None:
    """Print what a deployed stage gives for others to use.

    The URLs of its endpoints, and every output of its Terraform files, those of infra/ too. They are read from the
    state; nothing is built.

    Exit codes: 0 fine, 1 the state cannot be read, or there is none, 2 wrong usage.
    """
    from cloudless.cli.planned import Terminal
    from cloudless.config import load
    from cloudless.deploy import outputs_of

    with told(), show.aside(True):
        project = load(config)
        found, record = outputs_of(project, project.stage(stage), Terminal(aside=True))
    shown = {name: one for name, one in found.items() if sensitive or not one.is_sensitive}
    if as_json:
        show.as_json({**{name: one.value for name, one in shown.items()}, "endpoints": endpoints(found, record)})
        return
    print_outputs(shown, record, sensitive=sensitive)


def print_outputs(found: Mapping[str, Output], record: Record | None, *, sensitive: bool = False) -> None:
    """Write endpoints and outputs, a line each. sensitive: whether values are shown that are marked as such."""
    out = show.console()
    for endpoint, url in endpoints(found, record).items():
        out.print(Text().append(endpoint.partition(" ")[0], "bold cyan").append(f" {url}"))
    for name, one in found.items():
        if name != HTTP or not endpoints(found, record):
            value = "(sensitive)" if one.is_sensitive and not sensitive else _written(one.value)
            out.print(Text().append(name, "bold").append(f" = {value}"))
    if not found:
        out.print(Text("no outputs", "dim"))


def endpoints(found: Mapping[str, Output], record: Record | None) -> dict[str, str]:
    """URLs by endpoint, as it is written in the program: {"GET /orders/{id}": "https://…/orders/{id}"}."""
    if record is None or HTTP not in found:
        return {}
    base = str(found[HTTP].value).rstrip("/")
    return {endpoint: f"{base}{endpoint.partition(' ')[2]}" for endpoint in record.endpoints}


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
