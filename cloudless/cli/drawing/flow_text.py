"""Chart → a tree for the terminal: steps from the top down, with what belongs together below one line.

fulfil
├── fulfil(order)
├── saga
│   ├── payment = charge(order)  step, 3 attempts, after 1s, 2s
│   └── undo, last first
│       └── refund(payment=payment)  compensation
├── if order.total > 1000
│   ├── yes
│   │   └── answer = approval.wait()  wait for event, at most 2d
│   └── no
│       └── …
└── return label
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from cloudless.cli.drawing.branches import Branch
from cloudless.cli.drawing.flow_layout import PILLS
from cloudless.cli.drawing.looks import CHOICE, TERMINAL
from cloudless.passes.flow import chart
from cloudless.passes.flow.chart import Block, Box, Chart, Choice, Frame, Item


def flow_tree(flow: Chart, title: str) -> Branch:
    """The chart as a tree, in the order in which things happen."""
    return Branch(Text(title, "bold"), _block(flow.body))


def _block(block: Block) -> list[Branch]:
    return [_item(item) for item in block]


def _item(item: Item) -> Branch:
    if isinstance(item, Box):
        return _box(item)
    if isinstance(item, Choice):
        return Branch(_text(f"if {item.test}", CHOICE), list(_outcomes(item)))
    return Branch(_text(f"{item.kind} {item.text}".strip(), item.kind, item.details), list(_parts(item)))


def _box(box: Box) -> Branch:
    said = () if box.kind in PILLS else (box.kind,)
    return Branch(_text(box.text, box.kind, (*said, *box.details)))


def _outcomes(choice: Choice) -> Iterator[Branch]:
    if not choice.otherwise:
        yield from _block(choice.then)
        return
    for word, block in (("yes", choice.then), ("no", choice.otherwise)):
        if block:
            yield Branch(Text(word, "dim"), _block(block))


def _parts(frame: Frame) -> Iterator[Branch]:
    """What is in a frame: a body alone needs no line of its own, nor does a branch of one step."""
    for number, part in enumerate(frame.parts, start=1):
        if part.kind != chart.BODY:
            yield Branch(_text(f"{part.kind} {part.text}".strip(), part.kind), _block(part.body))
        elif frame.kind == chart.GATHER and len(part.body) != 1:
            yield Branch(_text(f"branch {number}", chart.GATHER), _block(part.body))
        else:
            yield from _block(part.body)


def _text(text: str, kind: str, said: tuple[str, ...] = ()) -> Text:
    plain = "".join(char if char.isprintable() else " " for char in text)
    return Text().append(plain, TERMINAL.get(kind, "")).append(f"  {', '.join(said)}" if said else "", "dim")
