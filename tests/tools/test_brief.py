"""`-p tests.tools.brief`: few examples, drawn as before."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.hostile.effort import VARIABLE
from tests.tools.brief import EXAMPLES, pytest_configure


@pytest.fixture
def before(monkeypatch: pytest.MonkeyPatch) -> Iterator[settings]:
    """The profile of this run, which the others go on with."""
    monkeypatch.setenv(VARIABLE, "")
    monkeypatch.delenv(VARIABLE)
    found = settings.get_current_profile_name()
    yield settings.get_profile(found)
    settings.load_profile(found)


def test_there_are_few_examples_and_all_else_is_as_before(before: settings) -> None:
    pytest_configure()
    few = settings.get_profile(settings.get_current_profile_name())
    assert few.max_examples == EXAMPLES
    assert (few.derandomize, few.deadline) == (before.derandomize, before.deadline)


def test_who_asks_for_more_has_more(before: settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "1000")
    pytest_configure()
    assert os.environ[VARIABLE] == "1000"
