"""Where a tool is, and what a test does when it is not there."""

import os
from pathlib import Path

from tests.tools.catalogue import TOOLS

REQUIRE = "CLOUDLESS_REQUIRE_TOOLS"
"""Set to 1 (by `make test-all`), a missing tool fails the test instead of skipping it."""
LEAVE = "CLOUDLESS_LEAVE_TOOLS"
"""Set to 1 (by `make test`), whatever needs a tool is skipped, be it here or not: each machine tests the same."""


class Missing(Exception):
    """A tool is not on this machine; the message is one line and ends with the command that installs it."""


def find(name: str) -> Path:
    """Return the path of a tool, as described in `catalogue.TOOLS`.

    Raises Missing, or KeyError for a name that is not in the catalogue.
    """
    tool = TOOLS[name]
    path = tool.locate()
    if path is None:
        raise Missing(f"{name} is missing ({tool.purpose}): {tool.install}")
    return path


def require(name: str) -> Path:
    """Return the path of a tool; without it skip the running test visibly (fail it under `make test-all`)."""
    import pytest

    if os.environ.get(LEAVE) == "1":
        pytest.skip(f"{name} ({TOOLS[name].purpose}) is for `make test-all`", allow_module_level=True)
    try:
        return find(name)
    except Missing as missing:
        if os.environ.get(REQUIRE) == "1":
            pytest.fail(str(missing), pytrace=False)
        pytest.skip(str(missing), allow_module_level=True)
