"""What checks and runs state machines: one process of each a session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.aws.tests.asl.oracles import ministack, moto, statics
from providers.aws.tests.stepfunctions import Jsonata, jsonata
from tests import tools


def modules() -> Path:
    """The node_modules with jsonata and asl-validator."""
    return tools.require("stepfunctions-npm").parents[1]


@pytest.fixture(scope="session")
def node() -> Iterator[statics.Node]:
    """For oracles.statics."""
    with statics.Node(modules()) as running:
        yield running


@pytest.fixture(scope="session")
def engine() -> Iterator[Jsonata]:
    """The expressions of the model."""
    with jsonata() as running:
        yield running


@pytest.fixture(scope="session")
def on_moto() -> Iterator[moto.Moto]:
    with moto.Moto(tools.require("moto"), modules()) as running:
        yield running


@pytest.fixture(scope="session")
def on_ministack() -> Iterator[ministack.Ministack]:
    with ministack.running() as running:
        yield running
