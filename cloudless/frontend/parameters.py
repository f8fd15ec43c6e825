"""What a handler's parameters receive, by their annotations."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from cloudless.frontend.types import type_ref
from cloudless.http import Mark
from cloudless.ir import Parameter
from cloudless.message import Message, is_context
from cloudless.request import Request
from cloudless.runtime.arguments import BODY as BODY_JSON
from cloudless.runtime.arguments import HEADER, IDENTITY, PATH, QUERY, RAW, REQUEST, is_mark
from cloudless.runtime.plan import BODIES, BODY, CONTEXT, DUE, MESSAGE, MESSAGES, VALUE
from cloudless.text import value_type, without_none

EMPTY = object()
"""The annotation of a parameter that has none."""


def is_message(hint: Any) -> bool:
    """Whether an annotation is `Message` or `Message[…]`."""
    return hint is Message or get_origin(hint) is Message


def consumed(hint: Any, batch: bool) -> str:
    """The kind of a consumer's or subscriber's parameter. batch: whether it takes several messages."""
    if is_context(hint):
        return CONTEXT
    if is_message(hint):
        return MESSAGE
    if batch and (hint is list or get_origin(hint) is list):
        return MESSAGES if any(is_message(part) for part in get_args(hint)) else BODIES
    return BODY


def scheduled(hint: Any) -> str:
    """The kind of a schedule's parameter; BODY where a schedule has nothing of that type to give."""
    if is_context(hint):
        return CONTEXT
    return DUE if hint is datetime else BODY


class Signature:
    """Parameters of a function: (name, annotation, required) in order.

    stars: `*` and `**`, as far as it takes such, to the names of the parameters.
    """

    def __init__(self, function: Callable[..., Any], hints: Mapping[str, Any]) -> None:
        code = function.__code__
        count, keywords = code.co_argcount, code.co_kwonlyargcount
        names = code.co_varnames[: count + keywords]
        defaulted = set(names[count - len(function.__defaults__ or ()) : count])
        defaulted |= set(function.__kwdefaults__ or ())
        self.parameters = [(name, hints.get(name, EMPTY), name not in defaulted) for name in names]
        self.keyword_only = frozenset(names[count:])
        self.positional_only = frozenset(names[: code.co_posonlyargcount])
        stars = [star for star, flag in (("*", 0x04), ("**", 0x08)) if code.co_flags & flag]
        self.stars = dict(zip(stars, code.co_varnames[len(names) :], strict=False))


def consumer_parameters(signature: Signature, batch: bool) -> tuple[Parameter, ...]:
    """Parameters of a consumer or subscriber; one with a default that could be a body keeps its default."""
    kinds = [(name, consumed(hint, batch), required) for name, hint, required in signature.parameters]
    return tuple(Parameter(name=name, kind=kind) for name, kind, required in kinds if required or kind != BODY)


def schedule_parameters(signature: Signature) -> tuple[Parameter, ...]:
    """Parameters of a schedule."""
    kinds = [(name, scheduled(hint), required) for name, hint, required in signature.parameters]
    return tuple(Parameter(name=name, kind=kind) for name, kind, required in kinds if required or kind != BODY)


def function_parameters(signature: Signature) -> tuple[Parameter, ...]:
    """Parameters of a function: each is an argument by name, but for Context."""
    return tuple(
        Parameter(name=name, kind=CONTEXT)
        if is_context(hint)
        else Parameter(name=name, kind=VALUE, type=type_ref(None if hint is EMPTY else hint), required=required)
        for name, hint, required in signature.parameters
    )


def endpoint_parameters(signature: Signature, path: Sequence[str]) -> tuple[Parameter, ...]:
    """Parameters of an endpoint. path: names of the parameters in its path."""
    return tuple(_requested(name, hint, required, path) for name, hint, required in signature.parameters)


def _requested(name: str, hint: Any, required: bool, path: Sequence[str]) -> Parameter:
    mark = mark_of(hint)
    kind = requested(name, hint, path)
    key = (mark.key if mark else "") or (name.replace("_", "-") if kind == HEADER else name)
    if kind == HEADER:
        key = key.lower()
    if kind in (CONTEXT, REQUEST, IDENTITY):
        return Parameter(name=name, kind=kind)
    takes_none = kind not in (PATH, BODY_JSON, RAW) and without_none(_inner(hint)) is not _inner(hint)
    inner = hint if hint is EMPTY else value_type(hint, is_mark=is_mark)
    return Parameter(
        name=name,
        kind=kind,
        type=type_ref(None if inner is EMPTY else inner),
        required=required and not takes_none,
        nullable=required and takes_none,
        key=key,
    )


def requested(name: str, hint: Any, path: Sequence[str]) -> str:
    """Where an endpoint's parameter comes from: one of the kinds of runtime/arguments.py, or CONTEXT."""
    mark = mark_of(hint)
    if mark is not None:
        return mark.kind
    if is_context(hint):
        return CONTEXT
    if hint is Request:
        return REQUEST
    if name in path:
        return PATH
    if without_none(_inner(hint)) is bytes:
        return RAW
    return QUERY if is_text(without_none(hint)) else BODY_JSON


def mark_of(hint: Any) -> Mark | None:
    """The mark in `Annotated[…]`, the first one; None where there is none."""
    return next((one for one in getattr(hint, "__metadata__", ()) if isinstance(one, Mark)), None)


def _inner(hint: Any) -> Any:
    return hint.__origin__ if hasattr(hint, "__metadata__") else hint


def is_text(kind: Any) -> bool:
    """Whether a type is one that text can hold, as in a query: str, numbers, bool, UUID, dates, enums, Literal."""
    kind = _inner(kind)
    kind = getattr(kind, "__supertype__", kind)  # a NewType
    if get_origin(kind) is Literal:
        return True
    parts = get_args(kind)
    if isinstance(kind, UnionType) or get_origin(kind) is Union:
        return all(is_text(part) for part in parts if part is not NoneType)
    return isinstance(kind, type) and not parts and issubclass(kind, _texts())


_TEXTS = (str, int, float, date, time, timedelta)
_TEXTS_ELSEWHERE = (("decimal", "Decimal"), ("enum", "Enum"), ("uuid", "UUID"))
"""Those whose modules are not imported before the user does: 5 ms of a test run."""


def _texts() -> tuple[type, ...]:
    found = ((sys.modules.get(module), name) for module, name in _TEXTS_ELSEWHERE)
    return (*_TEXTS, *(getattr(module, name) for module, name in found if module is not None))
