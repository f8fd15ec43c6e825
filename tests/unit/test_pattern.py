"""Expressions that are compiled when they are first asked."""

from __future__ import annotations

import re

import pytest

from cloudless.pattern import pattern


def test_it_answers_as_what_re_compiles() -> None:
    late, plain = pattern(r"(\w+)@(\w+)\Z", re.IGNORECASE), re.compile(r"(\w+)@(\w+)\Z", re.IGNORECASE)
    for text in ("me@here", "nobody", "x me@here"):
        assert bool(late.match(text)) is bool(plain.match(text))
        assert late.findall(text) == plain.findall(text)
    assert late.sub(r"\2", "me@here") == "here"
    assert (late.pattern, late.flags) == (plain.pattern, plain.flags)


def test_it_keeps_what_it_was_asked_for() -> None:
    late = pattern("a")
    assert late.match is late.match


def test_nothing_is_compiled_before() -> None:
    late = pattern("(")
    with pytest.raises(re.error, match="unterminated"):
        late.match("a")
