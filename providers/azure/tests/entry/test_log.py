"""Log lines of a function app: JSON where they are the user's or ours, as they were where they are Microsoft's."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from cloudless_azure.runtime.log import write_json


class Worker(logging.Handler):
    """What the worker puts on the root logger: it sends text to the host."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.sent.append(self.format(record))

    def start_app(self) -> None:
        """Begin as an entry does, alone on the root logger: handlers of pytest outlive a test, with their format."""
        root = logging.getLogger()
        before = [*root.handlers]
        root.handlers[:] = [self]
        write_json()
        root.handlers[:] = before


@pytest.fixture
def worker() -> Iterator[Worker]:
    handler = Worker()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


def test_lines_of_the_users_are_json(worker: Worker) -> None:
    worker.start_app()
    logging.getLogger("shop").warning("taken %d", 7)
    assert [json.loads(line)["message"] for line in worker.sent] == ["taken 7"]


@pytest.mark.parametrize("name", ["azure.functions", "azure.servicebus._pyamqp", "azure_functions_worker"])
def test_lines_of_microsofts_stay_as_they_are(worker: Worker, name: str) -> None:
    worker.setFormatter(logging.Formatter("%(name)s says %(message)s"))
    worker.start_app()
    logging.getLogger(name).warning("hello")
    assert worker.sent == [f"{name} says hello"]


def test_a_second_app_in_the_process_changes_nothing(worker: Worker) -> None:
    worker.start_app()
    worker.start_app()
    logging.getLogger("azure.functions").warning("hello")
    logging.getLogger("shop").warning("hello")
    assert [worker.sent[0], json.loads(worker.sent[1])["message"]] == ["hello", "hello"]
