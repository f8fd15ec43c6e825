"""Names of variables: each is unique in its machine, since a branch may not assign what a scope around it assigns.

https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
"""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager

from cloudless_aws.compile.asl.jsonata import FUNCTIONS

LENGTH_MAX = 80
SENDER = "from"
"""The variable of who started the execution."""
REST = "rest"
"""In an expression: what remains of a division."""
PLATFORM = "platform"
"""The variable that knows the platform's errors: `failure.table`."""
_NO_WORD = re.compile(r"\W")


class Names:
    """Names of one state machine that are taken; those of functions from the start."""

    def __init__(self) -> None:
        self._taken = {*FUNCTIONS, "states", SENDER, PLATFORM, REST}
        self._last: dict[str, int] = {}

    def fresh(self, title: str) -> str:
        """A name that nothing else has, much like a title: "total", "total_2", "count_1"."""
        head = _NO_WORD.sub("_", title).lstrip("_0123456789")[: LENGTH_MAX - 8] or "value"
        name, serial = head, self._last.get(head, 1)
        while name in self._taken:
            serial += 1
            name = f"{head}_{serial}"
        self._last[head] = serial
        self._taken.add(name)
        return name


class Variables:
    """The variables of one orchestration that runs in a state machine, by their names in the IR. small: a few bytes."""

    def __init__(self, names: Names, small: frozenset[str] = frozenset()) -> None:
        self.names = names
        self.small = small
        self._known: dict[str, str] = {}

    def of(self, name: str) -> str:
        """The name in the state machine."""
        if name not in self._known:
            self._known[name] = self.names.fresh(name)
        return self._known[name]

    def take(self, name: str, known: str) -> None:
        """Let a variable of the IR be one that the state machine has."""
        self._known[name] = known

    @contextmanager
    def bound(self, name: str) -> Generator[str]:
        """Another name for a variable in a part of an expression: the item of a comprehension."""
        before = self._known.get(name)
        self._known[name] = self.names.fresh(name)
        try:
            yield self._known[name]
        finally:
            if before is None:
                del self._known[name]
            else:
                self._known[name] = before
