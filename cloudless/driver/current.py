"""Which cloud a client call goes to, and on whose behalf.

One context variable holds a plain tuple, because it is set and read once a delivery. A deployed
function has one cloud for the life of its process (`serve_from`), which threads started by user code
see as well; `simulate` and `connect` set it for their block.
"""

from __future__ import annotations

from contextvars import ContextVar
from os import environ

from cloudless.errors import NoProvider, hidden

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Token

    from cloudless.driver.provider import Cloud
    from cloudless.message import Envelope

    Here = tuple[Cloud, str | None, Envelope | None]
    """The cloud; the running handler's name, None outside of one; the message or call that it handles."""
else:
    Here = tuple

__tracebackhide__ = hidden
HERE: ContextVar[Here] = ContextVar("cloudless")
_process: list[Here] = []
_finders: list[Callable[[], Here | None]] = []


def here() -> Here:
    """The current cloud, handler and cause; raises NoProvider where there is none."""
    found = HERE.get(None)
    return _fallback() if found is None else found


def use(cloud: Cloud) -> Token[Here]:
    """Send client calls of this context to `cloud`, until the token is given to `leave`."""
    return HERE.set((cloud, None, None))


def leave(token: Token[Here]) -> None:
    """Undo one `use`."""
    HERE.reset(token)


def serve_from(cloud: Cloud) -> None:
    """Make `cloud` the cloud of this process: a deployed function calls it once, at start."""
    _process[:] = [(cloud, None, None)]


def find_with(finder: Callable[[], Here | None]) -> None:
    """Ask `finder` before giving up; `cloudless.connection` registers the one that reads CLOUDLESS_STAGE."""
    if finder not in _finders:
        _finders.append(finder)


def _fallback() -> Here:
    if _process:
        return _process[0]
    if environ.get("CLOUDLESS_STAGE"):
        from importlib import import_module

        import_module("cloudless.connection")  # registers its finder; by name, because drivers know nothing above them
    for finder in _finders:
        found = finder()
        if found is not None:
            return found
    raise NoProvider(
        "this call needs a cloud, and there is none here. "
        'In a program: `with cloudless.connect("prod"):` around it, or set CLOUDLESS_STAGE=prod. '
        "In a test: `with cloudless.testing.simulate(app) as cloud:` around it."
    )
