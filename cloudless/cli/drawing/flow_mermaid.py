"""Chart → Mermaid. A frame is a subgraph, and the lines to and from it are those of one node."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from cloudless.cli.drawing.flow_layout import PILLS
from cloudless.cli.drawing.looks import CHOICE, LIGHT, style_class
from cloudless.cli.drawing.mermaid import colours, label
from cloudless.passes.flow import chart
from cloudless.passes.flow.chart import Block, Box, Chart, Choice, Frame, Part

INDENT = "    "
TITLE_LONGEST = 96  # characters of a subgraph's title
Ends = list[tuple[str, str]]
"""Where a line is to come from, and what is written at it."""

_PILL, _ROUNDED = ("([", "])"), ("(", ")")
_SHAPES = {
    chart.SEND: ("[[", "]]"), chart.PUBLISH: ("{{", "}}"), chart.WAIT: ("[/", "/]"), chart.CHILD: ("[", "]"),
    **dict.fromkeys(PILLS, _PILL),
}  # fmt: skip
_SPECIAL = re.compile(r"[^\w ,:/{}().=+-]|(?<![^\W_])_|_(?![^\W_])|:(?! )|\.(?!\w)")
"""What is an entity in a label; code stays readable."""


def flow_mermaid(flow: Chart, title: str) -> str:
    """The chart as the text of a Mermaid flow chart."""
    writer = _Writer()
    writer.block(flow.body, [], 1)
    lines = [
        "flowchart TD",
        f"{INDENT}accTitle: Graph of {title}",
        *writer.lines,
        *(f"{INDENT}{colours(kind)}" for kind in sorted(writer.kinds)),
        *(f"{INDENT}{line}" for kind in sorted(writer.frames) for line in _framed(kind, writer.frames[kind])),
    ]
    return "\n".join(lines) + "\n"


class _Writer:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.kinds: set[str] = set()
        self.frames: dict[str, list[str]] = {}

    def block(self, block: Block, comes: Ends, depth: int) -> Ends:
        """Write a block; where what follows it is to come from."""
        for item in block:
            for source, said in comes:
                self._edge(source, item.id, said, depth)
            comes = self._item(item, depth)
        return comes

    def _item(self, item: chart.Item, depth: int) -> Ends:
        if isinstance(item, Box):
            self._box(item, depth)
            return [] if item.ends else [(item.id, "")]
        if isinstance(item, Choice):
            self._node(item.id, ("{", "}"), [item.test], CHOICE, depth)
            then = self.block(item.then, [(item.id, "yes")], depth)
            return [*then, *self.block(item.otherwise, [(item.id, "no")], depth)]
        self._frame(item, depth)
        return [] if item.ends else [(item.id, "")]

    def _box(self, box: Box, depth: int) -> None:
        caption = [] if box.kind in PILLS else [box.kind]
        self._node(box.id, _SHAPES.get(box.kind, _ROUNDED), [box.text, *caption, *box.details], box.kind, depth)

    def _frame(self, frame: Frame, depth: int) -> None:
        has_handlers_only = {part.kind for part in frame.parts} == {chart.BODY, chart.EXCEPT}
        title = [", ".join([f"{frame.kind} {frame.text}".strip(), *frame.details])]  # two lines would lie on a box
        self._open(frame.id, title, frame.kind, depth, "LR" if has_handlers_only else "TB")
        if frame.kind == chart.TRY:
            self._attempt(frame, depth + 1)
        else:
            for part in frame.parts:
                self._part(frame, part, depth + 1)
        self._write("end", depth)

    def _part(self, frame: Frame, part: Part, depth: int) -> None:
        if part.kind == chart.UNDOING:
            self._undoing(frame, part, depth)
            return
        comes = self.block(part.body, [], depth)
        if frame.kind == chart.LOOP and part.body:
            for source, said in comes:
                self._edge(source, part.body[0].id, said, depth)
        elif any(said for _, said in comes):
            self._meet(comes, f"{frame.id}__end", depth)

    def _meet(self, comes: Ends, name: str, depth: int) -> None:
        """Where branches meet, and nothing follows."""
        self._write(f'{name}((" ")):::{style_class(CHOICE)}', depth)
        for source, said in comes:
            self._edge(source, name, said, depth)

    def _attempt(self, frame: Frame, depth: int) -> None:
        """Each part is framed: what is tried, what follows, and what is done about errors."""
        follows = ""
        for at, part in enumerate(frame.parts):
            name = f"{frame.id}__{at}"
            self._open(name, [f"{part.kind} {part.text}".strip()] if at else [" "], part.kind, depth)
            comes = self.block(part.body, [], depth + 1)
            if not part.body or any(said for _, said in comes):
                self._meet(comes, f"{name}_end", depth + 1)
            self._write("end", depth)
            if part.kind == chart.EXCEPT:
                self._edge(f"{frame.id}__0", name, "", depth, aside=True)
                continue
            if follows:
                self._edge(follows, name, "", depth)
            follows = "" if chart.ends(part.body) else name

    def _undoing(self, frame: Frame, part: Part, depth: int) -> None:
        boxes = [box for box in part.body if isinstance(box, Box)]
        self._open(f"{frame.id}__undo", [part.kind], part.kind, depth)
        for box in boxes:
            self._box(box, depth + 1)
        for above, box in pairwise(boxes):
            self._edge(box.id, above.id, "", depth + 1, aside=True)
        self._write("end", depth)
        for box in boxes:
            if box.undoes:
                self._edge(box.undoes, box.id, "", depth, aside=True)

    # --- lines

    def _node(self, name: str, shape: tuple[str, str], lines: Sequence[str], kind: str, depth: int) -> None:
        self.kinds.add(kind)
        self._write(f"{name}{shape[0]}{label(lines, _SPECIAL)}{shape[1]}:::{style_class(kind)}", depth)

    def _edge(self, source: str, target: str, said: str, depth: int, *, aside: bool = False) -> None:
        if source != target:
            arrow = "-.->" if aside else "-->"
            self._write(f"{source} {arrow}{f'|{said}|' if said else ''} {target}", depth)

    def _open(self, name: str, lines: Sequence[str], kind: str, depth: int, direction: str = "TB") -> None:
        self.frames.setdefault(kind, []).append(name)
        self._write(f"subgraph {name}[{label(lines, _SPECIAL, TITLE_LONGEST)}]", depth)
        self._write(f"direction {direction}", depth + 1)

    def _write(self, line: str, depth: int) -> None:
        self.lines.append(f"{INDENT * depth}{line}")


def _framed(kind: str, names: Sequence[str]) -> tuple[str, str]:
    """The class of a kind of frames, and the frames that have it."""
    name, (fill, line, text) = f"{style_class(kind)}-frame", LIGHT.get(kind, LIGHT[chart.TRY])
    return f"classDef {name} fill:{fill},stroke:{line},color:{text}", f"class {','.join(names)} {name}"
