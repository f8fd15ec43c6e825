"""Microsoft's own: the client of Service Bus, and the programming model of Functions."""

from __future__ import annotations

from tests.benchmarks.peers import Contestant, Peer

PEER = Peer(
    name="azure",
    requirements=("azure-servicebus==7.15.0", "azure-functions==1.26.0"),
    link="https://learn.microsoft.com/en-us/python/api/overview/azure/servicebus-readme",
    used="imported: what a function pays before its first message",
    more="every call of the API",
    less="",
)
CONTESTANTS: tuple[Contestant, ...] = ()
FIRST: dict[str, str] = {}
IMPORTS = {
    "azure-servicebus": ("from azure.servicebus import ServiceBusClient", 0),
    "azure-functions, an app": ("import azure.functions as f; f.FunctionApp()", 1),
}
"""Statements of a cold start, and the number of the requirement that they import."""
