"""An app is compiled once, and once more after anything changed that its code leads to."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cloudless.errors import DefinitionError, PermissionDenied
from cloudless.frontend import check
from cloudless.frontend import compile as to_ir
from cloudless.ir import Application
from cloudless.testing import simulate

PROGRAM = """\
import tools_of_a_shop
from cloudless import App

app = App("shop")
old, new, trigger = app.queue("old"), app.queue("new"), app.queue("trigger")
LIMIT, NAMES = 3, ["a"]


def helper(x):
    old.send(x)


def newer(x):
    new.send(x)


def put_newly(self, x):
    new.send(x)


def escaping(x):
    tools_of_a_shop.json.dumps(old)


class Store:
    def put(self, x):
        old.send(x)


class Box:
    def __init__(self):
        self.put = old.send


store, box, table, listed = Store(), Box(), {"put": old.send}, [old.send]


def closing(handle):
    def inner(x):
        handle.send(x)

    def change(other):
        nonlocal handle
        handle = other

    return inner, change


inner, change = closing(old)


def defaulting(x, put=old.send):
    put(x)


@trigger.consumer
def take(x: object) -> None:
    %s


@app.function
def note(name: str) -> None: ...


@app.orchestration
def flow(name: str) -> int:
    for one in NAMES:
        note(one)
    return LIMIT
"""
CALLS: dict[str, tuple[str, Callable[[Any], object]]] = {
    "function": ("helper(x)", lambda shop: setattr(shop, "helper", shop.newer)),
    "method": ("store.put(x)", lambda shop: setattr(shop.Store, "put", shop.put_newly)),
    "instance": ("box.put(x)", lambda shop: setattr(shop.box, "put", shop.new.send)),
    "element": ('table["put"](x)', lambda shop: shop.table.update(put=shop.new.send)),
    "item": ("listed[0](x)", lambda shop: shop.listed.__setitem__(0, shop.new.send)),
    "closure": ("inner(x)", lambda shop: shop.change(shop.new)),
    "default": ("defaulting(x)", lambda shop: setattr(shop.defaulting, "__defaults__", (shop.new.send,))),
    "code": ("helper(x)", lambda shop: setattr(shop.helper, "__code__", shop.newer.__code__)),
    "module": ("tools_of_a_shop.put(x)", lambda shop: setattr(shop.tools_of_a_shop, "put", shop.new.send)),
}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[ModuleType]:
    """A program; its consumer does what the test's parameter says."""
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    (tmp_path / "tools_of_a_shop.py").write_text("import json\ndef put(x): ...\n")
    (tmp_path / "known_shop.py").write_text(PROGRAM % getattr(request, "param", "helper(x)"))
    importlib.invalidate_caches()
    yield importlib.import_module("known_shop")
    for name in ("known_shop", "tools_of_a_shop"):
        sys.modules.pop(name, None)


def granted(application: Application) -> list[str]:
    """The queues that the consumer may send to."""
    (taking,) = [one for one in application.handlers if one.name == "take"]
    return [grant.name for grant in taking.grants]


def test_an_app_of_which_nothing_changed_is_compiled_once(shop: Any) -> None:
    first = to_ir(shop.app)
    assert to_ir(shop.app) is first
    with simulate(shop.app) as cloud:
        shop.trigger.send(1)
        cloud.run()
        shop.flow("x")
    assert to_ir(shop.app) is first
    assert to_ir(shop.app, deployable=True) is not first


@pytest.mark.parametrize(
    ("shop", "mend"),
    [pytest.param(line, mend, id=name) for name, (line, mend) in CALLS.items()],
    indirect=["shop"],
)
def test_what_a_handler_calls_is_followed_anew_where_it_was_replaced(shop: Any, mend: Callable[[Any], object]) -> None:
    before = granted(to_ir(shop.app))
    mend(shop)
    assert before in (["old"], [])
    assert "new" in granted(to_ir(shop.app))
    with simulate(shop.app) as cloud:
        shop.trigger.send(1)
        cloud.run()
        assert cloud.sent(shop.new) == [1]


def test_a_double_that_is_taken_back_leaves_no_permission(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(shop, "helper", shop.newer)
        assert granted(to_ir(shop.app)) == ["new"]
    assert granted(to_ir(shop.app)) == ["old"]
    with simulate(shop.app) as cloud:
        cloud.replace(shop.take, shop.newer)
        shop.trigger.send(1)
        with pytest.raises(PermissionDenied):
            cloud.run()


@pytest.mark.parametrize("shop", ["import tools_of_a_shop as tools; tools.put(x)"], indirect=True)
def test_an_import_in_a_function_is_of_the_module_that_there_is(shop: Any) -> None:
    assert granted(to_ir(shop.app)) == []
    (Path(shop.__file__).parent / "tools_of_a_shop.py").write_text(
        "def put(x):\n    from known_shop import new\n    new.send(x)\n"
    )
    del sys.modules["tools_of_a_shop"]
    importlib.invalidate_caches()
    assert granted(to_ir(shop.app)) == ["new"]


def test_what_was_declared_or_registered_since_is_there(shop: Any) -> None:
    first = to_ir(shop.app)
    later = shop.app.queue("later")
    assert "later" in [one.name for one in to_ir(shop.app).queues]

    def late(x: object) -> None:
        shop.old.send(x)

    later.consumer(late)
    assert "late" in [one.name for one in to_ir(shop.app).handlers]
    assert "late" not in [one.name for one in first.handlers]


def test_a_module_that_is_loaded_again_is_compiled_again(shop: Any) -> None:
    first = to_ir(shop.app)
    Path(shop.__file__).write_text(PROGRAM % "new.send(x)")
    assert to_ir(importlib.reload(shop).app) is not first
    assert granted(to_ir(shop.app)) == ["new"]


def test_constants_of_an_orchestration_are_those_of_now(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def ran() -> tuple[int, list[str]]:
        with simulate(shop.app) as cloud:
            return shop.flow("x"), [call.body["name"] for call in cloud.calls(shop.note)]

    assert ran() == (3, ["a"])
    monkeypatch.setattr(shop, "LIMIT", 4)
    shop.NAMES.append("b")
    assert ran() == (4, ["a", "b"])


def test_errors_are_told_each_time_until_they_are_mended(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop, "helper", shop.escaping)
    for _ in range(2):
        with pytest.raises(DefinitionError, match="CL301"):
            to_ir(shop.app)
    monkeypatch.undo()
    assert check(shop.app)[1] == []


def test_problems_are_the_callers_own_list(shop: Any) -> None:
    check(shop.app)[1].append(check(shop.app)[0])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert check(shop.app)[1] == []
