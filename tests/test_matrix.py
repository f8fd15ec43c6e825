"""Examples on the in-memory cloud, and on Azure, AWS and Google Cloud as they are deployed, under the same faults.

Same answers, same calls of handlers, same dead letters: what is done to each stands in tests/matrix/programs.py.

On those each is built by `cloudless build`, with everything that it installs, and runs on stand-ins for the
platform: what is real and what is ours there stands in the provider's tests/test_conformance.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from providers.aws.tests.emulators import PATHS, ministack
from providers.aws.tests.running import Ground
from providers.aws.tests.stepfunctions import jsonata
from providers.azure.tests.functionshost.launcher import Zygote
from providers.azure.tests.storage import azurite
from providers.gcp.tests import emulators as google
from providers.gcp.tests.broker import warm_up
from providers.gcp.tests.running import Ground as GoogleGround
from tests import tools
from tests.hosting import launcher
from tests.matrix import aws, azure, gcp, memory
from tests.matrix.program import EXAMPLES, Played, Program
from tests.matrix.programs import PROGRAMS

pytestmark = pytest.mark.slow
Play = Callable[[Program, Path], Played]
"""Plays a program in a folder."""
Compare = Callable[[Program], None]


@pytest.fixture(scope="module")
def on_azure() -> Iterator[Play]:
    tools.require("azure-worker")
    with azurite() as storage, Zygote() as zygote:
        yield lambda program, folder: azure.played(program, folder, storage, zygote)


@pytest.fixture(scope="module")
def on_aws() -> Iterator[Play]:
    python = tools.require("awslambdaric")
    with (
        ministack() as url,
        launcher.Zygote(python, list(map(str, PATHS)), "providers.aws.tests.lambdas.worker") as zygote,
        jsonata() as engine,
    ):
        ground = Ground(url, zygote, engine)
        yield lambda program, folder: aws.played(program, folder, ground)


@pytest.fixture(scope="module")
def on_gcp() -> Iterator[Play]:
    python = tools.require("functions-framework").with_name("python")
    worker = "providers.gcp.tests.functions.worker"
    with (
        google.pubsub_emulator() as pubsub,
        google.firestore_emulator() as firestore,
        launcher.Zygote(python, list(map(str, google.PATHS)), worker) as zygote,
    ):
        warm_up(pubsub)
        ground = GoogleGround(pubsub, firestore, zygote)
        yield lambda program, folder: gcp.played(program, folder, ground)


@pytest.fixture(params=["azure", "aws", "gcp"])
def play(request: pytest.FixtureRequest) -> Play:
    """Plays on the cloud of the test's name."""
    tools.require("package-index")
    found: Play = request.getfixturevalue(f"on_{request.param}")
    return found


@pytest.fixture(scope="module")
def in_memory(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Program], Played]:
    """Plays a program in memory, once for all clouds."""
    played: dict[str, Played] = {}

    def play(program: Program) -> Played:
        if program.example not in played:
            played[program.example] = memory.played(program, tmp_path_factory.mktemp("matrix") / "memory")
        return played[program.example]

    return play


@pytest.fixture
def compare(in_memory: Callable[[Program], Played], play: Play, tmp_path: Path) -> Compare:
    """Plays a program in memory, and on a cloud."""

    def compare(program: Program) -> None:
        _must_be_same(program, in_memory(program), play(program, tmp_path))

    return compare


def _must_be_same(program: Program, expected: Played, found: Played) -> None:
    for step, one, other in zip(program.steps, expected.answers, found.answers, strict=True):
        assert other == one, step
    assert found.calls == expected.calls
    assert expected.calls


@pytest.mark.parametrize("example", PROGRAMS)
def test_an_example_does_the_same_as_in_memory(example: str, compare: Compare) -> None:
    """Answers, results, dead letters and calls of handlers, under the faults that its program has."""
    try:
        program = PROGRAMS[example]()
    except FileNotFoundError as lacking:
        pytest.skip(f"what is played is not here: {lacking.filename}")
    compare(program)


def test_every_example_that_has_tests_of_its_own_is_played() -> None:
    assert {path.parent.name for path in EXAMPLES.glob("*/cloudless.toml")} == PROGRAMS.keys()
