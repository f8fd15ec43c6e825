"""The record of what is deployed: an output of Terraform's that the next plan reads."""

import json

from cloudless import App
from cloudless.compiler.definitions import definitions_of
from cloudless.compiler.record import ADDRESS, OUTPUT, Record, file_of, read, record_of
from cloudless.frontend import compile as compile_app


def made() -> Record:
    app = App("shop")
    orders = app.queue("orders", dict[str, str])

    @app.post("/orders/{id}", public=True)
    def create(id: str) -> None:
        orders.send({"id": id})

    @orders.consumer
    def take(order: dict[str, str]) -> None: ...

    @app.orchestration
    def fulfil(id: str) -> str:
        return id

    application = compile_app(app)
    retained = {"0" * 64: json.dumps({"main": "gone"}).encode()}
    return record_of(application, definitions_of(application, {}, retained))


def value_of(record: Record) -> str:
    """What Terraform keeps: it takes $${ for ${."""
    text: str = json.loads(file_of(record))["locals"][OUTPUT]
    return text.replace("$${", "${").replace("%%{", "%{")


def test_it_holds_grants_definitions_and_endpoints() -> None:
    found = made()
    assert found.app == "shop"
    assert found.grants == {"create": ("send queue orders",), "fulfil": (), "take": ()}
    assert found.endpoints == ("POST /orders/{id}",)
    assert found.retained == {"0" * 64: "gone"}
    assert set(found.every.values()) == {"fulfil", "gone"}


def test_it_is_read_as_it_was_written() -> None:
    assert read(value_of(made())) == made()


def test_plans_do_not_print_it() -> None:
    assert json.loads(file_of(made()))["output"][OUTPUT]["sensitive"] is True


def test_it_waits_for_what_is_published() -> None:
    plain = json.loads(file_of(made(), ["x_app.b", "x_app.a"]))
    assert plain["resource"]["terraform_data"][OUTPUT]["depends_on"] == ["x_app.a", "x_app.b"]
    assert f"{ADDRESS}.output" in plain["output"][OUTPUT]["value"]
    assert value_of(made()) not in json.dumps(plain["resource"])


def test_text_that_terraform_would_take_for_a_template_stays_text() -> None:
    record = Record(app="shop", endpoints=("GET /${x}", "GET /%{y}"))
    assert "$${x}" in file_of(record).decode()
    assert read(value_of(record)) == record


def test_what_is_no_record_or_of_a_later_version_is_none() -> None:
    assert read(value_of(made()).replace('"version":1', '"version":2')) is None
    assert [read(one) for one in (None, 7, "", "no JSON", "[]", "7", '{"version":1,"app":"x"}')] == [None] * 7
