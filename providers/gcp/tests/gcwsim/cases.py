"""How the tests of the model are written: a definition, what it is given, what comes of it, and who says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from providers.gcp.tests.gcwsim.definition import problems
from providers.gcp.tests.gcwsim.errors import INVALID, UNSPECIFIED, Unspecified
from providers.gcp.tests.gcwsim.exchange import ConnectionFailed, Request, Response
from providers.gcp.tests.gcwsim.run import run
from providers.gcp.tests.gcwsim.value import is_list, is_map

NOTHING: Any = object()
SEEDS = (0, 1, 2)
"""In order, and in two hostile ones: a case holds in all of them."""


@dataclass(frozen=True)
class Case:
    """claim: the test's name. page: where it is written.

    One of: result, of a success; raised, what nobody caught; tag, of an error of Workflows' own; refused or open, part
    of the problem that keeps it from being deployed; unspecified, part of the reason.
    """

    claim: str
    page: str
    definition: Any
    argument: Any = None
    http: Callable[[], Callable[[Request], Response]] | None = None
    result: Any = NOTHING
    raised: Any = NOTHING
    tag: str = ""
    refused: str = ""
    open: str = ""
    unspecified: str = ""
    took_s: float | None = None

    def check(self) -> None:
        assert self.page.startswith("https://")
        if self.refused or self.open:
            self._check_problems()
            return
        assert problems(self.definition) == []
        for seed in SEEDS:
            self._check_run(seed)

    def _check_problems(self) -> None:
        found = problems(self.definition)
        code, text = (INVALID, self.refused) if self.refused else (UNSPECIFIED, self.open)
        assert any(one.code == code and text in one.message for one in found), found
        assert all(one.page.startswith("https://") for one in found)

    def _check_run(self, seed: int) -> None:
        http = self.http() if self.http is not None else None
        if self.unspecified:
            with pytest.raises(Unspecified, match=r"https://") as caught:
                run(self.definition, self.argument, http, seed=seed)
            assert self.unspecified in caught.value.reason
            return
        outcome = run(self.definition, self.argument, http, seed=seed)
        if self.result is not NOTHING:
            assert (outcome.state, _typed(outcome.result)) == ("SUCCEEDED", _typed(self.result)), outcome
        elif self.tag:
            assert (outcome.state, self.tag in outcome.tags) == ("FAILED", True), outcome
        else:
            assert (outcome.state, outcome.error) == ("FAILED", self.raised), outcome
        assert self.took_s is None or outcome.took_s == self.took_s


def _typed(value: Any) -> Any:
    """A value that differs where types do: 1 is not 1.0, nor true."""
    if is_map(value):
        return {key: _typed(one) for key, one in value.items()}
    return [_typed(one) for one in value] if is_list(value) else (type(value).__name__, value)


def id_of(case: Case) -> str:
    return case.claim.replace(" ", "-")


def value(text: str, **variables: Any) -> list[Any]:
    """A definition that returns an expression."""
    assigned = [{"given": {"assign": [{name: one} for name, one in variables.items()]}}] if variables else []
    return [*assigned, {"answer": {"return": f"${{{text}}}"}}]


def steps(**named: Any) -> list[Any]:
    """Steps by their names."""
    return [{name: one} for name, one in named.items()]


def assign(**variables: Any) -> dict[str, Any]:
    return {"assign": [{name: one} for name, one in variables.items()]}


def put(*pairs: tuple[str, Any]) -> dict[str, Any]:
    """Assignments to targets that are no names."""
    return {"assign": [{target: one} for target, one in pairs]}


def post(path: str = "", result: str = "r", **arguments: Any) -> dict[str, Any]:
    return {"call": "http.post", "args": {"url": f"https://server/{path}", **arguments}, "result": result}


def main(listed: list[Any], parameter: str = "args", **others: Any) -> dict[str, Any]:
    return {"main": {"params": [parameter], "steps": listed}, **others}


def answering(*answers: Response | Exception) -> Callable[[], Callable[[Request], Response]]:
    """A server that gives these answers, the last one for ever."""

    def new() -> Callable[[Request], Response]:
        left = list(answers)

        def answer(request: Request) -> Response:
            found = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(found, Exception):
                raise found
            return found

        return answer

    return new


def echoing(after_s: float = 0.0) -> Callable[[], Callable[[Request], Response]]:
    """A server that answers with the body."""
    return lambda: lambda request: Response(200, request.body, after_s=after_s)


LOST = ConnectionFailed("ConnectionError")
UNREACHABLE = ConnectionFailed()
