"""What our runtime needs in the cloud beside itself, by what an application uses, and nothing that it does not use."""

from __future__ import annotations

from collections.abc import Iterator

from cloudless.ir import JWT, Application, Endpoint, Event, Function, Queue, Topic, TypeRef
from cloudless.ir.orchestration import Argument
from cloudless.ir.type import ENUM, OPAQUE, RECORD, Type

PYDANTIC = "pydantic>=2.7"
CRONSIM = "cronsim>=2.6"
TZDATA = "tzdata"
PYJWT = "PyJWT[crypto]>=2.13"


def requirements(application: Application) -> tuple[str, ...]:
    """Requirements as of PEP 508, in order of name; the same as in our pyproject.toml."""
    found: list[str] = []
    if any(one.cron for one in application.schedules):
        found += [CRONSIM, TZDATA]
    if any(one.auth.kind == JWT for one in application.endpoints):
        found.append(PYJWT)
    if _needs_pydantic(application):
        found.append(PYDANTIC)
    return tuple(sorted(found, key=str.lower))


def _needs_pydantic(application: Application) -> bool:
    return any(one.pydantic for one in _wire_types(application)) or any(map(_is_rich, _step_types(application)))


def _wire_types(application: Application) -> Iterator[TypeRef]:
    """Types of all that is encoded or decoded for a handler."""
    carriers: list[Queue | Topic | Event] = [*application.queues, *application.topics, *application.events]
    yield from (one.body for one in carriers)
    answering: list[Function | Endpoint] = [*application.functions, *application.endpoints]
    yield from (one.result for one in answering)
    for config in application.configs:
        yield config.type
    for handler in application.handlers:
        yield from (one.type for one in handler.parameters if one.type is not None)


def _step_types(application: Application) -> Iterator[Type]:
    """Types of what starts orchestrations, and of what they give to and get from steps."""
    for one in application.orchestrations:
        yield from _signature(one.parameters, one.result)
    for pure in application.pures:
        yield from _signature(pure.parameters, pure.result)


def _signature(parameters: tuple[Argument, ...], result: Type) -> Iterator[Type]:
    yield from (one.type for one in parameters)
    yield result


def _is_rich(type: Type | None) -> bool:
    """Whether its codec is pydantic's."""
    return type is not None and (type.kind in {RECORD, ENUM, OPAQUE} or _is_rich(type.of))
