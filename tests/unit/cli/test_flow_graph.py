"""`cloudless graph ORCHESTRATION`: its steps as Mermaid and SVG, and nothing that lies on anything else."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from cloudless.cli.completion import orchestration_names
from cloudless.cli.drawing import pen
from cloudless.cli.drawing.branches import lines
from cloudless.cli.drawing.flow_layout import drawn
from cloudless.cli.drawing.flow_mermaid import flow_mermaid
from cloudless.cli.drawing.flow_svg import flow_svg
from cloudless.cli.drawing.flow_text import flow_tree
from cloudless.cli.drawing.layout import Point, Rect
from cloudless.cli.drawing.looks import shortened
from cloudless.frontend import check
from cloudless.passes.flow import Box, Chart, Choice, Frame, Part, chart_of
from cloudless.passes.flow.chart import walk
from tests.unit.cli.conftest import APP, TOML, Run
from tests.unit.passes import flow_programs

ORCHESTRATION = """
from datetime import timedelta
from cloudless import Retry, saga
answered = app.event("answered", dict)

@app.function
def reserve(id: str) -> str: ...

@app.function
def release(id: str) -> None: ...

@app.orchestration
def fulfil(id: str) -> str:
    with saga() as undo:
        place = reserve.options(retry=Retry(attempts=2))(id)
        undo.on_failure(release, id=place)
        try:
            answered.wait(timeout=timedelta(days=2))
        except TimeoutError:
            release(place)
    return place

@app.orchestration(name="sweep")
def _sweep() -> None:
    fulfil("all")

@app.post("/start", public=True)
def begin() -> None:
    fulfil.start("1")
    answered.send("1", {})
"""
MERMAID = """\
flowchart TD
    accTitle: Graph of shop: fulfil
    start(["fulfil(id)"]):::start
    start --> saga
    subgraph saga["saga"]
        direction TB
        step_reserve("place = reserve(id)<br>step<br>2 attempts, after 1s"):::step
        step_reserve --> try
        subgraph try["try"]
            direction LR
            subgraph try__0[" "]
                direction TB
                wait_answered[/"answered.wait()<br>wait for event<br>at most 2d"/]:::wait-for-event
            end
            subgraph try__1["except TimeoutError"]
                direction TB
                step_release("release(id=place)<br>step"):::step
            end
            try__0 -.-> try__1
        end
        subgraph saga__undo["undo, last first"]
            direction TB
            undo_release("release(id=place)<br>compensation<br>3 attempts, after 1s, 2s"):::compensation
        end
        step_reserve -.-> undo_release
    end
    saga --> return
    return(["return place"]):::return
    classDef compensation fill:#fef2f2,stroke:#dc2626,color:#18181b
    classDef return fill:#ecfdf5,stroke:#059669,color:#18181b
    classDef start fill:#f8fafc,stroke:#475569,color:#18181b
    classDef step fill:#f8fafc,stroke:#475569,color:#18181b
    classDef wait-for-event fill:#ecfeff,stroke:#0891b2,color:#18181b
    classDef body-frame fill:#fafafa,stroke:#d4d4d8,color:#52525b
    class try__0 body-frame
    classDef except-frame fill:#fff7ed,stroke:#fdba74,color:#c2410c
    class try__1 except-frame
    classDef saga-frame fill:#fafafa,stroke:#d4d4d8,color:#52525b
    class saga saga-frame
    classDef try-frame fill:#fafafa,stroke:#d4d4d8,color:#52525b
    class try try-frame
    classDef undo-last-first-frame fill:#fff5f5,stroke:#fca5a5,color:#b91c1c
    class saga__undo undo-last-first-frame
"""
TEXT = """\
shop: fulfil
├── fulfil(id)
├── saga
│   ├── place = reserve(id)  step, 2 attempts, after 1s
│   ├── try
│   │   ├── answered.wait()  wait for event, at most 2d
│   │   └── except TimeoutError
│   │       └── release(id=place)  step
│   └── undo, last first
│       └── release(id=place)  compensation, 3 attempts, after 1s, 2s
└── return place
"""
SVG = "{http://www.w3.org/2000/svg}"
CHARTS = [chart_of(one) for one in check(flow_programs.app)[0].orchestrations]
EMPTY = Part("body", "", ())
NASTY = Chart(
    "nasty",
    (
        Box("start", 'x("]] <b>")', "start"),
        Choice("a" * 300 + " & 日本", "if", (Box("step", "y" * 90, "step", ("z" * 120,)),), ()),
        Frame(
            "saga", "", "saga", (Part("body", "", ()), Part("undo, last first", "", (Box("compensation", "u", "u"),)))
        ),
        Frame("try", "", "try", (EMPTY, Part("except", "E", ()), Part("finally", "", ()))),
    ),
)
EVERY = pytest.mark.parametrize("chart", [*CHARTS, NASTY], ids=lambda chart: chart.name)


@pytest.fixture
def orchestrated(home: Path) -> Path:
    (home / "wares_app.py").write_text(APP + ORCHESTRATION)
    return home


# --- the command


def test_an_orchestration_is_drawn_as_mermaid(orchestrated: Path, cloudless: Run) -> None:
    result = cloudless("graph", "fulfil")
    assert (result.exit_code, result.stdout, result.stderr) == (0, MERMAID, "")


def test_an_orchestration_is_drawn_as_text(orchestrated: Path, cloudless: Run) -> None:
    result = cloudless("graph", "fulfil", "--format", "text")
    assert (result.exit_code, result.stdout, result.stderr) == (0, TEXT, "")


def test_out_writes_a_file_and_says_so(orchestrated: Path, cloudless: Run) -> None:
    result = cloudless("graph", "fulfil", "--format", "svg", "--out", "fulfil.svg")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "fulfil: drawn as svg in fulfil.svg\n")
    assert ET.parse(orchestrated / "fulfil.svg").getroot().findtext(f"{SVG}title") == "shop: fulfil"


def test_an_unknown_orchestration_is_an_error_with_the_nearest_one(orchestrated: Path, cloudless: Run) -> None:
    result = cloudless("graph", "fullfil")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "error: shop has no orchestration 'fullfil': did you mean 'fulfil'?\n"


def test_an_unknown_orchestration_is_an_error_with_all_there_are(orchestrated: Path, cloudless: Run) -> None:
    assert cloudless("graph", "x").stderr == "error: shop has no orchestration 'x': there are fulfil, sweep\n"


def test_without_orchestrations_the_error_says_so(cloudless: Run) -> None:
    assert cloudless("graph", "x").stderr == "error: shop has no orchestration 'x': it has none\n"


def test_the_graph_of_the_application_has_orchestrations_and_events(orchestrated: Path, cloudless: Run) -> None:
    lines = {line.strip() for line in cloudless("graph").stdout.splitlines()}
    assert lines >= {
        'event_answered[/"answered<br>event"/]:::event',
        'orchestration_fulfil["fulfil<br>orchestration"]:::orchestration',
        "event_answered --> orchestration_fulfil",
        "handler_begin --> event_answered",
        "handler_begin --> orchestration_fulfil",
        "orchestration_fulfil --> handler_release",
        "orchestration_fulfil --> handler_reserve",
        "orchestration_sweep --> orchestration_fulfil",
    }


# --- completion


class Context:
    """What completion asks a context for."""

    parent = None

    def __init__(self, **params: object) -> None:
        self.params = params


def completed(incomplete: str, **params: object) -> list[str]:
    return orchestration_names(Context(**params), incomplete)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_names_of_orchestrations_are_completed_without_importing_them(orchestrated: Path) -> None:
    (orchestrated / "wares_app.py").write_text(APP + ORCHESTRATION + "raise SystemExit\n")
    assert (completed(""), completed("f")) == (["fulfil", "sweep"], ["fulfil"])


def test_packages_are_looked_through(home: Path) -> None:
    (home / "more").mkdir()
    (home / "more" / "flows.py").write_text("@app.orchestration\ndef inner() -> None: ...\n")
    (home / "cloudless.toml").write_text(TOML.replace("\n\n", '\ninclude = ["more.flows"]\n\n', 1))
    assert completed("") == ["inner"]


@pytest.mark.parametrize("text", ["def (", "\0.orchestration"])
def test_what_cannot_be_read_completes_nothing(home: Path, text: str) -> None:
    (home / "wares_app.py").write_text(f"app.orchestration\n{text}")
    assert completed("") == []


# --- every picture


@EVERY
def test_boxes_and_labels_stand_apart_in_the_picture(chart: Chart) -> None:
    picture = drawn(chart)
    boxes = [one.rect for one in picture.shapes if not isinstance(one.item, (Frame, Part))]
    things = [*boxes, *(label.rect for label in picture.labels)]
    assert not [pair for pair in combinations(things, 2) if pair[0].overlaps(pair[1])]
    assert all(within(one, Rect(0, 0, *picture.size)) for one in [*things, *(shape.rect for shape in picture.shapes)])


@EVERY
def test_frames_hold_what_is_in_them_or_stand_apart(chart: Chart) -> None:
    rects = [one.rect for one in drawn(chart).shapes]
    for one, other in combinations(rects, 2):
        assert not one.overlaps(other) or within(other, one)


@EVERY
def test_lines_are_level_or_upright_and_stay_in_the_picture(chart: Chart) -> None:
    picture = drawn(chart)
    for line in picture.lines:
        assert all(a.x == b.x or a.y == b.y for a, b in pairwise(line.points))
        assert all(within(Rect(*point, 0, 0), Rect(0, 0, *picture.size)) for point in line.points)


@EVERY
def test_no_line_of_the_flow_goes_through_a_box(chart: Chart) -> None:
    picture = drawn(chart)
    boxes = [one.rect for one in picture.shapes if isinstance(one.item, (Box, Choice))]
    parts = [part for line in picture.lines if not line.aside for part in segments(line.points)]
    assert not [(part, box) for part in parts for box in boxes if part.overlaps(shrunk(box))]


@EVERY
def test_texts_fit_into_their_boxes(chart: Chart) -> None:
    for one in drawn(chart).shapes:
        texts = (
            [one.item.test] if isinstance(one.item, Choice) else [one.item.text] if isinstance(one.item, Box) else []
        )
        assert all(pen.width(shortened(text), pen.NAME_SIZE) < one.rect.width for text in texts)


@EVERY
def test_an_svg_is_well_formed_and_needs_nothing_else(chart: Chart) -> None:
    text = flow_svg(chart, chart.name)
    root = ET.fromstring(text)
    assert (root.get("role"), root.get("aria-label")) == ("img", f"Graph of {chart.name}")
    assert text.count("http") == 1  # the name space


@EVERY
def test_every_line_of_mermaid_leads_from_something_to_something(chart: Chart) -> None:
    text = flow_mermaid(chart, chart.name)
    known = set(re.findall(r"^ *(?:subgraph )?(\w+)[\[({]", text, re.MULTILINE))
    ends = re.findall(r"^ *(\w+) -\.?->(?:\|\w+\|)? (\w+)$", text, re.MULTILINE)
    assert {end for pair in ends for end in pair} <= known
    assert text.count("subgraph ") == len(re.findall(r"^ *end$", text, re.MULTILINE))


@EVERY
def test_text_has_a_line_for_all_that_happens(chart: Chart) -> None:
    shown = [line.plain for line in lines(flow_tree(chart, chart.name))]
    happens = [item for item in walk(chart.body) if isinstance(item, Box)]
    for text, count in Counter(one.text for one in happens).items():
        assert sum(text in line for line in shown) >= count
    assert all(line.isprintable() for line in shown)


def test_mermaid_escapes_all_that_means_something_to_it() -> None:
    assert 'start(["x(#34;#93;#93; #60;b#62;#34;)"]):::start' in flow_mermaid(NASTY, "nasty")


def test_each_compensation_is_beside_what_it_undoes() -> None:
    picture = drawn(next(chart for chart in CHARTS if chart.name == "trip"))
    places = {one.item.id: one.rect for one in picture.shapes if isinstance(one.item, Box)}
    assert places["undo_refund"].x > places["step_charge"].right
    assert places["undo_refund"].y < places["step_charge"].bottom
    assert within_height(places["step_label"], places["undo_ship"])


def test_what_goes_on_is_straight_below() -> None:
    picture = drawn(next(chart for chart in CHARTS if chart.name == "steps"))
    assert len({round(one.rect.middle.x) for one in picture.shapes}) == 1


def within(inner: Rect, outer: Rect) -> bool:
    across = outer.x - 0.01 <= inner.x and inner.right <= outer.right + 0.01
    return across and outer.y - 0.01 <= inner.y and inner.bottom <= outer.bottom + 0.01


def within_height(inner: Rect, outer: Rect) -> bool:
    return outer.y < inner.middle.y < outer.bottom


def segments(points: Sequence[Point]) -> list[Rect]:
    """The lines between points, as thin rectangles."""
    return [
        Rect(min(a.x, b.x) - 0.1, min(a.y, b.y) - 0.1, abs(a.x - b.x) + 0.2, abs(a.y - b.y) + 0.2)
        for a, b in pairwise(points)
    ]


def shrunk(rect: Rect) -> Rect:
    return Rect(rect.x + 1, rect.y + 1, rect.width - 2, rect.height - 2)
