"""Outputs: where what was deployed is. No secret is among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless_gcp.compile.alert import CHANNEL
from cloudless_gcp.compile.http import API
from cloudless_gcp.compile.scope import DATABASE, EXECUTIONS, LEDGER

if TYPE_CHECKING:
    from cloudless.compiler import Address
    from cloudless_gcp.compile.ground import Ground


def outputs(ground: Ground, callers: Address | None) -> None:
    """As far as the stage has it."""
    document, application = ground.document, ground.application
    document.output("project", ground.project, description="Where everything is.")
    document.output("region", ground.region, description="Where everything is in it.")
    document.output("prefix", ground.prefix, description="What every name begins with.")
    if callers is not None:
        said = "The service account that callers outside act as, who are in the variable callers."
        document.output("callers", callers["email"], description=said)
    if application.endpoints:
        host = document.address("google_api_gateway_gateway", API).expression("default_hostname")
        document.output("http_url", f"https://${{{host}}}", description="What the paths of endpoints follow.")
    if ground.has_ledger:
        name = document.address(DATABASE, LEDGER)["name"]
        document.output("ledger", name, description="Leases.")
    if ground.has_broker:
        name = document.address(DATABASE, EXECUTIONS)["name"]
        document.output("executions", name, description="What the broker keeps: executions, and their events.")
    if ground.units:
        document.output("alerts", f"${{values({CHANNEL}.email)[*].id}}", description="Where alerts are told.")
