"""Outputs: where what was deployed is. No secret is among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless_aws.compile.alert import TOPIC
from cloudless_aws.compile.http import API
from cloudless_aws.compile.scope import LEDGER

if TYPE_CHECKING:
    from cloudless.compiler import Address
    from cloudless_aws.compile.ground import Ground


def outputs(ground: Ground, callers: Address | None) -> None:
    """As far as the stage has it."""
    document, application = ground.document, ground.application
    document.output("region", ground.region, description="Where everything is.")
    document.output("prefix", ground.prefix, description="What every name begins with.")
    if callers is not None:
        said = "For callers outside, whose role is not in callers."
        document.output("callers_policy", callers["arn"], description=said)
    if application.endpoints:
        url = document.address("aws_apigatewayv2_api", API)["api_endpoint"]
        document.output("http_url", url, description="What the paths of endpoints follow.")
    if ground.has_ledger:
        table = document.address("aws_dynamodb_table", LEDGER)["name"]
        document.output("ledger", table, description="Leases, and events of executions.")
    if ground.units:
        topic = document.address("aws_sns_topic", TOPIC)["arn"]
        document.output("alarms", topic, description="The topic that alarms are told to.")
