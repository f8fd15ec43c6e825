"""The messages that the worker library exchanges with a host, as plain classes.

The library takes the module of its messages as an argument, so that neither grpc nor protobuf is needed. Names and
fields are those of https://github.com/Azure/azure-functions-language-worker-protobuf. A field that is not set is None.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class _Message:
    """alternatives: fields of which one is set; defaults: what stands in for absent ones."""

    alternatives: tuple[str, ...] = ()
    defaults: dict[str, Callable[[], Any]] = {}  # noqa: RUF012  (read only)

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update({name: make() for name, make in self.defaults.items()})
        self.__dict__.update(fields)
        self._set = [name for name in self.alternatives if fields.get(name) is not None]

    def WhichOneof(self, _: str) -> str | None:  # noqa: N802  (protobuf's name)
        return self._set[-1] if self._set else None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name[0].isupper():
            raise AttributeError(name)
        return None


class TypedData(_Message):
    alternatives = (
        "string", "json", "bytes", "stream", "http", "int", "double", "collection_bytes", "collection_string",
        "collection_double", "collection_sint64", "model_binding_data",
    )  # fmt: skip


class ParameterBinding(_Message):
    alternatives = ("data", "rpc_shared_memory")


class TraceContext(_Message):
    defaults = {"attributes": dict, "trace_parent": str, "trace_state": str}  # noqa: RUF012


class RetryContext(_Message):
    defaults = {"retry_count": int, "max_retry_count": int, "exception": _Message}  # noqa: RUF012


class InvocationRequest(_Message):
    defaults = {  # noqa: RUF012
        "input_data": list, "trigger_metadata": dict, "trace_context": TraceContext, "retry_context": RetryContext,
    }  # fmt: skip


class RpcHttp(_Message):
    defaults = {  # noqa: RUF012
        "method": str, "url": str, "headers": dict, "params": dict, "query": dict, "body": TypedData, "cookies": list,
    }  # fmt: skip


class _SameSite:
    """The enumeration; its member None needs setattr."""

    Lax = 1
    Strict = 2
    ExplicitNone = 3


setattr(_SameSite, "None", 0)


class RpcHttpCookie(_Message):
    SameSite = _SameSite


class NullableString(_Message): ...


class NullableBool(_Message): ...


class NullableDouble(_Message): ...


class NullableTimestamp(_Message): ...


class Timestamp(_Message): ...


class StatusResult(_Message):
    Success = 1
    Failure = 0


class BindingInfo(_Message):
    inout = 2
    out = 1
    undefined = 0


class WorkerInitRequest(_Message):
    defaults = {"capabilities": dict}  # noqa: RUF012


class CollectionBytes(_Message): ...


class CollectionString(_Message): ...


class FunctionLoadRequest(_Message): ...


class FunctionLoadResponse(_Message): ...


class FunctionMetadataResponse(_Message): ...


class InvocationResponse(_Message): ...


class RpcException(_Message): ...


class RpcFunctionMetadata(_Message): ...


class RpcRetryOptions(_Message): ...


class StreamingMessage(_Message): ...


class WorkerInitResponse(_Message): ...


class WorkerMetadata(_Message): ...
