"""Nothing is logged: lines with lone surrogates would end pytest-xdist, which sends what was captured as UTF-8."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
