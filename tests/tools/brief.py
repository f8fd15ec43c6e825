"""Fewer examples of each property, where another run tries them all: a pytest plugin.

pytest -p tests.tools.brief

For interpreters on which everything is tested once more: a difference between two shows in the first examples. Tests
that say themselves how many they need have as many.
"""

import os

import pytest

EXAMPLES = 20


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Ask for few: the default of hypothesis, and what tests.hostile reads when it is imported."""
    from hypothesis import settings  # its own plugin has to be there before it is

    os.environ.setdefault("CLOUDLESS_EXAMPLES", str(EXAMPLES))
    settings.register_profile("brief", max_examples=EXAMPLES)
    settings.load_profile("brief")
