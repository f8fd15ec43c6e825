"""`cloudless graph`: Mermaid and SVG of the same graph, and nothing that lies on anything else."""

import sys
from collections.abc import Callable
from io import StringIO
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from cloudless.cli.drawing.branches import lines
from cloudless.cli.drawing.layout import Rect
from cloudless.cli.drawing.mermaid import mermaid
from cloudless.cli.drawing.svg import svg
from cloudless.cli.drawing.text import tree
from cloudless.cli.graph import Format, _format
from cloudless.passes.graph import KINDS, Edge, Graph, Node
from tests.unit.cli.conftest import APP, Run

MERMAID = """\
flowchart LR
    accTitle: Graph of shop
    handler_fold("fold<br>handler"):::handler
    handler_mail("mail<br>handler"):::handler
    handler_pack("pack<br>handler"):::handler
    handler_report("report<br>handler"):::handler
    handler_take("take<br>handler"):::handler
    queue_lines[["lines<br>ordered queue"]]:::queue
    queue_orders[["orders<br>queue"]]:::queue
    schedule_report>"report<br>schedule"]:::schedule
    topic_placed{{"placed<br>topic"}}:::topic
    handler_report --> queue_orders
    handler_take --> topic_placed
    queue_lines --> handler_fold
    queue_orders --> handler_take
    schedule_report -->|"0 8 #42; #42; #42;<br>Europe/Berlin"| handler_report
    topic_placed -->|"region: us"| handler_mail
    topic_placed --> handler_pack
    classDef handler fill:#f8fafc,stroke:#475569,color:#18181b
    classDef queue fill:#eff6ff,stroke:#2563eb,color:#18181b
    classDef schedule fill:#fffbeb,stroke:#d97706,color:#18181b
    classDef topic fill:#faf5ff,stroke:#9333ea,color:#18181b
"""
TEXT = """\
shop
├── report  schedule
│   └── 0 8 * * *, Europe/Berlin → report  handler
│       └── orders  queue
│           └── take  handler
│               └── placed  topic
│                   ├── region: us → mail  handler
│                   └── pack  handler
└── lines  ordered queue
    └── fold  handler
"""
SVG = "{http://www.w3.org/2000/svg}"


# --- the command


def test_the_default_is_mermaid_on_stdout(cloudless: Run) -> None:
    result = cloudless("graph")
    assert (result.exit_code, result.stdout, result.stderr) == (0, MERMAID, "")


def test_text_is_a_tree_of_what_comes_from_outside(cloudless: Run) -> None:
    result = cloudless("graph", "--format", "text")
    assert (result.exit_code, result.stdout, result.stderr) == (0, TEXT, "")


@pytest.mark.parametrize(
    ("name", "format"), [("shop.svg", "svg"), ("SHOP.SVG", "svg"), ("shop.txt", "text"), ("shop.mmd", "mermaid")]
)
def test_a_file_is_written_as_it_ends(home: Path, cloudless: Run, name: str, format: str) -> None:
    assert cloudless("graph", "--out", name).stderr == f"shop: drawn as {format} in {name}\n"
    assert (home / name).read_text(encoding="utf-8") == cloudless("graph", "--format", format).stdout


def test_in_a_terminal_it_is_text(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdout", Terminal())
    assert (_format(None), _format(Path("shop.mmd"))) == (Format.TEXT, Format.MERMAID)


def test_what_the_program_prints_is_not_in_the_picture(home: Path, cloudless: Run) -> None:
    (home / "wares_app.py").write_text(APP + 'print("imported")\n')
    result = cloudless("graph")
    assert (result.stdout, result.stderr) == (MERMAID, "imported\n")


def test_out_writes_a_file_and_says_so(home: Path, cloudless: Run) -> None:
    result = cloudless("graph", "--format", "svg", "--out", "shop.svg")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "shop: drawn as svg in shop.svg\n")
    assert (home / "shop.svg").read_text(encoding="utf-8") == cloudless("graph", "--format", "svg").stdout


def test_a_file_that_cannot_be_written_is_an_error(cloudless: Run) -> None:
    result = cloudless("graph", "--out", "missing/shop.mmd")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "error: cannot write 'missing/shop.mmd': No such file or directory\n"


def test_a_program_with_errors_has_no_graph(home: Path, cloudless: Run) -> None:
    (home / "wares_app.py").write_text(APP + "@orders.consumer\ndef again(order: dict) -> None: ...\n")
    result = cloudless("graph", "--out", "shop.mmd")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "CL161" in result.stderr
    assert not (home / "shop.mmd").exists()


def test_an_unknown_format_is_wrong_usage(cloudless: Run) -> None:
    assert cloudless("graph", "--format", "png").exit_code == 2


def test_help_teaches(cloudless: Run) -> None:
    assert "Exit codes: 0" in cloudless("graph", "--help").stdout


# --- every format


def edge(source: Node, target: Node, *label: str, aside: bool = False) -> Edge:
    return Edge(source, target, label, aside)


TOPIC, TAKE, END = Node("topic", "default"), Node("handler", "_take_"), Node("handler", "end")
PATH = Node("endpoint", 'GET /a;b/"c"/<d>&/{e}/' + "x" * 80, "JWT")
NASTY = Graph(
    (PATH, TAKE, END, Node("queue", "a-b"), Node("queue", "a_b"), TOPIC),
    (
        edge(PATH, END),
        edge(END, END, "invoke, later"),
        edge(TAKE, TOPIC),
        edge(TOPIC, TAKE, 'region: "x" ]] <b>', "note: **b** `c` #1; \N{EM DASH} 日本"),
        edge(TOPIC, END, "region: " + "y" * 300, aside=True),
    ),
)


def test_mermaid_escapes_all_that_means_something_to_it() -> None:
    text = mermaid(NASTY, "shop")
    assert '(["GET /a#59;b/#34;c#34;/#60;d#62;#38;/{e}/' in text
    assert 'handler__take("#95;take#95;<br>handler"):::handler\n' in text
    assert '|"region: #34;x#34; #93;#93; #60;b#62;<br>note: #42;#42;b#42;#42; #96;c#96; #35;1#59; #8212; 日本"|' in text


def test_mermaid_tells_names_apart_that_make_the_same_id() -> None:
    text = mermaid(NASTY, "shop")
    assert 'queue_a_b[["a-b<br>queue"]]' in text
    assert 'queue_a_b_2[["a_b<br>queue"]]' in text


def test_each_kind_has_a_shape_of_its_own() -> None:
    lines = mermaid(Graph(tuple(Node(kind, "x") for kind in KINDS), ()), "shop").splitlines()
    boxes = [line.split(":::")[0].strip() for line in lines if ":::" in line]
    shapes = {(box.partition('"')[0].lstrip("abcdefghijklmnopqrstuvwxyz_"), box.rpartition('"')[2]) for box in boxes}
    assert len(shapes) == len(KINDS)


def test_an_svg_says_what_it_shows_to_those_who_do_not_see_it() -> None:
    root = ET.fromstring(svg(NASTY, "shop"))
    assert (root.get("role"), root.get("aria-label")) == ("img", "Graph of shop")
    assert root.findtext(f"{SVG}title") == "shop"
    description = root.findtext(f"{SVG}desc") or ""
    assert 'topic default → handler _take_ (region: "x" ]] <b>, note: **b** `c` #1; \N{EM DASH} 日本)' in description
    assert description.endswith("; queue a-b; queue a_b")


def test_an_svg_needs_nothing_else() -> None:
    text = svg(NASTY, "shop")
    assert text.count("http") == 1  # the name space
    assert not [word for word in ("<script", "<image", "<foreignObject", "url(", "@import", "href") if word in text]


def test_an_svg_follows_light_and_dark() -> None:
    light, dark = svg(NASTY, "shop").split("@media (prefers-color-scheme: dark)")
    assert ".paper { fill: #ffffff }" in light
    assert ".paper { fill: #0d1117 }" in dark


def test_boxes_and_labels_of_an_svg_stand_apart_on_the_card() -> None:
    root = ET.fromstring(svg(NASTY, "shop"))
    boxes = [rect(one) for one in root.iter(f"{SVG}rect") if one.get("class") == "box"]
    labels = [rect(one) for one in root.iter(f"{SVG}rect") if one.get("class") == "paper"]
    assert (len(boxes), len(labels)) == (6, 3)
    assert not [pair for pair in combinations(boxes + labels, 2) if pair[0].overlaps(pair[1])]
    assert all(one.right < float(root.attrib["width"]) - 40 for one in boxes + labels)
    assert all(one.bottom < float(root.attrib["height"]) - 60 for one in boxes + labels)


def rect(element: ET.Element) -> Rect:
    x, y, width, height = (float(element.attrib[name]) for name in ("x", "y", "width", "height"))
    return Rect(x, y, width, height)


@pytest.mark.parametrize("draw", [mermaid, svg])
def test_an_empty_graph_is_a_picture_too(draw: Callable[[Graph, str], str]) -> None:
    assert "shop" in draw(Graph((), ()), "shop")


def text_of(*edges: Edge) -> list[str]:
    nodes = {end for edge in edges for end in (edge.source, edge.target)}
    return [line.plain for line in lines(tree(Graph(tuple(sorted(nodes)), tuple(sorted(edges))), "shop"))]


def test_text_has_every_edge_once_and_a_circle_begins_somewhere() -> None:
    first, second, third = (Node("handler", name) for name in ("a", "b", "c"))
    circle = [Edge(first, second), Edge(second, third), Edge(third, first), Edge(first, first)]
    assert text_of(*circle) == [
        "shop",
        "└── a  handler",
        "    ├── a  handler  ↑",
        "    └── b  handler",
        "        └── c  handler",
        "            └── a  handler  ↑",
    ]


def test_text_draws_a_thing_where_everyday_meets_it_and_points_there_from_elsewhere() -> None:
    look, order, orders, take = (
        Node("endpoint", "GET /"), Node("endpoint", "POST /"), Node("queue", "orders"), Node("handler", "take"),
    )  # fmt: skip
    assert text_of(Edge(look, orders, ("peek",), aside=True), Edge(order, orders), Edge(orders, take)) == [
        "shop",
        "├── GET /  endpoint",
        "│   └╌╌ peek → orders  queue  ↓",
        "└── POST /  endpoint",
        "    └── orders  queue",
        "        └── take  handler",
    ]
