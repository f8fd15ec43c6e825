"""A function app with our consumers, as a build generates it, but on the broker's clock."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

HEAD = """
import json
import typing
from pathlib import Path

import azure.functions as func

from cloudless.driver.current import serve_from
from cloudless_azure.clients.cloud import AzureCloud
from cloudless_azure.runtime.queue import batch_consumer, consumer, drain

HERE = Path(__file__).parent
DEPLOYED = json.loads((HERE / "deployed.json").read_text())
CLOCK = Path(DEPLOYED["clock"])

app = func.FunctionApp()
cloud = AzureCloud(DEPLOYED["addresses"], lambda: float(CLOCK.read_text()))
serve_from(cloud)
"""

ONE = """
take_{name} = consumer(DEPLOYED["facts"]["{entity}"], cloud)

@app.function_name("{name}")
@app.service_bus_queue_trigger(
    arg_name="message", queue_name="{entity}", connection="CLOUDLESS_SERVICE_BUS", is_sessions_enabled={sessions})
async def {name}(message: func.ServiceBusMessage) -> None:
    await take_{name}(message)
"""

MANY = """
take_{name} = batch_consumer(DEPLOYED["facts"]["{entity}"], cloud)

@app.function_name("{name}")
@app.service_bus_queue_trigger(
    arg_name="messages", queue_name="{entity}", connection="CLOUDLESS_SERVICE_BUS", cardinality="many")
async def {name}(messages: typing.List[func.ServiceBusMessage]) -> None:
    await take_{name}(messages)
"""

DRAIN = """
drain_{name} = drain("{dead_letters}", cloud)

@app.function_name("{name}_drain")
@app.service_bus_queue_trigger(
    arg_name="message", queue_name="{entity}/$DeadLetterQueue", connection="CLOUDLESS_SERVICE_BUS")
def {name}_drain(message: func.ServiceBusMessage) -> None:
    drain_{name}(message)
"""


class Consumer:
    """One function. facts: see `cloudless.runtime.boot`. many: whether its trigger hands over lists.

    sessions: whether the queue is ordered; then a second function drains what the broker gives up.
    """

    __slots__ = ("entity", "facts", "many", "sessions")

    def __init__(self, entity: str, facts: Mapping[str, Any], *, many: bool = False, sessions: bool = False) -> None:
        self.entity = entity
        self.facts = facts
        self.many = many
        self.sessions = sessions

    def source(self) -> str:
        """Its part of function_app.py."""
        name = self.entity.replace("-", "_")
        template = MANY if self.many else ONE
        text = template.format(name=name, entity=self.entity, sessions=self.sessions)
        dead_letters = self.facts["plan"]["dead_letters"]
        if self.sessions and dead_letters:
            text += DRAIN.format(name=name, entity=self.entity, dead_letters=dead_letters)
        return text


def write_app(folder: Path, consumers: Sequence[Consumer], addresses: Mapping[str, Any], clock: Path) -> None:
    """Write function_app.py and host.json. clock: a file with the time."""
    deployed = {
        "addresses": addresses,
        "clock": str(clock),
        "facts": {one.entity: one.facts for one in consumers},
    }
    (folder / "deployed.json").write_text(json.dumps(deployed))
    (folder / "function_app.py").write_text(HEAD + "".join(one.source() for one in consumers))
    (folder / "host.json").write_text(json.dumps({"version": "2.0"}))
