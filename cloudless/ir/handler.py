"""Code of the user's that a cloud runs, and what it may do."""

from __future__ import annotations

from typing import Any

from cloudless.ir.native import Native
from cloudless.ir.span import Span
from cloudless.node import field, node


@node(kw_only=True)
class TypeRef:
    """name: as people write it, e.g. "Order". pydantic: whether its codec needs pydantic in the bundle."""

    name: str
    pydantic: bool = False


@node(kw_only=True)
class Parameter:
    """kind: one of the constants of cloudless.runtime.plan ("body", "message", "context", "value" …).

    type: of a "value", and of what a request holds; None for the others. required: False where the function has a
    default, or (nullable) takes None where a request has no such value. key: name in the query, header or cookie.
    """

    name: str
    kind: str
    type: TypeRef | None = None
    required: bool = True
    nullable: bool = False
    key: str = ""


@node(kw_only=True, order=True)
class Grant:
    """What a handler may do: a verb on a resource, with every place in the code that asked for it.

    verb: "send", "publish", "invoke", "invoke_later", "read", "peek", "redrive", "native", "start", "control" (of
    executions: ask, list, cancel). noun: "queue", "topic", "function", "secret", "orchestration", "event".
    name: of the resource.
    """

    noun: str
    name: str
    verb: str
    spans: tuple[Span, ...] = ()


@node(kw_only=True)
class Handler:
    """module, qualname: where the function is found. memory_mb: of the function, 128 to 4,096.

    min_instances: kept warm, 0 to 100.
    """

    name: str
    module: str
    qualname: str
    parameters: tuple[Parameter, ...] = ()
    is_async: bool = False
    timeout_s: float = 60
    memory_mb: int = 256
    min_instances: int = 0
    grants: tuple[Grant, ...] = ()
    native: Native = field(default_factory=dict[str, Any])
    span: Span


@node(kw_only=True)
class Retry:
    """cloudless.Retry in seconds. on: names of exception classes, as "module:QualName"."""

    attempts: int = 5
    delay_s: float = 1
    factor: float = 2
    max_delay_s: float = 600
    on: tuple[str, ...] = ("builtins:Exception",)
