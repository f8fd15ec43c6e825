"""Addresses: where a whole stage is, for who calls it from outside. Those inside of a function: compile/address.py."""

from __future__ import annotations

from cloudless.driver.names import broker_of
from cloudless_gcp.names.account import CALLERS, account_of
from cloudless_gcp.names.delay import delays_of
from cloudless_gcp.names.function import function_id, url_of
from cloudless_gcp.names.ledger import executions_of, ledger_of
from cloudless_gcp.names.orchestration import workflow_of
from cloudless_gcp.names.place import place_of
from cloudless_gcp.names.queue import queues_of, subscriptions_of
from cloudless_gcp.names.secret import secret_of
from cloudless_gcp.names.topic import topic_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cloudless.ir import Application
    from cloudless_gcp.names.place import Stage


def addresses_of(application: Application, stage: Stage) -> dict[str, Any]:
    """What `GoogleCloud` is given to find a stage, each part as far as there is something."""
    place = place_of(application.name, stage)
    has_broker = bool(application.orchestrations or application.events)
    found: dict[str, Any] = {
        "project": place.project,
        "region": place.region,
        "queues": queues_of(place, application),
        "subscriptions": subscriptions_of(place, application),
        "topics": {one.name: topic_of(place, one) for one in application.topics},
        "functions": {one.name: url_of(place, function_id(place, one.handler)) for one in application.functions},
        "orchestrations": {one.name: workflow_of(place, one.name) for one in application.orchestrations},
        "events": {one.name: list(one.waiters) for one in application.events},
        "broker": url_of(place, broker_of(place.prefix)) if has_broker else "",
        "secrets": {one.name: secret_of(place, one) for one in application.secrets},
        "ledger": ledger_of(place),
        "records": executions_of(place) if has_broker else "",
        "delays": delays_of(place, application),
        "account": account_of(place, CALLERS),
        "config": dict(stage.config),
    }
    return {part: value for part, value in found.items() if value}
