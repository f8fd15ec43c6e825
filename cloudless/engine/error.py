"""Raised: an error of the language, inside of an engine."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cloudless.driver.error import Error


class Raised(Exception):
    """An error of the language on its way through the blocks of an orchestration."""

    def __init__(self, error: Error) -> None:
        super().__init__(error)
        self.error = error
