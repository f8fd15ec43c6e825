"""Microsoft's Azurite, its table service only, as a process of ours on loopback."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager

from cloudless_azure.clients.table import Table
from tests import tools

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The emulator's own, the same everywhere:
https://learn.microsoft.com/en-us/azure/storage/common/storage-use-azurite#well-known-storage-account-and-key
"""


@contextmanager
def azurite() -> Generator[str]:
    """Run Azurite; gives a connection string."""
    port = tools.free_port()
    program = tools.require("azurite").with_name("azurite-table")
    options = ["--inMemoryPersistence", "--silent", "--disableTelemetry", "--tablePort", str(port)]
    node = tools.require("node").parent
    with tools.serve([program, *options], {"PATH": f"{node}{os.pathsep}{os.environ['PATH']}"}, port=port):
        endpoint = f"TableEndpoint=http://127.0.0.1:{port}/{ACCOUNT};"
        yield f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};{endpoint}"


def make_table(name: str) -> None:
    """Make a table in the account of the environment's connection."""
    service = Table("Tables")
    status, _, answer = service._call("POST", "Tables", {"TableName": name})
    service.close()
    assert status in {201, 204}, answer


def clear_table(name: str) -> None:
    """Delete every row."""
    table = Table(name)
    _, _, answer = table._call("GET", f"{name}()")
    for row in answer["value"]:
        assert table.delete(row["PartitionKey"], "*")
    table.close()
