"""What Terraform says of Azure, in the program's words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cloudless import App
from cloudless.errors import PermissionDenied
from cloudless_azure import PROVIDER
from cloudless_azure.terraform import credentials
from providers.azure.tests.compile.documents import document, example, prod, program


def test_every_part_of_the_program_has_its_name() -> None:
    application = example("02-orders")
    made = document(application)["resource"]
    found = {PROVIDER.resource(type, label, ())[0] for type, labels in made.items() for label in labels}
    assert {f"queue {one.name}" for one in application.queues} <= found
    assert {f"topic {one.name}" for one in application.topics} <= found
    assert {f"subscription {one.name}" for one in application.subscriptions} <= found


@pytest.mark.parametrize(
    ("type", "label", "said"),
    [
        ("azurerm_servicebus_queue", "orders", ("queue orders", "its messages")),
        ("azurerm_servicebus_topic", "placed", ("topic placed", "")),
        ("azurerm_function_app_flex_consumption", "on-take", ("handler take", "")),
        ("azurerm_function_app_flex_consumption", "steps", ("app steps", "")),
        ("azurerm_service_plan", "on-take", ("handler take", "")),
        ("azapi_resource_action", "http", ("app http", "")),
        ("azurerm_storage_account", "on-take", ("handler take", "")),
        ("azurerm_storage_account", "steps", ("app steps", "")),
        ("azurerm_storage_account", "code", ("", "")),
        ("azurerm_storage_account", "hub", ("", "executions and their history")),
        ("azurerm_service_plan", "on-take-order", ("handler take_order", "")),
        ("azurerm_service_plan", "on-gone-since", ("handler gone-since", "")),
        ("azurerm_storage_container", "packages", ("", "")),
        ("azurerm_key_vault_secret", "stripe", ("secret stripe", "its value, for good after 7 days")),
        ("azurerm_key_vault_secret", "cloudless--invoke-charge", ("", "")),
        ("azurerm_role_assignment", "on-take_sends_orders", ("", "")),
        ("time_sleep", "on-take_0a1b2c", ("", "")),
    ],
)
def test_resources_are_told_by_the_names_of_the_program(type: str, label: str, said: tuple[str, str]) -> None:
    assert PROVIDER.resource(type, label, ["other", "take", "take_order"]) == said


def test_handlers_have_the_names_of_the_program_whatever_a_label_is() -> None:
    app = App("shop")
    orders = app.queue("orders", dict[str, int])
    placed = app.topic("placed", dict[str, int])

    @orders.consumer
    def take_order(order: dict[str, int]) -> None: ...

    @placed.subscriber
    def _mail(order: dict[str, int]) -> None: ...

    application = program(app)
    handlers = [one.name for one in application.handlers]
    made = document(application)["resource"]["azurerm_function_app_flex_consumption"]
    found = {PROVIDER.resource("azurerm_service_plan", label, handlers)[0] for label in made}
    assert found == {"handler take_order", "handler _mail"}


def test_what_holds_data_says_what_is_lost() -> None:
    made = document(example("02-orders"))["resource"]
    losses = {type: {PROVIDER.resource(type, label, ())[1] for label in labels} for type, labels in made.items()}
    assert losses["azurerm_servicebus_queue"] == {"its messages"}
    assert losses["azurerm_servicebus_namespace"] == {"the messages of all queues"}
    assert losses["azurerm_function_app_flex_consumption"] == {""}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Error: building account: could not configure AzureCli Authorizer: please run 'az login'", "sign in"),
        (
            "AuthorizationFailed: no authorization to perform 'Microsoft.Authorization/roleAssignments/write' over",
            "Role Based Access Control Administrator",
        ),
        ("AuthorizationFailed: no authorization to perform", "needs Contributor"),
        ("Caller is not authorized. Inner error: ForbiddenByRbac", "deploy again"),
        ("Caller is not authorized. Inner error: ForbiddenByRbac", "in the variable `deployers`"),
        ("AuthorizationPermissionMismatch: not authorized to perform this operation", "in the variable `deployers`"),
        ("MissingSubscriptionRegistration: not registered to use namespace 'Microsoft.Web'", "az provider register"),
        ("RoleAssignmentExists: The role assignment already exists.", "import it"),
        ("StorageAccountAlreadyExists: The storage account named x already exists", "another state"),
    ],
)
def test_an_error_has_what_to_do(said: str, told: str) -> None:
    hint = next(text for pattern, text in PROVIDER.hints if re.search(pattern, said))
    assert told in hint


PRINCIPAL = {"ARM_CLIENT_ID": "abc", "ARM_TENANT_ID": "t", "ARM_CLIENT_SECRET": "s"}


def sign_in(folder: Path, subscriptions: str = '[{"id": "1"}]') -> None:
    """As az writes its file, with a mark that says UTF-8."""
    (folder / ".azure").mkdir(exist_ok=True)
    (folder / ".azure" / "azureProfile.json").write_text(f'{{"subscriptions": {subscriptions}}}', "utf-8-sig")


def test_a_principal_that_only_terraform_knows_does_not_call(tmp_path: Path) -> None:
    here = {"HOME": str(tmp_path), **PRINCIPAL}
    told = credentials(here)
    assert told.startswith("service principal abc of ARM_CLIENT_ID, which deploys alone: to call the stage, az login")
    assert "AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_SECRET" in told
    sign_in(tmp_path)
    assert credentials(here) == "service principal abc of ARM_CLIENT_ID"


def test_credentials_are_those_that_the_plugin_would_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = {"HOME": str(tmp_path)}
    with pytest.raises(PermissionDenied, match="az login, or set ARM_CLIENT_ID"):
        credentials(here)
    sign_in(tmp_path)
    assert credentials(here) == credentials({**here, "ARM_CLIENT_ID": "abc"}) == "az login"
    assert credentials({"AZURE_CONFIG_DIR": str(tmp_path / ".azure")}) == "az login"
    assert credentials({**here, "ARM_USE_MSI": "TRUE"}) == "managed identity of this machine (ARM_USE_MSI)"
    for name, value in {**PRINCIPAL, "AZURE_CLIENT_ID": "abc"}.items():
        monkeypatch.setenv(name, value)
    assert PROVIDER.credentials(prod()) == "service principal abc of ARM_CLIENT_ID"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"ARM_CLIENT_ID": "abc", "ARM_TENANT_ID": "t"}, "is set without a secret, a certificate or OIDC: az login"),
        ({"ARM_CLIENT_ID": "abc", "ARM_USE_OIDC": "true"}, "ARM_CLIENT_ID is set without its ARM_TENANT_ID: set both"),
    ],
)
def test_half_of_a_principal_is_none(tmp_path: Path, given: dict[str, str], said: str) -> None:
    with pytest.raises(PermissionDenied, match=said):
        credentials({"HOME": str(tmp_path), **given})


def test_who_signed_out_is_not_signed_in(tmp_path: Path) -> None:
    sign_in(tmp_path, subscriptions="[]")
    with pytest.raises(PermissionDenied, match="no credentials for Azure: az login"):
        credentials({"HOME": str(tmp_path)})


def test_documents_ask_for_the_terraform_that_is_said() -> None:
    least = ".".join(map(str, PROVIDER.least_terraform))
    assert document(example("02-orders"))["terraform"]["required_version"] == f">= {least}.0"
