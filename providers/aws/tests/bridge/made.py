"""What was made of a build, as data: for whoever runs functions, event sources, schedules and state machines.

May import: the standard library.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Function:
    """A Lambda function. package, layers: zips. aliases: versions by name. provisioned: by alias. reserved: None: not.

    role, arn: ARNs; the function's own has no qualifier. log_group: its name.
    """

    name: str
    arn: str
    version: str
    handler: str
    runtime: str
    timeout_s: int
    memory_mb: int
    role: str
    package: Path
    layers: list[Path]
    environment: Mapping[str, str]
    log_group: str
    reserved: int | None = None
    aliases: dict[str, str] = field(default_factory=dict[str, str])
    provisioned: dict[str, int] = field(default_factory=dict[str, int])
    recursive: bool = False


@dataclass(frozen=True, slots=True)
class Queue:
    """An SQS queue. attributes: as SQS has them, texts, e.g. {"VisibilityTimeout": "180"}."""

    name: str
    arn: str
    url: str
    attributes: Mapping[str, str]

    @property
    def is_fifo(self) -> bool:
        return self.name.endswith(".fifo")


@dataclass(frozen=True, slots=True)
class Source:
    """An event source mapping. queue: its ARN. function: ARN, with the alias. concurrency: None: any."""

    uuid: str
    queue: str
    function: str
    batch_size: int
    window_s: int
    concurrency: int | None
    partial: bool


@dataclass(frozen=True, slots=True)
class Subscription:
    """Of a topic. endpoint: of protocol "sqs" the queue's ARN. filter: on attributes; None: everything passes."""

    arn: str
    topic: str
    protocol: str
    endpoint: str
    raw: bool
    filter: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Route:
    """Of an HTTP API. key: "POST /orders". function: ARN, with the alias."""

    key: str
    function: str
    timeout_ms: int


@dataclass(slots=True)
class Api:
    """An HTTP API. functions, timeouts: by integration. execution_arn: what permissions name. endpoint: its URL."""

    id: str
    execution_arn: str
    endpoint: str
    integrations: dict[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])
    routes: dict[str, Route] = field(default_factory=dict[str, Route])
    stages: set[str] = field(default_factory=set[str])


@dataclass(frozen=True, slots=True)
class Schedule:
    """Of EventBridge Scheduler. target: as the API has it: Arn, RoleArn, Input and so on."""

    arn: str
    group: str
    name: str
    expression: str
    timezone: str
    target: Mapping[str, Any]
    enabled: bool


@dataclass(slots=True)
class Machine:
    """A state machine. definition: its text. aliases: version ARNs by name. version: ARN of the one published now."""

    arn: str
    name: str
    role: str
    definition: str
    version: str
    aliases: dict[str, str] = field(default_factory=dict[str, str])
