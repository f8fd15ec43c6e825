"""Every program of the corpus, on Durable's replay and on durabletask: the same as everywhere."""

from __future__ import annotations

import json
from collections.abc import Generator
from functools import cache
from pathlib import Path

import pytest

from cloudless.conformance.orchestrations.cases import Case, cases
from cloudless.conformance.orchestrations.module import loaded
from cloudless.conformance.orchestrations.observed import WAITING, Observed
from providers.azure.tests.durable.chaos import Chaos, CrashEverywhere, Hostile
from providers.azure.tests.durable.runner import Plain, Run
from providers.azure.tests.durable.sample import Sample, running

YEAR_S = 365 * 86_400


@cache
def definition_of(file: Path) -> Plain:
    with loaded(file.read_text("utf-8")) as module:
        return module.definition()


def title(case: Case) -> str:
    return case.name


@pytest.mark.fuzz
@pytest.mark.parametrize("case", cases(), ids=title)
def test_a_program_comes_to_the_same_in_any_order_and_through_crashes(case: Case) -> None:
    # Hostile without crashes, which shuffles as much, would fail where this one does.
    weather: tuple[Chaos, ...] = (Hostile(case.row, 0.2), Chaos(), CrashEverywhere())
    if (case.expected.end_s or 0) > YEAR_S:
        weather = weather[:1]  # some hundred turns
    with loaded(case.source) as module:
        for chaos in weather:
            observed = Run(module, definition_of(case.file), case.world, chaos).observed
            assert case.problems_of(observed) == [], type(chaos).__name__


SPEED = 10_000
"""Seconds of a program in one of the engine's."""
LONGEST_S = 10 * SPEED


def is_quick(case: Case) -> bool:
    """Whether a run is over soon, and nothing in it depends on what comes first in real time."""
    takes = [reply.takes_s for replies in case.world.replies.values() for reply in replies]
    depends = any(takes) or bool(case.world.events) or case.expected.outcome == WAITING
    return not depends and (case.expected.end_s or 0) <= LONGEST_S


SAMPLE = [case for case in cases() if is_quick(case)][::8]


class Answering:
    """What the engine's activity answers: one case after the other."""

    def __init__(self) -> None:
        self.case: Case = SAMPLE[0]

    def carry_out(self, request: Plain) -> str:
        args = request["args"] if request["verb"] == "call" else {"body": request["args"]["body"]}
        with loaded(self.case.source) as module:
            body = module.pure(request["target"], args)
        if body is None:
            body = self.case.world.reply(request["target"], args, request["ctx"]["attempt"]).body
        return json.dumps(body)


@pytest.fixture(scope="module")
def engine() -> Generator[tuple[Sample, Answering]]:
    answering = Answering()
    with running(answering.carry_out, speed=SPEED) as sample:
        yield sample, answering


@pytest.mark.parametrize("case", SAMPLE, ids=title)
def test_a_sample_comes_to_the_same_on_durabletask(case: Case, engine: tuple[Sample, Answering]) -> None:
    sample, answering = engine
    answering.case = case
    outcome = sample.execute(definition_of(case.file), case.world.input, case.name.replace(" ", ""))
    assert case.problems_of(Observed(outcome, case.expected.calls)) == []
