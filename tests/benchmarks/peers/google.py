"""Google's own: the client of Pub/Sub, and functions-framework."""

from __future__ import annotations

from tests.benchmarks.peers import Contestant, Peer

PEER = Peer(
    name="google",
    requirements=("google-cloud-pubsub==2.44.0", "functions-framework==3.10.2"),
    link="https://docs.cloud.google.com/pubsub/docs/publish-receive-messages-client-library",
    used="imported, and a client made: what a function pays before its first message",
    more="streaming, flow control, every call of the API",
    less="",
)
CONTESTANTS: tuple[Contestant, ...] = ()
FIRST: dict[str, str] = {}
IMPORTS = {
    "google-cloud-pubsub": ("from google.cloud import pubsub_v1", 0),
    "functions-framework": ("import functions_framework", 1),
}
"""Statements of a cold start, and the number of the requirement that they import."""
