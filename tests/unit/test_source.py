"""Where declarations stand: the line that Python itself would name, whoever's code it was."""

from __future__ import annotations

import sys
from typing import Any

from cloudless import App
from cloudless.source import Place


def test_each_line_of_a_call_over_several_is_the_one_that_python_names() -> None:
    found = [
        (Place(sys._getframe()), sys._getframe().f_lineno),
        (Place(sys._getframe()),
         sys._getframe().f_lineno - 1),
    ]  # fmt: skip
    assert [place.line for place, _ in found] == [line for _, line in found]


def test_code_that_is_gone_leaves_its_lines_behind() -> None:
    for line in range(1, 40):
        scope: dict[str, Any] = {"app": App("shop")}
        text = "\n" * (line - 1) + "queue = app.queue('orders')"
        exec(compile(text, "shop.py", "exec"), scope)
        place: Place = scope["queue"].place
        assert str(place) == f"shop.py:{line}"
