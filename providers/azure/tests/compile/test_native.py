"""What a program says of its own: native=, existing=, the resource group, region and state of a stage."""

from __future__ import annotations

from typing import Any

import pytest

from cloudless import App
from cloudless.errors import DefinitionError
from cloudless.ir import Application
from providers.azure.tests.compile.documents import document, example, prod, program, resources

THEIRS = "/subscriptions/1/resourceGroups/g/providers/Microsoft.KeyVault/vaults/corp/secrets/stripe"


def shop(queue: dict[str, Any] | None = None, handler: dict[str, Any] | None = None) -> Application:
    app = App("shop")
    orders = app.queue("orders", dict[str, int], native={"azure": queue} if queue else None)

    @orders.consumer(native={"azure": handler} if handler else None)
    def take(order: dict[str, int]) -> None: ...

    return program(app)


def test_native_merges_into_the_resource_of_a_queue() -> None:
    native = {"azurerm_servicebus_queue": {"express_enabled": False, "max_size_in_megabytes": 1_024}}
    orders = resources(shop(queue=native), "azurerm_servicebus_queue")["orders"]
    assert (orders["express_enabled"], orders["max_size_in_megabytes"]) == (False, 1_024)


def test_native_merges_into_the_app_of_a_handler() -> None:
    app = {"instance_memory_in_mb": 512, "app_settings": {"MINE": "1"}, "tags": {"team": "a"}}
    made = resources(
        shop(handler={"azurerm_function_app_flex_consumption": app}), "azurerm_function_app_flex_consumption"
    )
    assert made["on-take"]["instance_memory_in_mb"] == 512
    assert made["on-take"]["app_settings"]["MINE"] == "1"
    assert made["on-take"]["app_settings"]["CLOUDLESS_APP"] == "on-take"


@pytest.mark.parametrize(
    ("native", "said"),
    [
        ({"azurerm_servicebus_queue": {"lock_duration": "PT30S"}}, "sets azurerm_servicebus_queue.lock_duration"),
        ({"azurerm_servicebus_queue": {"max_delivery_count": 1}}, "sets azurerm_servicebus_queue.max_delivery_count"),
        (
            {"azurerm_servicebus_queue": {"requires_duplicate_detection": True}},
            "sets azurerm_servicebus_queue.requires_duplicate_detection to True",
        ),
        ({"azurerm_cosmosdb_account": {"name": "x"}}, "names azurerm_cosmosdb_account, of which it has no resource"),
    ],
)
def test_native_does_not_change_what_is_promised(native: dict[str, Any], said: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        document(shop(queue=native))
    assert said in str(refused.value)


def test_what_is_there_already_is_not_made_and_is_used() -> None:
    app = App("shop")
    orders = app.queue("orders", dict[str, int], existing={"azure": "their-orders"})
    placed = app.topic("placed", dict[str, int], existing={"azure": "their-topic"})
    stripe = app.secret("stripe", existing={"azure": THEIRS})
    mail = app.secret("mail", existing={"azure": "their-mail"})

    @orders.consumer
    def take(order: dict[str, int]) -> None:
        placed.publish({stripe.value: len(mail.value)})

    placed.forward(app.queue("archive", dict[str, int], existing={"azure": "their-archive"}))
    made = document(program(app))["resource"]
    assert made["azurerm_servicebus_queue"].keys() == {
        "archive-dead-letters", "orders-dead-letters", "placed-archive-dead-letters",
    }  # fmt: skip
    assert "azurerm_servicebus_topic" not in made
    assert "azurerm_key_vault_secret" not in made
    scopes = {one["scope"] for one in made["azurerm_role_assignment"].values()}
    namespace, vault = "${azurerm_servicebus_namespace.stage.id}", "${azurerm_key_vault.stage.id}"
    assert {f"{namespace}/queues/their-orders", f"{namespace}/topics/their-topic", THEIRS} <= scopes
    assert f"{vault}/secrets/their-mail" in scopes
    forward = made["azurerm_servicebus_subscription"]["placed-archive"]
    assert (forward["topic_id"], forward["forward_to"]) == (f"{namespace}/topics/their-topic", "their-archive")


def test_a_secret_of_another_vault_needs_none_here() -> None:
    app = App("shop")
    orders = app.queue("orders", dict[str, int])
    stripe = app.secret("stripe", existing={"azure": THEIRS})

    @orders.consumer
    def take(order: dict[str, int]) -> None:
        order[stripe.value] = 1

    made = document(program(app))
    assert "azurerm_key_vault" not in made["resource"]
    assert not [label for label in made["resource"]["azurerm_role_assignment"] if label.endswith("_secrets")]
    assert "vault" not in made["output"]
    settings = made["resource"]["azurerm_function_app_flex_consumption"]["on-take"]["app_settings"]
    assert "CLOUDLESS_VAULT" not in settings
    assert THEIRS in {one["scope"] for one in made["resource"]["azurerm_role_assignment"].values()}


def test_calls_have_a_vault_for_their_keys_wherever_secrets_are() -> None:
    app = App("shop")
    stripe = app.secret("stripe", existing={"azure": THEIRS})

    @app.function
    def charge() -> str:
        return stripe.value

    made = document(program(app))["resource"]
    assert made["azurerm_key_vault_secret"].keys() == {"cloudless--invoke-charge"}
    assert "CLOUDLESS_VAULT" in made["azurerm_function_app_flex_consumption"]["steps"]["app_settings"]


def test_a_resource_group_that_is_there_is_referred_to() -> None:
    made = document(shop(), prod(resource_group="theirs"))
    assert made["data"]["azurerm_resource_group"]["stage"] == {"name": "theirs"}
    assert "azurerm_resource_group" not in made["resource"]
    plan = made["resource"]["azurerm_service_plan"]["on-take"]
    assert plan["resource_group_name"] == "${data.azurerm_resource_group.stage.name}"


def test_region_and_subscription_are_variables_that_a_stage_may_leave_open() -> None:
    variables = document(shop())["variable"]
    assert (variables["region"]["default"], "default" in variables["subscription"]) == ("westeurope", True)
    bare = document(shop(), prod(region=None, subscription=None))["variable"]
    assert ("default" in bare["region"], "default" in bare["subscription"]) == (False, False)


def test_the_stage_is_a_variable_that_takes_what_was_built() -> None:
    stage = document(shop())["variable"]["stage"]
    assert (stage["default"], stage["validation"]["condition"]) == ("prod", '${var.stage == "prod"}')


def test_the_state_is_kept_where_the_stage_says() -> None:
    backend = {"azurerm": {"storage_account_name": "state", "container_name": "tf", "key": "shop"}}
    assert document(shop(), prod(backend=backend))["terraform"]["backend"] == backend


def test_equal_programs_give_equal_documents() -> None:
    assert document(example("02-orders")) == document(example("02-orders"))
