"""Bad input, tried: each mistake gives one clear error that says where it is and what to do instead.

The whole text is compared, so that a change of words is seen. `PLACE` stands for file, line and column.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Generator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import BaseModel

from cloudless import App, Retry
from cloudless.config import load
from cloudless.errors import (
    CloudlessError,
    ConfigError,
    DefinitionError,
    InvalidArgument,
    InvalidBody,
    MissingSecret,
    NoProvider,
    PayloadTooLarge,
    PermissionDenied,
    UnknownOption,
)
from cloudless.testing import simulate

# --- mistakes in the program, found before anything runs ---


def unknown_zone(app: App) -> None:
    @app.schedule("0 8 * * *", timezone="Europe/Berln")
    def report() -> None: ...


def bad_cron(app: App) -> None:
    @app.schedule("0 25 * * *")
    def report() -> None: ...


def too_many_parameters(app: App) -> None:
    @app.queue("orders", str).consumer
    def take(order: str, invoice: int) -> None: ...


def no_parameter(app: App) -> None:
    @app.queue("orders", str).consumer
    def take() -> None: ...


class Clerk:
    def take(self, order: str) -> None: ...


def a_method(app: App) -> None:
    app.queue("orders", str).consumer(Clerk().take)


def a_generator(app: App) -> None:
    @app.queue("orders", str).consumer
    def take(order: str) -> Generator[str]:
        yield order


def wrong_parameter(app: App) -> None:
    @app.queue("orders", str).consumer
    def take(order: int) -> None: ...


def two_of_one_name(app: App) -> None:
    app.queue("orders")
    app.topic("orders")


def a_name_with_a_blank(app: App) -> None:
    app.queue("my orders")


def unknown_attribute(app: App) -> None:
    placed = app.topic("placed", attributes=["region"])

    @placed.subscriber(where={"regoin": "eu"})
    def mail(order: Any) -> None: ...


def undeclared_attribute(app: App) -> None:
    placed = app.topic("placed")

    @placed.subscriber(where={"region": "eu"})
    def mail(order: Any) -> None: ...


PROGRAMS: list[tuple[Callable[[App], None], str]] = [
    (
        unknown_zone,
        """PLACE  CL183  unknown time zone 'Europe/Berln'
    @app.schedule("0 8 * * *", timezone="Europe/Berln")
                                        ^^^^^^^^^^^^^^
    instead: did you mean 'Europe/Berlin'?""",
    ),
    (
        bad_cron,
        """PLACE  CL182  cron '0 25 * * *': Bad hour
    @app.schedule("0 25 * * *")
                  ^^^^^^^^^^^^
    instead: minute hour day-of-month month day-of-week, e.g. 0 8 * * MON-FRI""",
    ),
    (
        no_parameter,
        """PLACE  CL123  'take' has no parameter for the message
    def take() -> None: ...
        ^^^^
    instead: write def take(body: str)""",
    ),
    (
        too_many_parameters,
        """PLACE  CL124  'take' has a parameter 'invoice' that nothing fills
    def take(order: str, invoice: int) -> None: ...
                         ^^^^^^^^^^^^
    instead: a handler gets one message; others are Context, or have a default""",
    ),
    (
        a_method,
        """PLACE  CL121  'take' is a method, and nobody makes the object that it is called on
    def take(self, order: str) -> None: ...
        ^^^^
    instead: register a function outside of the class, which makes the object and calls it""",
    ),
    (
        a_generator,
        """PLACE  CL121  'take' has a yield, so a call of it would run nothing
    def take(order: str) -> Generator[str]:
        ^^^^
    instead: return what there is, or send a message for each part""",
    ),
    (
        wrong_parameter,
        """PLACE  CL125  'order' is int, but queue 'orders' holds str
    def take(order: int) -> None: ...
             ^^^^^^^^^^
    instead: write order: str, or declare the queue with the type""",
    ),
    (
        two_of_one_name,
        """PLACE  CL101  topic 'orders': the name is taken by the queue at PLACE
    app.topic("orders")
              ^^^^^^^^
    instead: give one of them another name; queues, topics, subscriptions and schedules share their names""",
    ),
    (
        a_name_with_a_blank,
        """PLACE  CL103  queue name 'my orders' is not one that every cloud takes
    app.queue("my orders")
              ^^^^^^^^^^^
    instead: at most 50 characters: letters, digits, single - or _ between them, a letter first (Pub/Sub), not \
beginning with goog (Pub/Sub)""",
    ),
    (
        unknown_attribute,
        """PLACE  CL171  subscription 'placed-mail' filters on 'regoin', which topic 'placed' does not declare
    @placed.subscriber(where={"regoin": "eu"})
                             ^^^^^^^^^^^^^^^^
    instead: did you mean 'region'?""",
    ),
    (
        undeclared_attribute,
        """PLACE  CL171  subscription 'placed-mail' filters on 'region', which topic 'placed' does not declare
    @placed.subscriber(where={"region": "eu"})
                             ^^^^^^^^^^^^^^^^
    instead: declare it: app.topic('placed', …, attributes=['region'])""",
    ),
]


def told(error: Exception) -> str:
    """The error's text, with places in this file as PLACE and without the indentation of the test."""
    text = re.sub(r"\S*test_bad_input\.py:\d+(:\d+)?", "PLACE", str(error))
    lines = text.splitlines()
    if len(lines) > 2:
        spare = len(lines[1]) - len(lines[1].lstrip()) - 4
        lines[1:3] = [line[spare:] for line in lines[1:3]]
    return "\n".join(lines)


@pytest.mark.parametrize(("declare", "text"), PROGRAMS, ids=[declare.__name__ for declare, _ in PROGRAMS])
def test_a_mistake_in_the_program_is_one_error_with_place_and_remedy(declare: Callable[[App], None], text: str) -> None:
    app = App("shop")
    declare(app)
    with pytest.raises(DefinitionError) as caught, simulate(app):
        pass
    assert told(caught.value) == text
    assert len(caught.value.problems) == 1


def test_the_line_of_an_error_is_the_line_of_the_mistake() -> None:
    app = App("shop")
    app.queue("my orders")
    line = sys._getframe().f_lineno - 1
    with pytest.raises(DefinitionError, match=rf"test_bad_input\.py:{line}:15  CL103"), simulate(app):
        pass


def test_all_mistakes_of_a_program_are_told_at_once() -> None:
    app = App("shop")
    for declare in (unknown_zone, unknown_attribute, wrong_parameter):
        declare(app)
    with pytest.raises(DefinitionError) as caught, simulate(app):
        pass
    assert [problem.code for problem in caught.value.problems] == ["CL183", "CL125", "CL171"]


def test_an_unknown_option_names_the_one_that_was_meant() -> None:
    queue: Any = App("shop").queue
    with pytest.raises(UnknownOption, match=r"^App\.queue has no option 'retires': did you mean 'retry'\?$"):
        queue("orders", retires=Retry())


def test_an_option_of_the_wrong_type_says_what_to_give() -> None:
    queue: Any = App("shop").queue
    with pytest.raises(InvalidArgument) as caught:
        queue("orders", max_delay=900)
    assert str(caught.value) == "App.queue(max_delay=900): give a timedelta, e.g. timedelta(seconds=900)"


# --- mistakes in a call ---

shop = App("shop")
orders = shop.queue("orders", str)
counts = shop.queue("counts", int)
key = shop.secret("stripe-key")


@orders.consumer
def take(order: str) -> None: ...


@counts.consumer
def read(count: int) -> None:
    assert key.value


class Order(BaseModel):
    id: str


placed = shop.topic("placed", Order)
invoiced: Any = shop.event("invoiced", Order)


@shop.orchestration
def settle() -> str:
    return "settled"


@shop.function
def charge(cents: int) -> int:
    return cast("int", f"{cents} ct")


invoke: Any = charge.invoke


def too_many_attributes() -> None:
    orders.send("a", attributes={f"name{number}": "x" for number in range(8)})


def wrong_payload() -> None:
    send: Any = counts.send
    send("seven")


def a_dict_for_a_model() -> None:
    publish: Any = placed.publish
    publish({"id": "1"})


CALLS: list[tuple[Callable[[], object], type[CloudlessError], str]] = [
    (wrong_payload, InvalidBody, "queue 'counts': expected int, got str 'seven'"),
    (
        a_dict_for_a_model,
        InvalidBody,
        "topic 'placed': expected Order, got dict {'id': '1'}; write Order.model_validate(…)",
    ),
    (lambda: invoiced.send(settle.execution("e"), 7), InvalidBody, "event 'invoiced': expected Order, got int 7"),
    (lambda: invoke("x"), InvalidBody, "function 'charge': argument 'cents': expected int, got str 'x'"),
    (
        lambda: orders.send("x" * (192 * 1024 - 1)),
        PayloadTooLarge,
        "the body is 196,609 bytes, the limit is 196,608: store it (e.g. in a bucket) and send a reference",
    ),
    (
        lambda: orders.send("a\udc80b"),
        InvalidBody,
        (
            "queue 'orders': the body holds the lone surrogate U+DC80, which no Unicode encoding can carry; "
            "decode the text properly before sending it"
        ),
    ),
    (
        too_many_attributes,
        InvalidArgument,
        "8 attributes: a message has at most 7; put the others into the body",
    ),
    (
        lambda: orders.send("a", delay=timedelta(hours=1)),
        InvalidArgument,
        (
            "queue 'orders': delay=1:00:00 must be whole seconds from 0 to 900: "
            "raise max_delay= of the queue, up to 30 days"
        ),
    ),
    (
        lambda: orders.send("a", delay=timedelta(days=31)),
        InvalidArgument,
        (
            "queue 'orders': delay=31 days, 0:00:00 must be whole seconds from 0 to 900: "
            "30 days are the most of any queue; use a schedule for what is further away"
        ),
    ),
    (
        lambda: orders.send("a", delay=timedelta(seconds=1.5)),
        InvalidArgument,
        "queue 'orders': delay=0:00:01.500000 must be whole seconds from 0 to 900: round it",
    ),
    (
        lambda: key.value,
        MissingSecret,
        (
            "secret 'stripe-key' has no value here: simulate(app, secrets={'stripe-key': \"…\"}), "
            "or cloudless run --secret stripe-key=…"
        ),
    ),
]


@pytest.mark.parametrize(("call", "kind", "text"), CALLS, ids=[text[:40] for _, _, text in CALLS])
def test_a_mistake_in_a_call_is_one_error_with_its_remedy(
    call: Callable[[], object], kind: type[CloudlessError], text: str
) -> None:
    with simulate(shop) as cloud, pytest.raises(kind) as caught:
        call()
    assert str(caught.value) == text
    assert cloud.trace == []


def test_a_result_that_does_not_fit_is_told_whose_it_is() -> None:
    with simulate(shop), pytest.raises(InvalidBody, match=r"^what 'charge' returned: expected int, got str '1 ct'$"):
        charge.invoke(1)


def test_a_body_of_exactly_the_limit_is_taken() -> None:
    with simulate(shop) as cloud:
        orders.send("x" * (192 * 1024 - 2))
        cloud.run()
        assert cloud.dead_letters(orders) == []


def test_a_wrong_payload_from_elsewhere_is_a_dead_letter_that_says_so() -> None:
    with simulate(shop) as cloud:
        foreign = App("foreign").queue("counts", str)
        foreign.send("seven")
        cloud.run()
        (letter,) = cloud.dead_letters(counts)
        assert (letter.error.type, letter.error.text) == ("InvalidBody", "expected int, got str 'seven'")
        assert cloud.calls(read) == []


def test_a_send_without_permission_fails_the_test_with_the_line_to_add() -> None:
    def count_instead(order: str) -> None:
        counts.send(len(order))

    with simulate(shop) as cloud:
        cloud.replace(take, count_instead)
        orders.send("a")
        with pytest.raises(PermissionDenied) as caught:
            cloud.run()
    assert str(caught.value) == (
        "handler 'take' may not send queue 'counts': its code does not mention it. "
        "Mention it in the handler, or add uses=[counts.send] to its decorator"
    )


def test_a_send_outside_of_any_cloud_names_both_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLOUDLESS_STAGE", raising=False)
    with pytest.raises(NoProvider) as caught:
        orders.send("a")
    assert str(caught.value) == (
        "this call needs a cloud, and there is none here. "
        'In a program: `with cloudless.connect("prod"):` around it, or set CLOUDLESS_STAGE=prod. '
        "In a test: `with cloudless.testing.simulate(app) as cloud:` around it."
    )


def test_a_missing_secret_in_a_handler_is_kept_with_its_remedy() -> None:
    with simulate(shop) as cloud:
        counts.send(1)
        cloud.run()
        (letter,) = cloud.dead_letters(counts)
        assert letter.error.type == "MissingSecret"
        assert "simulate(app, secrets={'stripe-key': \"…\"})" in letter.error.text


# --- mistakes in the project ---


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    """An empty project; what is imported from it is forgotten afterwards."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.chdir(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_a_typo_in_cloudless_toml_is_told_with_its_line(project: Path) -> None:
    (project / "cloudless.toml").write_text('app = "shop:app"\n\n[stages.prod]\nprovidr = "aws"\n')
    with pytest.raises(ConfigError) as caught:
        load()
    assert str(caught.value) == (
        "cloudless.toml:4:1  CL503  nobody reads the key `providr`\n"
        '    providr = "aws"\n'
        "    ^^^^^^^\n"
        "    instead: did you mean `provider`?"
    )


def test_a_module_that_raises_on_import_is_told_with_the_line_that_raised(project: Path) -> None:
    (project / "cloudless.toml").write_text('app = "broken_shop:app"\n')
    (project / "broken_shop.py").write_text("from cloudless import App\n\napp = App('shop')\nint('seven')\n")
    with pytest.raises(ConfigError) as caught:
        load().load_app()
    assert str(caught.value) == (
        "broken_shop.py:4:1  CL506  importing 'broken_shop' raised ValueError: "
        "invalid literal for int() with base 10: 'seven'\n"
        "    int('seven')\n"
        "    ^^^^^^^^^^^^\n"
        "    instead: mend this line, or what it calls"
    )
    assert isinstance(caught.value.__cause__, ValueError)


def test_an_unknown_option_is_told_where_it_is_written(project: Path) -> None:
    (project / "cloudless.toml").write_text('app = "odd_shop:app"\n')
    (project / "odd_shop.py").write_text(
        "from cloudless import App\n\napp = App('shop')\norders = app.queue('orders', retires=3)\n"
    )
    with pytest.raises(ConfigError) as caught:
        load().load_app()
    assert str(caught.value) == (
        "odd_shop.py:4:30  CL506  App.queue has no option 'retires': did you mean 'retry'?\n"
        "    orders = app.queue('orders', retires=3)\n"
        "                                 ^^^^^^^"
    )


def test_a_decorated_module_that_nobody_imports_is_told_with_the_line_to_add(project: Path) -> None:
    (project / "cloudless.toml").write_text('app = "lone_shop.app:app"\n')
    (project / "lone_shop").mkdir()
    (project / "lone_shop" / "app.py").write_text(
        "from cloudless import App\n\napp = App('shop')\norders = app.queue('orders')\n"
    )
    (project / "lone_shop" / "handlers.py").write_text(
        "from lone_shop.app import orders\n\n\n@orders.consumer\ndef take(order): ...\n"
    )
    found = load()
    (problem,) = found.strays(found.load_app())
    assert problem.render() == (
        "lone_shop/handlers.py:4:2  CL507  nobody imports 'lone_shop.handlers', so the handlers that it registers "
        "do not exist\n"
        "    @orders.consumer\n"
        "     ^^^^^^^^^^^^^^^\n"
        '    instead: import it from the app\'s module, or name it in cloudless.toml: include = ["lone_shop.handlers"]'
    )
