"""The table of known differences is true: whoever is not in a row is right there, and whoever is in it is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sfnx import testing

from providers.aws.tests.asl.oracles import local, ministack, modelled, moto
from providers.aws.tests.asl.oracles.functions import Answer, Ended, Invocation
from providers.aws.tests.asl.oracles.known import KNOWN, MINISTACK, MOTO, SFNX, Known, Told, told
from providers.aws.tests.stepfunctions import Jsonata, Refused

ROWS = pytest.mark.parametrize("row", KNOWN, ids=lambda row: row.name)


def pay(invocation: Invocation) -> Answer:
    return Answer({"v": invocation.payload["x"]})


@ROWS
def test_the_model_is_right(row: Known, engine: Jsonata) -> None:
    assert told(_run(lambda: modelled.run(row.document, row.given or {}, pay, engine))) == row.right


@ROWS
def test_sfnx_differs_where_it_is_known_to(row: Known) -> None:
    assert told(_run(lambda: local.run(row.document, row.given or {}, pay))) == row.otherwise.get(SFNX, row.right)


def _run(run: Callable[[], Ended]) -> Ended:
    try:
        return run()
    except (testing.InvalidDefinition, testing.Unsupported, Refused):
        return Ended("REFUSED")


@ROWS
def test_moto_differs_where_it_is_known_to(row: Known, on_moto: moto.Moto) -> None:
    assert _refused(told(on_moto.run(row.document, row.given or {}, pay))) == row.otherwise.get(MOTO, row.right)


@ROWS
def test_ministack_differs_where_it_is_known_to(row: Known, on_ministack: ministack.Ministack) -> None:
    found = told(on_ministack.run(row.document, row.given or {}, pay))
    assert _refused(found) == row.otherwise.get(MINISTACK, row.right)


def _refused(found: Told) -> Told:
    return Told("REFUSED") if found.status == "REFUSED" else found


def test_a_difference_differs() -> None:
    assert [row.name for row in KNOWN for other in row.otherwise.values() if other == row.right] == []
