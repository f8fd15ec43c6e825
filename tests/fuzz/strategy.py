"""The generator for hypothesis: it draws the decisions as bytes, and shrinks them as it shrinks bytes."""

from __future__ import annotations

from hypothesis import strategies as st

from cloudless.conformance.orchestrations.world import World
from tests.fuzz.choices import Repeated
from tests.fuzz.program import Program
from tests.fuzz.trial import made

MOST = 4_096
"""Bytes of one example: where they end, all further decisions are the simplest."""


def programs() -> st.SearchStrategy[tuple[Program, World]]:
    """Well-typed programs, each with a world."""
    return st.binary(max_size=MOST).map(lambda drawn: made(Repeated(drawn)))
