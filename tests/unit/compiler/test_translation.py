"""Orchestrations in the language of a cloud's own engine: all problems at once, and what is gone stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cloudless import App
from cloudless.compiler.definitions import Definitions, definitions_of
from cloudless.compiler.translation import Translation, checked, settings_of, translations
from cloudless.errors import DefinitionError
from cloudless.ir import Application, Diagnostic, Span
from tests.documents import program

UNFIT = Diagnostic("CL510", "too large", Span("app.py", 1), "make it less")


def shop(*, is_whole: bool = True) -> Application:
    app = App("shop")
    app.config("limit", int, default=5)

    @app.orchestration
    def kept() -> int:
        return 1

    if is_whole:

        @app.orchestration
        def gone() -> int:
            return 2

    return program(app)


def told(
    application: Application, name: str, settings: Mapping[str, Any], digest: str
) -> tuple[Translation, list[Any]]:
    return Translation(text=f"{name} {sorted(settings)} {digest[:4]}".encode()), []


def test_what_is_gone_stays_as_it_was_while_it_may_have_executions() -> None:
    before = definitions_of(shop(), {})
    after = definitions_of(shop(is_whole=False), {}, before.texts)
    made = translations(shop(is_whole=False), {"limit": 7}, after, told)
    assert made.keys() == {"kept", "gone"}
    assert made["kept"].text == f"kept ['limit'] {before.current['kept'][:4]}".encode()
    assert made["gone"].text == f"gone [] {before.current['gone'][:4]}".encode()


def test_problems_of_all_orchestrations_are_told_at_once() -> None:
    def wrong(
        application: Application, name: str, settings: Mapping[str, Any], digest: str
    ) -> tuple[Translation, list[Diagnostic]]:
        return Translation(text=b""), [UNFIT]

    with pytest.raises(DefinitionError) as caught:
        translations(shop(), {}, Definitions(), wrong)
    assert caught.value.problems == (UNFIT, UNFIT)


def test_problems_that_were_known_come_first() -> None:
    def make() -> Mapping[str, Translation]:
        raise DefinitionError([UNFIT])

    with pytest.raises(DefinitionError) as caught:
        checked([UNFIT], make)
    assert caught.value.problems == (UNFIT, UNFIT)
    with pytest.raises(DefinitionError):
        checked([UNFIT], dict)
    assert checked([], dict) == {}


def test_the_stage_goes_before_defaults() -> None:
    assert settings_of(shop(), {}) == {"limit": 5}
    assert settings_of(shop(), {"limit": 7}) == {"limit": 7}
