"""What definitions that may still run need of later programs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module, invalidate_caches
from pathlib import Path
from textwrap import dedent

import pytest

from cloudless.compiler.definitions import definitions_of
from cloudless.compiler.lock import Lock
from cloudless.compiler.needs import fits, named
from cloudless.errors import InvalidArgument
from cloudless.frontend import compile as compile_app
from cloudless.frontend.shape import Shape, shapes
from cloudless.ir import Application

BEFORE = """
    @app.function
    def charge(order: Order, note: str = "") -> str: ...


    @app.pure
    def half(amount: int) -> int:
        return amount // 2


    @app.orchestration
    def fulfil(order: Order) -> str:
        payment = charge(order)
        rest = half(7)
        orders.send(order)
        answer = approval.wait()
        return payment
    """
HEAD = """
    from dataclasses import dataclass
    from cloudless import App

    app = App("shop")


    @dataclass
    class Order:
        id: str


    @dataclass
    class Rush(Order):
        pass


    orders = app.queue("orders", Order)
    approval = app.event("approval", bool)

    """
Program = Callable[..., Application]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    """Compiles a program; pairs of texts are replaced in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # it would count for what is written in the same second

    def compiled(*changes: tuple[str, str]) -> Application:
        text = dedent(HEAD) + dedent(BEFORE)
        for one, other in changes:
            assert one in text
            text = text.replace(one, other)
        (tmp_path / "locked_shop.py").write_text(text)
        sys.modules.pop("locked_shop", None)
        invalidate_caches()
        return compile_app(import_module("locked_shop").app)

    yield compiled
    sys.modules.pop("locked_shop", None)


def built(root: Path, application: Application) -> Lock:
    """The lock after a build, written."""
    lock = Lock.load(root, "prod")
    lock = lock.with_current(application, definitions_of(application, {}, lock.texts))
    lock.write()
    return lock


def complaints(root: Path, application: Application) -> list[str]:
    """What a build of that program says, without the rest of the sentence."""
    return [problem.message.partition(", and ")[0] for problem in Lock.load(root, "prod").problems(application)]


SHAPED = """
    from dataclasses import dataclass
    from datetime import datetime
    from enum import Enum
    from typing import Annotated, Literal
    from pydantic import BaseModel, Field
    from cloudless import App

    app = App("shop")


    class Line(BaseModel):
        item: str
        parts: "list[Line]" = []


    class Order(BaseModel):
        id: str
        lines: list[Line] = []
        note: str | None = None


    @dataclass
    class Receipt:
        total: int
        paid: bool = True


    class Decision(BaseModel):
        granted: bool
        by: Literal["ann", "bob"] = "ann"


    orders = app.queue("orders", Order)
    approval = app.event("approval", Decision)


    @app.function
    def charge(order: Order, amount: Annotated[int, Field(ge=0)] = 0) -> Receipt: ...


    @app.orchestration
    def fulfil(order: Order) -> Receipt:
        receipt = charge(order, 5)
        orders.send(order)
        approval.wait()
        return receipt
    """


@pytest.fixture
def shaped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., list[str]]]:
    """What a build says of a program in which pairs of texts are replaced, where one as it stood was built before."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # it would count for what is written in the same second

    def program(changes: tuple[tuple[str, str], ...]) -> tuple[Application, dict[str, Shape]]:
        text = dedent(SHAPED)
        for one, other in changes:
            assert one in text
            text = text.replace(one, other)
        (tmp_path / "shaped_shop.py").write_text(text)
        sys.modules.pop("shaped_shop", None)
        invalidate_caches()
        app = import_module("shaped_shop").app
        return compile_app(app), shapes(app)

    def said(*changes: tuple[str, str]) -> list[str]:
        application, known = program(())
        lock = Lock.load(tmp_path, "prod")
        lock.with_current(application, definitions_of(application, {}, {}), known).write()
        found = Lock.load(tmp_path, "prod").problems(*program(changes))
        return [problem.message.partition(", and ")[0] for problem in found]

    yield said
    sys.modules.pop("shaped_shop", None)


@pytest.mark.parametrize(
    "change",
    [
        ("Order", "Purchase"),
        ("Decision", "Verdict"),
        ("    note: str | None = None", '    note: str | None = None\n    currency: str = "EUR"'),
        ("    note: str | None = None", "    note: str | int | None = None"),
        ("    note: str | None = None", '    note: str | None = Field("", max_length=None, description="for them")'),
        ("    total: int", "    total: int\n    tax: int"),
        ("    granted: bool", "    granted: bool\n    at: datetime | None = None"),
        ('Literal["ann", "bob"]', 'Literal["ann"]'),
        ("Field(ge=0)", "Field(ge=-5)"),
        ("amount: Annotated[int, Field(ge=0)]", "amount: float"),
        ("    item: str", "    item: object"),
    ],
)
def test_another_class_that_reads_what_is_written_fits(
    change: tuple[str, str], shaped: Callable[..., list[str]]
) -> None:
    assert shaped(change) == []


ORDER = ("function charge takes another Order as 'order' now ({})", "queue orders holds another Order now ({})")


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (
            ("    granted: bool", "    ok: bool"),
            ["event approval holds another Decision now ('granted' is needed and is missing)"],
        ),
        (
            ('"ann", "bob"', '"ann", "bob", "cy"'),
            ["event approval holds another Decision now ('by' may be \"cy\")"],
        ),
        (
            ("    granted: bool", "    granted: str"),
            ["event approval holds another Decision now ('granted' is string where boolean is read)"],
        ),
        (
            ("    total: int", "    total: float"),
            ["function charge returns another Receipt now ('total' is number where integer is read)"],
        ),
        (
            ("    paid: bool = True", ""),
            ["function charge returns another Receipt now ('paid' is needed and is missing)"],
        ),
        (
            ("    note: str | None = None", "    note: str | None = None\n    currency: str"),
            [text.format("'currency' is needed and is missing") for text in ORDER],
        ),
        (
            ("    note: str | None = None", ""),
            [text.format("'note' is no longer taken") for text in ORDER],
        ),
        (
            ("    note: str | None = None", '    note: str = ""'),
            [text.format("'note' is null where string is read") for text in ORDER],
        ),
        (
            ("    item: str", "    item: datetime"),
            [text.format("'lines.*.item' is no date-time") for text in ORDER],
        ),
        (
            ("    id: str", "    id: str = Field(max_length=5)"),
            [text.format("maxLength of 'id' is stricter") for text in ORDER],
        ),
    ],
)
def test_another_shape_under_the_same_name_is_told(
    change: tuple[str, str], wanted: list[str], shaped: Callable[..., list[str]]
) -> None:
    assert sorted(shaped(change)) == sorted(wanted)


def test_the_file_holds_definitions_and_what_they_need(program: Program, tmp_path: Path) -> None:
    lock = built(tmp_path, program())
    ((digest, name),) = lock.retained.items()
    assert name == "fulfil"
    plain = json.loads((tmp_path / "cloudless.lock" / "prod.json").read_text())
    entry = plain["definitions"][digest]
    assert (entry["orchestration"], entry["deployed"]) == ("fulfil", False)
    assert entry["needs"] == {
        "event approval": {"body": "bool"},
        "function charge": {
            "parameters": {"note": {"type": "str", "required": False}, "order": {"type": "Order", "required": True}},
            "result": "str",
        },
        "pure half": {"parameters": {"amount": {"type": "int", "required": True}}, "result": "int"},
        "queue orders": {"body": "Order"},
    }
    assert entry["definition"]["main"] == "fulfil"


def test_a_lock_is_read_as_it_was_written(program: Program, tmp_path: Path) -> None:
    lock = built(tmp_path, program())
    found = Lock.load(tmp_path, "prod")
    assert (found.texts, found.retained, found.kept) == (lock.texts, lock.retained, lock.kept)
    assert found.write() is False


def test_a_definition_stays_until_it_is_taken_away(program: Program, tmp_path: Path) -> None:
    (old,) = built(tmp_path, program()).retained
    both = built(tmp_path, program(("return payment", "return payment + str(rest)"))).retained
    (new,) = both.keys() - {old}
    assert set(both.values()) == {"fulfil"}
    assert set(Lock.load(tmp_path, "prod").without([new, "another"]).retained) == {old}


def test_a_draft_is_forgotten_until_it_is_deployed(program: Program, tmp_path: Path) -> None:
    (draft,) = built(tmp_path, program()).retained
    assert Lock.load(tmp_path, "prod").without_drafts().retained == {}
    Lock.load(tmp_path, "prod").with_deployed([draft]).write()
    assert set(Lock.load(tmp_path, "prod").without_drafts().retained) == {draft}


def test_a_committed_definition_is_no_draft(program: Program, tmp_path: Path) -> None:
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is missing: apt-get install git")
    (committed,) = built(tmp_path, program()).retained
    for words in (["init", "-q"], ["add", "cloudless.lock"], ["commit", "-q", "-m", "x"]):
        subprocess.run([git, "-c", "user.name=a", "-c", "user.email=a@b", *words], check=True, cwd=tmp_path)
    built(tmp_path, program(("return payment", "return order.id")))
    assert set(Lock.load(tmp_path, "prod").without_drafts().retained) == {committed}


def test_a_moved_program_is_the_same(program: Program, tmp_path: Path) -> None:
    first = built(tmp_path, program())
    second = built(tmp_path, program(("@app.orchestration", "# moved\n\n\n@app.orchestration")))
    assert first.kept == second.kept


def test_the_definitions_of_a_build_are_those_that_are_kept_too(program: Program, tmp_path: Path) -> None:
    lock = built(tmp_path, program())
    found = definitions_of(program(("return payment", "return order.id")), {}, lock.texts)
    assert len(found.texts) == 2
    assert lock.texts.keys() <= found.texts.keys()
    assert found.current["fulfil"] in found.texts.keys() - lock.texts.keys()


def test_a_program_without_orchestrations_has_no_lock(program: Program, tmp_path: Path) -> None:
    (old,) = built(tmp_path, program()).retained
    lock = Lock.load(tmp_path, "prod").without([old])
    assert lock.write() is True
    assert not lock.file.exists()
    assert lock.write() is False


FORGED = '"orchestration": "f", "deployed": true, "needs": {}, "definition": {}'
CHARGE = 'def charge(order: Order, note: str = "") -> str: ...'
CALL = "payment = charge(order)"
STRICTER = (CHARGE, CHARGE.replace("order: Order", "order: Order, currency: str"))
PAID = (CALL, 'payment = charge(order, "EUR")')


@pytest.mark.parametrize(
    "changes",
    [
        [(CHARGE, 'def charge(order: Order, note: str = "", rush: bool = False) -> str: ...')],
        [(CHARGE, "def charge(order: Order) -> str: ...")],
        [(CHARGE, "def charge(order: Order | None, note: int = 0) -> str: ...")],
        [(CHARGE, 'def charge(order: object, note: str = "") -> str: ...')],
        [("def half(amount: int) -> int:\n    return amount // 2", "def half(amount: float) -> int:\n    return 1")],
        [
            (CHARGE, f"{CHARGE}\n\n@app.function\ndef refund(order: Order) -> str: ..."),
            (CALL, "payment = refund(order)"),
        ],
        [
            ('app.queue("orders", Order)', 'app.queue("orders", Order, max_delay=timedelta(hours=1))'),
            ("from data", "from datetime import timedelta\nfrom data"),
        ],
        [('app.queue("orders", Order)', 'app.queue("orders", Order | None)')],
    ],
)
def test_what_a_definition_never_notices_may_change(
    changes: list[tuple[str, str]], program: Program, tmp_path: Path
) -> None:
    built(tmp_path, program())
    assert complaints(tmp_path, program(*changes)) == []


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ([("def charge", "def bill"), ("charge(", "bill(")], ["function charge is gone"]),
        (
            [(CHARGE, CHARGE.replace("-> str", "-> int")), ("-> str:\n    payment", "-> int:\n    payment")],
            ["function charge returns int now, not str"],
        ),
        (
            [(CHARGE, CHARGE.replace("order: Order", "cart: Order"))],
            ["function charge no longer takes 'order'", "function charge cannot do without 'cart' now"],
        ),
        ([STRICTER, PAID], ["function charge cannot do without 'currency' now"]),
        (
            [(CHARGE, CHARGE.replace("order: Order", "order: dict")), (CALL, "payment = charge({'id': order.id})")],
            ["function charge takes dict as 'order' now, not Order"],
        ),
        ([("half", "third")], ["pure half is gone"]),
        ([("def fulfil", "def complete")], ["orchestration fulfil is gone"]),
        ([('app.queue("orders"', 'app.queue("carts"')], ["queue orders is gone"]),
        (
            [
                ('app.queue("orders", Order)', 'app.queue("orders", Rush)'),
                ("orders.send(order)", "orders.send(Rush(id=order.id))"),
            ],
            ["queue orders holds Rush now, not Order"],
        ),
        ([('app.event("approval", bool)', 'app.event("approval", str)')], ["event approval holds str now, not bool"]),
        (
            [('app.event("approval"', 'app.event("verdict"'), ("def charge", "def bill"), ("charge(", "bill(")],
            ["event approval is gone", "function charge is gone"],
        ),
    ],
)
def test_a_change_that_a_definition_would_not_survive_is_told(
    changes: list[tuple[str, str]], wanted: list[str], program: Program, tmp_path: Path
) -> None:
    built(tmp_path, program())
    assert complaints(tmp_path, program(*changes)) == wanted


def test_a_result_that_no_definition_keeps_may_change(program: Program, tmp_path: Path) -> None:
    unused = [(CALL, "charge(order)"), ("return payment", "return order.id")]
    built(tmp_path, program(*unused))
    assert complaints(tmp_path, program(*unused, (CHARGE, CHARGE.replace("-> str", "-> int")))) == []


def test_a_problem_says_where_and_of_what(program: Program, tmp_path: Path) -> None:
    built(tmp_path, program())
    built(tmp_path, program(("return payment", "return order.id")))
    (changed,) = Lock.load(tmp_path, "prod").problems(program(STRICTER, PAID))
    assert changed.code == "CL514"
    assert changed.span.file == "locked_shop.py"
    assert changed.message.endswith(
        ", and executions of 2 definitions of 'fulfil' that need it as it was may still run"
    )
    forgets = "`cloudless plan prod` forgets definitions that no longer run"
    assert changed.remedy == f"leave it as it was, and add another beside it; {forgets}"
    gone = Lock.load(tmp_path, "prod").problems(program(("def charge", "def bill"), ("charge(", "bill(")))[0]
    assert gone.remedy == f"keep `charge` deployed until these executions have ended; {forgets}"
    lines = (tmp_path / "cloudless.lock" / "prod.json").read_text().splitlines()
    assert gone.span.file == "cloudless.lock/prod.json"
    assert lines[gone.span.line - 1].strip().startswith('"')


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", r"cloudless\.lock/prod\.json is no JSON"),
        ("[]", "is no lock"),
        ('{"version": 1}', "is no lock"),
        ('{"version": 2, "definitions": {}}', "version 2, and this cloudless reads 1: install the newer one"),
        (f'{{"version": 1, "definitions": {{"00": {{{FORGED}}}}}}}', "changed by hand"),
    ],
)
def test_a_lock_that_no_build_wrote_is_refused(
    content: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cloudless.lock").mkdir()
    (tmp_path / "cloudless.lock" / "prod.json").write_text(content)
    with pytest.raises(InvalidArgument, match=message):
        Lock.load(tmp_path, "prod")


@pytest.mark.parametrize(
    ("one", "other", "fit"),
    [
        ("str", "str", True),
        ("str", "int", False),
        ("int", "float", True),
        ("float", "int", False),
        ("Order", "JSON", True),
        ("JSON", "Order", False),
        ("str", "str | None", True),
        ("str | None", "str", False),
        ("str | None", "None | int | str", True),
        ("list[int]", "list[float]", True),
        ("list[int]", "list[str]", False),
        ("list[int]", "list", True),
        ("list", "list[int]", False),
        ("dict[str, Order]", "dict[str, Order | None]", True),
        ("dict[str, list[int]]", "dict[str, list[int | None]]", True),
        ("list[int]", "dict[str, int]", False),
    ],
)
def test_types_fit_by_their_names(one: str, other: str, fit: bool) -> None:
    assert fits(one, other) is fit


def test_a_type_is_the_same_wherever_its_class_stands() -> None:
    assert named("list[shop.app.Order]") == named("list[orders.Order]") == "list[Order]"
    assert named("Optional[shop.Order]") == "Order | None"
    assert named("dict[str, Optional[list[int]]]") == "dict[str, list[int] | None]"
