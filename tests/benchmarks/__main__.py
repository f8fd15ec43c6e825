"""Run all benchmarks, or those named."""

from __future__ import annotations

import sys
from importlib import import_module

NAMES = (
    "messaging", "requests", "virtual_time", "importing", "processes", "compiling", "building", "exploring",
    "replaying", "functions", "lambdas", "cloudfunctions", "sending", "sending_pubsub",
    "sending_sqs", "soak", "watching",
)  # fmt: skip


def main(names: list[str]) -> None:
    for name in names or NAMES:
        import_module(f"tests.benchmarks.{name}").main()


main(sys.argv[1:])
