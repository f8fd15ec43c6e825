"""The real Terraform, with stand-ins for its plugins: nothing is created anywhere."""

from __future__ import annotations

import importlib.util
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.tools.require import require

TOOL = Path(__file__).parents[4].parent / "shared" / "tools" / "tfstub.py"


@contextmanager
def stand_ins() -> Generator[dict[str, str]]:
    """The environment in which `terraform` finds them; the running test is skipped where there are none."""
    require("terraform")
    if not TOOL.exists():
        pytest.skip(f"{TOOL} is missing: it stands in for the plugins of Terraform")
    for name in ("grpc", "msgpack"):
        pytest.importorskip(name)
    spec = importlib.util.spec_from_file_location("tfstub", TOOL)
    assert spec and spec.loader
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    providers: AbstractContextManager[dict[str, str]] = module.providers()
    with providers as environ:
        yield environ
