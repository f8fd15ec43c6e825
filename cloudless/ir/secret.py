"""Secrets and configuration of an application."""

from __future__ import annotations

from typing import Any

from cloudless.ir.handler import TypeRef
from cloudless.ir.native import Existing, JsonValue
from cloudless.ir.span import Span
from cloudless.node import field, node


@node(kw_only=True)
class Secret:
    """Only its name is known here; its value never is."""

    name: str
    existing: Existing = field(default_factory=dict[str, Any])
    span: Span


@node(kw_only=True)
class Config:
    """default: as JSON; required where there is none (`has_default` is False)."""

    name: str
    type: TypeRef
    default: JsonValue = None
    has_default: bool = False
    span: Span
