"""Suite: the base of every part of the contract.

`@needs("queue.delay")` says which capability a case tests: where the provider's table has a Gap for it, the case
is expected to fail, strictly: one that passes in spite of its Gap fails the suite. `@covers("failure", "crash")`
says which row of the contract, under which fault; `index.py` collects it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from typing import Any, ClassVar, TypeVar

import pytest

from cloudless.conformance.harness import Harness, Target

F = TypeVar("F", bound=Callable[..., Any])


def needs(*capabilities: str) -> Callable[[F], F]:
    """Name the capabilities without which a case cannot pass."""

    def mark(test: F) -> F:
        test.__dict__["needs"] = capabilities
        return test

    return mark


def covers(row: str, fault: str = "none") -> Callable[[F], F]:
    """Name the row of the contract, and the fault under which a case looks at it."""

    def mark(test: F) -> F:
        test.__dict__["covers"] = (row, fault)
        return test

    return mark


class Suite:
    """Part of the contract. A subclass gives a fixture `harness` and changes no test.

    entry: the application that its cases deploy.
    """

    entry: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        inherited = {name for base in cls.__mro__[1:] for name in vars(base) if name.startswith("test_")}
        changed = sorted(inherited & vars(cls).keys())
        if changed:
            raise TypeError(f"{cls.__name__} changes {changed[0]}: a provider declares a Gap, and never changes a test")

    @pytest.fixture(autouse=True)
    def _expect_gaps(self, request: pytest.FixtureRequest, harness: Harness) -> None:
        for capability in getattr(request.function, "needs", ()):
            gap = harness.gaps.get(capability)
            if gap is not None:
                reason = f"{harness.provider}: {capability} ({gap.kind}): {gap.reason}"
                request.applymarker(pytest.mark.xfail(strict=True, reason=reason))

    @pytest.fixture
    def target(self, harness: Harness, _expect_gaps: None) -> Generator[Target]:
        """The suite's application, deployed."""
        with harness.deploy(self.entry) as target:
            yield target

    def deploy(self, harness: Harness, seed: int) -> AbstractContextManager[Target]:
        """The suite's application once more, under another seed."""
        return harness.deploy(self.entry, seed=seed)


def notes(target: Target, handler: str) -> list[dict[str, Any]]:
    """What one handler noted, without its name."""
    return [
        {key: value for key, value in note.items() if key != "handler"}
        for note in target.journal()
        if note["handler"] == handler
    ]
