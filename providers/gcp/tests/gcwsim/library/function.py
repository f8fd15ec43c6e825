"""What a function of the standard library is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from providers.gcp.tests.gcwsim.errors import Raised, Unspecified, raised
from providers.gcp.tests.gcwsim.pages import STDLIB
from providers.gcp.tests.gcwsim.value import type_of


@dataclass(frozen=True, slots=True)
class Function:
    """parameters: names in their order; the first `required` must be given.

    apply: called with the values, after the run where needs_run. is_blocking: only for call steps; apply is called
    with the frame and the arguments by name, and gives a strand's body.
    """

    name: str
    parameters: tuple[str, ...]
    required: int
    apply: Callable[..., Any]
    needs_run: bool = False
    is_blocking: bool = False

    @property
    def page(self) -> str:
        return page_of(self.name)


def page_of(name: str) -> str:
    """Where a function is documented."""
    return f"{STDLIB}/{name.replace('.', '/')}" if "." in name else f"{STDLIB}/expression-helpers"


def function(name: str, parameters: str, apply: Callable[..., Any], **flags: bool) -> Function:
    """parameters: "source start [end]", optional ones last and in brackets."""
    words = parameters.split()
    required = sum(1 for word in words if not word.startswith("["))
    return Function(name, tuple(word.strip("[]") for word in words), required, apply, **flags)


def must_be(value: Any, kind: str, what: str) -> None:
    """Raise TypeError unless a value has a type. kind: "string"; several: "integer double"."""
    if type_of(value) not in kind.split():
        raise wrong_type(what, value)


def wrong_type(what: str, value: Any) -> Raised:
    return raised("TypeError", f"{what} does not take a value of type {type_of(value)}")


def wrong_value(what: str) -> Raised:
    return raised("ValueError", what)


def unspecified(name: str, what: str) -> Unspecified:
    """What the page of a function does not say."""
    return Unspecified(f"{name}: {what}", page_of(name))
