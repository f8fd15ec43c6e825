"""What a handler's parameters receive, by their annotations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, get_args, get_origin

from cloudless.frontend.types import type_ref
from cloudless.ir import Parameter
from cloudless.message import Message, is_context
from cloudless.runtime.plan import BODIES, BODY, CONTEXT, DUE, MESSAGE, MESSAGES, VALUE

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
