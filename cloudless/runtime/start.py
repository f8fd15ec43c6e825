"""The start of an instance: garbage is not looked for while its entry is imported. Imports leave none.

    import gc
    gc.disable()            # the entry's first statement; what `starting` decorates ends it

It is a tenth of a start, and more where much is imported.
"""

from __future__ import annotations

import gc
from functools import wraps
from os import environ

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, TypeVar

    C = TypeVar("C")
    H = TypeVar("H")
    Make = Callable[[Mapping[str, Any], C], H]
    """What makes a handler of the facts of its entry, and of its cloud. It imports the program."""


def starting(variable: str) -> Callable[[Make[C, H]], Make[C, H]]:
    """Afterwards garbage is looked for again, but never in what is there now.

    variable: of the environment, which the platform sets: elsewhere nothing is kept out.
    https://docs.python.org/3/library/gc.html#gc.freeze
    """

    def decorated(make: Make[C, H]) -> Make[C, H]:
        @wraps(make)
        def made(facts: Mapping[str, Any], cloud: C) -> H:
            try:
                return make(facts, cloud)
            finally:
                if variable in environ:
                    gc.freeze()
                gc.enable()

        return made

    return decorated
