"""The flow chart of an orchestration, as plain data."""

from __future__ import annotations

from collections.abc import Iterator

from cloudless.node import node

# --- kinds of boxes

START = "start"
END = "finish"  # Mermaid takes "end" for its own
STEP = "step"
PURE = "pure"
CHILD = "orchestration"
SEND = "send"
PUBLISH = "publish"
WAIT = "wait for event"
SLEEP = "sleep"
NOTE = "note"
RETURN = "return"
RAISE = "raise"
JUMP = "jump"
UNDO = "compensation"

BOXES = (START, END, STEP, PURE, CHILD, SEND, PUBLISH, WAIT, SLEEP, NOTE, RETURN, RAISE, JUMP, UNDO)
ENDS = frozenset({END, RETURN, RAISE, JUMP})
"""Nothing follows these."""

# --- kinds of frames

LOOP = "loop"
GATHER = "in parallel"
FAN_OUT = "fan out"
TRY = "try"
SAGA = "saga"

FRAMES = (LOOP, GATHER, FAN_OUT, TRY, SAGA)

# --- kinds of parts

BODY = "body"
EXCEPT = "except"
ELSE = "else"
FINALLY = "finally"
UNDOING = "undo, last first"


@node()
class Box:
    """What happens at one place. id: no other of the chart has it, e.g. "step_charge_2".

    text: in the words of the program, e.g. "payment = charge(order)". details: e.g. ("3 attempts, 2s apart",).
    undoes: of an UNDO, the id of the step that it is for; "" where that cannot be told.
    """

    kind: str
    text: str
    id: str
    details: tuple[str, ...] = ()
    undoes: str = ""

    @property
    def ends(self) -> bool:
        """Whether nothing follows it."""
        return self.kind in ENDS


@node()
class Choice:
    """A condition, and what happens where it holds and where it does not; at least one of both is not empty."""

    test: str
    id: str
    then: Block
    otherwise: Block

    @property
    def ends(self) -> bool:
        """Whether nothing follows it."""
        return ends(self.then) and ends(self.otherwise)


@node()
class Part:
    """What is framed together in a frame. text: of an EXCEPT, e.g. "CardDeclined as error"."""

    kind: str
    text: str
    body: Block


@node()
class Frame:
    """What belongs together. text: e.g. "for item in order.items". details: e.g. ("at most 10 at a time",).

    parts: of a LOOP and a FAN_OUT, one BODY; of a GATHER, one for each branch. Of a TRY: a BODY, then EXCEPT, ELSE and
    FINALLY. Of a SAGA: a BODY, and UNDOING with a box for each compensation, in the order in which they are registered.
    ends: nothing follows it.
    """

    kind: str
    text: str
    id: str
    parts: tuple[Part, ...]
    details: tuple[str, ...] = ()
    ends: bool = False


Item = Box | Choice | Frame
Block = tuple[Item, ...]
"""One after another."""


@node()
class Chart:
    """body: from a START to what ends it."""

    name: str
    body: Block


def ends(block: Block) -> bool:
    """Whether nothing follows a block."""
    return bool(block) and block[-1].ends


def walk(block: Block) -> Iterator[Item]:
    """Everything in a block, in order, frames and choices before what is in them."""
    for item in block:
        yield item
        for inner in blocks(item):
            yield from walk(inner)


def blocks(item: Item) -> tuple[Block, ...]:
    """What is in an item."""
    if isinstance(item, Choice):
        return item.then, item.otherwise
    return tuple(part.body for part in item.parts) if isinstance(item, Frame) else ()
