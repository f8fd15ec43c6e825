"""The real Terraform, with stand-ins for its plugins: nothing is created anywhere."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager

import pytest

from tests import documents
from tests.tools.require import require


@contextmanager
def stand_ins() -> Generator[Mapping[str, str]]:
    """The environment in which `terraform` finds them; the running test is skipped where there are none."""
    require("terraform")
    for name in ("grpc", "msgpack"):
        pytest.importorskip(name)
    with documents.stand_ins() as environ:
        yield environ
