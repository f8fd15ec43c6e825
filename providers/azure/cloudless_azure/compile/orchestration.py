"""Where Durable Functions keeps executions: an account of its own, whose containers, queues and tables it makes itself.

https://learn.microsoft.com/en-us/azure/azure-functions/durable/durable-functions-azure-storage-provider
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless_azure import names
from cloudless_azure.compile.group import HUB
from cloudless_azure.compile.storage import account

if TYPE_CHECKING:
    from cloudless_azure.compile.ground import Ground


def orchestration(ground: Ground) -> None:
    """The account, where there are orchestrations."""
    if HUB in ground.needs:
        account(ground, names.HUB, comment="executions and their history, kept by Durable Functions")
