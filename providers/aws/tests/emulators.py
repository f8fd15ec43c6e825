"""ministack, as a process of ours on loopback, and the environment in which AWS's SDK finds a server on loopback."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests import tools

ROOT = Path(__file__).parents[3]
PATHS = (ROOT, ROOT / "providers" / "aws")
"""What a bundle would hold: the core and this provider."""
HOST = "127.0.0.1"
REGION = "us-east-1"
ACCOUNT = "000000000000"


@contextmanager
def ministack() -> Generator[str]:
    """Run ministack (SQS, DynamoDB); gives its URL."""
    port = tools.free_port()
    with tools.serve([tools.require("ministack")], {"BIND_HOST": HOST, "GATEWAY_PORT": str(port)}, port=port):
        yield f"http://{HOST}:{port}"


def environment(url: str, sqs_url: str) -> dict[str, str]:
    """AWS's own variables: clients talk to `url`, those of SQS to `sqs_url`. The credentials are made up."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ENDPOINT_URL_SQS": sqs_url,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
