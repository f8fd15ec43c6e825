"""Statements of the IR → states."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloudless.ir.statement import (
    Break,
    Call,
    Check,
    Continue,
    FanOut,
    For,
    Gather,
    If,
    Let,
    Loop,
    Now,
    Raise,
    Return,
    Send,
    Sleep,
    Try,
    Uuid,
    Wait,
)
from cloudless.passes.states import flow, loop, step
from cloudless.passes.states.frame import Blocks, Frame
from cloudless.passes.states.labels import Label
from cloudless.passes.tree import Block


def block(statements: Block, after: Label, frame: Frame) -> Label:
    """The states of some statements; gives the label of the first one, or of what follows where there is none."""
    for one in reversed(statements):
        kind = type(one)
        after = SIMPLE[kind](one, after, frame) if kind in SIMPLE else NESTING[kind](one, after, frame, block)
    return after


SIMPLE: dict[type, Callable[[Any, Label, Frame], Label]] = {
    Break: flow.jump,
    Call: step.step,
    Check: flow.check,
    Continue: flow.jump,
    Let: flow.let,
    Now: step.step,
    Raise: flow.raise_,
    Return: flow.return_,
    Send: step.step,
    Sleep: step.step,
    Uuid: step.step,
    Wait: step.step,
}
NESTING: dict[type, Callable[[Any, Label, Frame, Blocks], Label]] = {
    FanOut: step.fan_out,
    For: loop.for_,
    Gather: step.gather,
    If: flow.if_,
    Loop: loop.loop,
    Try: flow.try_,
}
"""By class of statement; a test asserts that none is missing."""
