"""The pictures of docs/architecture.md: the way of a message, and that of a compile.

Drawn with what `cloudless graph` draws with: boxes in layers, on a card for light pages and for dark ones. Layouts lead
to the right; here they are turned over, and lead down.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from cloudless.cli.drawing import pen
from cloudless.cli.drawing.layout import Point, Rect, Size, laid_out
from cloudless.cli.drawing.looks import style_class
from cloudless.passes.graph import DEAD_LETTER_QUEUE, ENDPOINT, HANDLER, QUEUE, SCHEDULE, TOPIC

YOURS, CORE, PROVIDER, CLOUD, DATA, LOST = ENDPOINT, QUEUE, TOPIC, SCHEDULE, HANDLER, DEAD_LETTER_QUEUE
"""Whose it is; each has the colours of a kind of node."""
SAID = {
    YOURS: "yours", CORE: "core", PROVIDER: "provider", CLOUD: "cloud", DATA: "data", LOST: "what failed",
}  # fmt: skip
HEIGHT = 62


@dataclass(frozen=True)
class Room:
    """whose: a key of SAID. where: what to open, or what happens there."""

    name: str
    whose: str
    where: str

    def __str__(self) -> str:
        return f"{self.name} ({SAID[self.whose]}: {self.where})"


@dataclass(frozen=True)
class Way:
    """From a room to another, by name. said: what goes along it. aside: not every time."""

    source: str
    target: str
    said: str = ""
    aside: bool = False


def drawing(title: str, rooms: Sequence[Room], ways: Sequence[Way]) -> str:
    """The text of an SVG file."""
    number = {room.name: at for at, room in enumerate(rooms)}
    labels = [(way.said,) if way.said else () for way in ways]
    layout = laid_out(
        [_turned(_size(room)) for room in rooms],
        [(number[way.source], number[way.target]) for way in ways],
        [_turned(pen.label_size(label)) for label in labels],
    )
    said = "; ".join(f"{way.source} → {way.target}" + (f" ({way.said})" if way.said else "") for way in ways)
    lines = [
        *pen.card(title, f"{said}. Rooms: {'; '.join(map(str, rooms))}", _turned(layout.size), list(SAID)),
        *(_line(way, route) for way, route in zip(ways, layout.routes, strict=True)),
        *(pen.label(label, _over(rect)) for label, rect in zip(labels, layout.labels, strict=True) if rect),
        *(_box(room, _over(rect)) for room, rect in zip(rooms, layout.boxes, strict=True)),
        "</g>",
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _size(room: Room) -> Size:
    widest = max(pen.width(room.name, pen.NAME_SIZE), pen.width(room.where, pen.LABEL_SIZE))
    return Size(widest + 32, HEIGHT)


def _box(room: Room, rect: Rect) -> str:
    x = pen.number(rect.middle.x)
    lines = [("kind", SAID[room.whose], 17), ("name", room.name, 34), ("label", room.where, 51)]
    text = "".join(f'<text class="{c}" x="{x}" y="{pen.number(rect.y + y)}">{escape(t)}</text>' for c, t, y in lines)
    box = f'<rect class="box" {pen.sides(rect)} rx="9"/>'
    return f'<g class="node {style_class(room.whose)}"><title>{escape(str(room))}</title>{box}{text}</g>'


def _line(way: Way, route: Sequence[Point]) -> str:
    """A line that is upright between two points and bends to the next two, and its head."""
    points = [Point(y, x) for x, y in route]
    tip, path = points[-1], f"M{pen.pair(points[0])}"
    for start, end in zip(points[1:-1:2], points[2:-1:2], strict=True):
        middle = (start.y + end.y) / 2
        bend = Point(start.x, middle), Point(end.x, middle), end
        path += f"V{pen.number(start.y)}C{' '.join(map(pen.pair, bend))}"
    line = f'<path class="{"line aside" if way.aside else "line"}" d="{path}V{pen.number(tip.y - pen.ARROW + 1)}"/>'
    return f'<g class="edge">{line}<path class="head" d="M{pen.pair(tip)}l-4 -{pen.ARROW}h8z"/></g>'


def _turned(size: Size) -> Size:
    return Size(size.height, size.width)


def _over(rect: Rect) -> Rect:
    return Rect(rect.y, rect.x, rect.height, rect.width)


MESSAGE = drawing(
    "The way of a message",
    [
        Room("orders.send(order)", YOURS, "a handler, a test, a script"),
        Room("Queue", CORE, "cloudless/queue.py"),
        Room("QueueDriver", PROVIDER, "clients/queue.py"),
        Room("SQS, Pub/Sub, Service Bus", CLOUD, "or memory/world.py"),
        Room("adapter", PROVIDER, "runtime/queue.py"),
        Room("consumer", CORE, "runtime/consumer.py"),
        Room("ledger", PROVIDER, "driver/ledger.py, clients/ledger.py"),
        Room("take(order)", YOURS, "called as you wrote it"),
        Room("dead letters", LOST, "with error and attempt"),
    ],
    [
        Way("orders.send(order)", "Queue", "an Order"),
        Way("Queue", "QueueDriver", "envelopes"),
        Way("QueueDriver", "SQS, Pub/Sub, Service Bus", "SDK"),
        Way("SQS, Pub/Sub, Service Bus", "adapter", "its event"),
        Way("adapter", "consumer", "an envelope"),
        Way("consumer", "take(order)", "an Order"),
        Way("consumer", "ledger", "once_by: claim", aside=True),
        Way("consumer", "dead letters", "attempts used up, Reject", aside=True),
    ],
)
COMPILE = drawing(
    "The way of a compile",
    [
        Room("your modules", YOURS, "@orders.consumer, @app.orchestration"),
        Room("App", CORE, "cloudless/app.py"),
        Room("frontend", CORE, "checks, permissions, orchestrations"),
        Room("IR", DATA, "cloudless/ir: frozen plain data"),
        Room("passes", CORE, "IR → IR, limits, gaps"),
        Room("provider.compile", PROVIDER, "compile/*.py"),
        Room("Terraform JSON", DATA, "queues, functions, roles, alarms"),
        Room("definitions", DATA, "state machines, workflows, Durable"),
        Room("Package", DATA, "entries, plans of handlers"),
        Room("packing", CORE, "compiler/packing.py: wheels, zip, a try"),
        Room("build/STAGE", DATA, "yours: readable, byte for byte the same"),
        Room("Terraform, OpenTofu", CLOUD, "cloudless deploy, or you"),
    ],
    [
        Way("your modules", "App", "import"),
        Way("App", "frontend"),
        Way("frontend", "IR"),
        Way("IR", "passes"),
        Way("passes", "provider.compile"),
        Way("provider.compile", "Terraform JSON"),
        Way("provider.compile", "definitions"),
        Way("provider.compile", "Package"),
        Way("Package", "packing"),
        Way("Terraform JSON", "build/STAGE"),
        Way("definitions", "build/STAGE"),
        Way("packing", "build/STAGE"),
        Way("build/STAGE", "Terraform, OpenTofu"),
    ],
)
HOUSE: Mapping[str, str] = {"the-way-of-a-message": MESSAGE, "the-way-of-a-compile": COMPILE}
