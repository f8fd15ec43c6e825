"""PermissionDenied as people need it: what to write in the program, and what that gives in the cloud's IAM.

    AWS = Authority("AWS", is_theirs, forbidden="explicit deny")
    with AWS.needing(Grant("send", "queue", "orders", "sqs:SendMessage", "arn:…")): …

Part of a bundle: standard library only.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager

from cloudless.driver.current import HERE
from cloudless.driver.grant import use_of
from cloudless.errors import CloudlessError, NotFound, PermissionDenied

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping
    from typing import TypeVar

    A = TypeVar("A")

_STANDARD = frozenset({__file__, sys.modules["contextlib"].__file__ or ""})
_OURS = frozenset({"claim", "complete", "consume", "keep"})
"""Verbs of our runtime's own, which no program writes."""
_COMMANDS = f"{__file__.rpartition('driver')[0]}cli"
_INSTALLED = ("/site-packages/", "\\site-packages\\", "/dist-packages/")


class NotSignedIn(PermissionDenied):
    """There are no credentials here, or they are refused: whom no grant helps."""


class Grant:
    """What a call needs. verb, noun, name: of the permission, e.g. "send", "queue", "orders".

    action, resource: in the words of the cloud's IAM, e.g. "sqs:SendMessage" and an ARN.
    """

    __slots__ = ("action", "name", "noun", "resource", "verb")

    def __init__(self, verb: str, noun: str, name: str, action: str, resource: str) -> None:
        self.verb = verb
        self.noun = noun
        self.name = name
        self.action = action
        self.resource = resource


_NOBODY = "Give that to it: outside of a function nobody does"
_GIVEN = (
    "The build gives it that where its code or uses= mentions it, and for its own messages: deploy again, and see who "
    "else changes its role"
)


class Authority:
    """Who refuses. title: of the cloud, as people read it.

    is_theirs: whether a file is cloudless's or the provider's, and so no part of the program. forbidden: in the
    cloud's text where somebody forbids what no grant helps against; "" where that cannot be told. outside: how callers
    outside of a function get what they lack. inside: how a handler does; {use} stands for what its decorator takes.
    """

    __slots__ = ("_forbidden", "_inside", "_is_theirs", "_outside", "_title")

    def __init__(
        self,
        title: str,
        is_theirs: Callable[[str], bool],
        *,
        forbidden: str = "",
        outside: str = _NOBODY,
        inside: str = _GIVEN,
    ) -> None:
        self._title = title
        self._outside = outside
        self._inside = inside
        self._is_theirs = is_theirs
        self._forbidden = forbidden

    @contextmanager
    def needing(self, grant: Grant) -> Generator[None]:
        """Say what is missing where the cloud refuses access."""
        try:
            yield
        except PermissionDenied as problem:
            ours = self.denied(grant, problem)
            if ours is problem:
                raise
            raise ours from problem

    def address_of(self, addresses: Mapping[str, A], verb: str, noun: str, name: str) -> A:
        """The address of what a call is about; raises what `unknown` gives where there is none."""
        if name not in addresses:
            raise self.unknown(verb, noun, name, addresses)
        return addresses[name]

    def denied(self, grant: Grant, said: PermissionDenied) -> PermissionDenied:
        """The error of a refused call. said: the cloud's own; of NotSignedIn, which no grant helps, itself."""
        if isinstance(said, NotSignedIn):
            return said
        found = HERE.get(None)
        handler = found[1] if found else None
        who = f"handler {handler!r}" if handler else "this identity"
        ours = PermissionDenied(
            f"{who} may not {grant.verb} {grant.noun} {grant.name!r}{self._at()}: it lacks {grant.action} on "
            f"{grant.resource}. {self._remedy(grant, handler, str(said))}. {self._title} said: {said}"
        )
        ours.native = said.native or said
        return ours

    def unknown(self, verb: str, noun: str, name: str, known: Iterable[str]) -> CloudlessError:
        """The error of a call for which there is no address.

        A function has addresses of what its code mentions, and of nothing else: so a handler may not do that. Anybody
        else asks for what there is none of.
        """
        found = HERE.get(None)
        if found is None or found[1] is None:
            article = "an" if noun[0] in "aeio" else "a"
            return NotFound(f"this program has no address of {article} {noun} {name!r}; it has: {sorted(known)}")
        return PermissionDenied(
            f"handler {found[1]!r} may not {verb} {noun} {name!r}{self._at()}: its code does not mention it. "
            f"Mention it in the handler, or add uses=[{use_of(verb, name)}] to its decorator, then build and deploy"
        )

    def _remedy(self, grant: Grant, handler: str | None, said: str) -> str:
        if self._forbidden and self._forbidden in said:
            return "A policy of the account forbids it, against which no grant helps: ask who looks after the account"
        if handler is None:
            return self._outside
        if grant.verb in _OURS:
            return "The build gives it that, without being asked: deploy again, and see who else changes its role"
        return self._inside.format(use=f"uses=[{use_of(grant.verb, grant.name)}]")

    def _at(self) -> str:
        """The line of the program that made the call; "" where another thread or one of our commands made it."""
        frame = sys._getframe(1)
        while frame.f_back is not None and self._is_on_the_way(frame.f_code.co_filename):
            frame = frame.f_back
        file = frame.f_code.co_filename
        is_nobodys = file.endswith(("threading.py", "thread.py")) or file.startswith(_COMMANDS)
        return "" if is_nobodys or self._is_on_the_way(file) else f" ({file}:{frame.f_lineno})"

    def _is_on_the_way(self, file: str) -> bool:
        if file.startswith(_COMMANDS):
            return False
        return file in _STANDARD or self._is_theirs(file) or any(part in file for part in _INSTALLED)
